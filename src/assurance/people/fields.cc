#include "fields.h"

#include "base/ascii.h"
#include "csv/csv.h"

#include <algorithm>

namespace belfry::people {
namespace {

constexpr std::size_t kNameMax = 200, kEmailMax = 254, kReferenceMax = 64, kReasonMax = 1000;
constexpr std::string_view kMidnight = "T00:00:00Z";

using csv::is_formula;
using csv::is_plain;

}  // namespace

Result<> check_name(std::string_view name) {
  if (is_plain(name, kNameMax) && !is_formula(name)) return {};
  return fail(Code::kInvalid, "people.bad_name", {{"limit", std::to_string(kNameMax)}});
}

Result<> check_email(std::string_view email) {
  if (email.empty()) return {};
  if (is_plain(email, kEmailMax) && !is_formula(email) && email.contains('@') &&
      !email.contains(' '))
    return {};
  return fail(Code::kInvalid, "people.bad_email");
}

Result<> check_reference(std::string_view reference) {
  const auto fits = [](char c) {
    return is_alphanumeric(c) || std::string_view("._/-").contains(c);
  };
  if (is_plain(reference, kReferenceMax) && !is_formula(reference) &&
      std::ranges::all_of(reference, fits))
    return {};
  return fail(Code::kInvalid, "people.bad_reference", {{"limit", std::to_string(kReferenceMax)}});
}

Result<> check_reason(std::string_view reason) {
  if (is_plain(reason, kReasonMax)) return {};
  return fail(Code::kInvalid, "people.bad_reason", {{"limit", std::to_string(kReasonMax)}});
}

Result<> check_note(std::string_view note) {
  if (is_plain(note, kReasonMax)) return {};
  return fail(Code::kInvalid, "people.bad_note", {{"limit", std::to_string(kReasonMax)}});
}

Result<> check_step_reason(std::string_view reason) {
  if (is_plain(reason, kReasonMax)) return {};
  return fail(Code::kInvalid, "people.bad_step_reason", {{"limit", std::to_string(kReasonMax)}});
}

Result<> check_step_text(std::string_view text) {
  if (is_plain(text, kReasonMax)) return {};
  return fail(Code::kInvalid, "people.bad_step_text", {{"limit", std::to_string(kReasonMax)}});
}

Result<> check_date(Timestamp date) {
  constexpr std::chrono::sys_days kFirst = std::chrono::year(1900) / 1 / 1;
  constexpr std::chrono::sys_days kEnd = std::chrono::year(2200) / 1 / 1;
  if (date >= kFirst && date < kEnd) return {};
  return fail(Code::kInvalid, "people.bad_date");
}

Result<> check_dates(Timestamp starts, const std::optional<Timestamp>& ends) {
  TRY(check_date(starts));
  if (!ends) return {};
  TRY(check_date(*ends));
  return *ends >= starts ? Result<>() : fail(Code::kInvalid, "people.ends_before_start");
}

Result<Timestamp> read_date(std::string_view text) {
  constexpr std::size_t kDateSize = 10;
  std::string whole(text);
  if (text.size() == kDateSize) whole += kMidnight;
  const auto time = parse_rfc3339(whole);
  if (!time) return fail(Code::kInvalid, "people.bad_date");
  TRY(check_date(*time));
  return *time;
}

std::string date_text(Timestamp time) {
  std::string text = format_rfc3339(time);
  const bool is_midnight = time == std::chrono::floor<std::chrono::days>(time);
  return is_midnight ? text.substr(0, text.find('T')) : text;
}

}  // namespace belfry::people
