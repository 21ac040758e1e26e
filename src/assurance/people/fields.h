// What the fields of a person and a job role may be.
#pragma once

#include "people/people.h"

#include <string_view>

namespace belfry::people {

// Texts that go to spreadsheets as well: none begins as a formula does. Errors: invalid
// ("people.bad_name").
Result<> check_name(std::string_view name);
// Empty is none. Errors: invalid ("people.bad_email").
Result<> check_email(std::string_view email);
// Errors: invalid ("people.bad_reference").
Result<> check_reference(std::string_view reference);
// Errors: invalid ("people.bad_reason").
Result<> check_reason(std::string_view reason);
// What shows that a step was done. Errors: invalid ("people.bad_note").
Result<> check_note(std::string_view note);
// Why a step is waived, or open again. Errors: invalid ("people.bad_step_reason").
Result<> check_step_reason(std::string_view reason);
// What is to be done. Errors: invalid ("people.bad_step_text").
Result<> check_step_text(std::string_view text);
// From 1900 to 2199, and the end after the start. Errors: invalid ("people.bad_date",
// "people.ends_before_start").
Result<> check_dates(Timestamp starts, const std::optional<Timestamp>& ends);
Result<> check_date(Timestamp date);

// "2026-03-01", at midnight, or "2026-03-01T18:00:00Z". Errors: invalid ("people.bad_date").
Result<Timestamp> read_date(std::string_view text);
// The date alone at midnight.
std::string date_text(Timestamp time);

}  // namespace belfry::people
