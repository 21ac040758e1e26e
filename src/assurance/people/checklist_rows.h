// Which steps are asked of whom, and what was done of them: between rows and the types of
// checklists.h.
#pragma once

#include "register.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::people {

// SQL: whether the step of `checklist_step s` is asked of `person p`. The measures S10-P-02 and
// S10-P-04 say the same.
inline constexpr std::string_view kIsAsked =
    "(s.from_us <= CASE s.kind WHEN 'arrival' THEN p.starts_us ELSE p.ends_us END AND "
    "(s.retired_us IS NULL OR s.retired_us > CASE s.kind WHEN 'arrival' THEN p.starts_us ELSE "
    "p.ends_us END) AND CASE p.kind WHEN 'employee' THEN s.for_employees WHEN 'contractor' THEN "
    "s.for_contractors ELSE s.for_externals END = 1)";
// SQL: when it is due; null: never. Wants due_parameters().
inline constexpr std::string_view kDue =
    "CASE s.kind WHEN 'arrival' THEN p.starts_us + COALESCE(s.due_days, :arrival_days) * "
    "86400000000 ELSE p.ends_us + COALESCE(s.due_days, :departure_days) * 86400000000 END";
// SQL: whether nobody asks for what is open of it any more: who has left has arrived. Wants :now.
inline constexpr std::string_view kIsOver =
    "(s.kind = 'arrival' AND p.ends_us IS NOT NULL AND p.ends_us <= :now)";
// The same of a list that was read.
inline bool is_over(StepKind kind, const Person& person, Timestamp now) {
  return kind == StepKind::kArrival && has_left(person, now);
}
// SQL: whether something of the account `iam_user u` works still. Wants :now.
inline constexpr std::string_view kWorks =
    "(u.active = 1 OR u.role <> 'reader' OR EXISTS (SELECT 1 FROM iam_session x WHERE x.user_id = "
    "u.id AND x.ended_us IS NULL AND x.expires_us > :now) OR EXISTS (SELECT 1 FROM api_token x "
    "WHERE x.user_id = u.id AND (x.expires_us IS NULL OR x.expires_us > :now)) OR EXISTS (SELECT 1 "
    "FROM access_key x WHERE x.user_id = u.id) OR EXISTS (SELECT 1 FROM role_session x WHERE "
    "x.by_user_id = u.id AND x.ended_us IS NULL AND x.expires_us > :now) OR EXISTS (SELECT 1 FROM "
    "user_profile x WHERE x.user_id = u.id) OR EXISTS (SELECT 1 FROM group_member x WHERE "
    "x.user_id = u.id) OR EXISTS (SELECT 1 FROM delegation x WHERE x.user_id = u.id))";

// :now, and the days of kDue.
database::Parameters due_parameters(Timestamp now);

// What is asked of each person, and what was done; of steps that are not asked any more too.
using Items = std::map<PersonId, std::vector<Item>>;
Result<Items> read_items(Transaction& transaction, const std::vector<Person>& persons,
                         Timestamp now);
Result<std::vector<Item>> read_items(Transaction& transaction, const Person& person, Timestamp now);
// One that is there, or was. Errors: not_found ("people.no_item").
Result<Item> find_item(const std::vector<Item>& items, StepId step);

// How many mandatory steps of each are overdue.
Result<> add_overdue_steps(Transaction& transaction, std::vector<Person>& persons, Timestamp now);

}  // namespace belfry::people
