#include "checklist_rows.h"

#include "rows.h"

#include <algorithm>
#include <map>

namespace belfry::people {
namespace {

constexpr std::pair<StepKind, std::string_view> kKinds[] = {{StepKind::kArrival, "arrival"},
                                                            {StepKind::kDeparture, "departure"}};
constexpr std::pair<ItemState, std::string_view> kStates[] = {
    {ItemState::kOpen, "open"}, {ItemState::kDone, "done"}, {ItemState::kWaived, "waived"}};

Item item_of(const Row& row, const Person& person, Timestamp now) {
  Item item{.step = StepId{row.integer("id")},
            .fact = {},
            .kind = step_kind_named(row.text("kind")).value_or(StepKind::kArrival),
            .name = row.text("name"),
            .text = row.text("text"),
            .is_mandatory = row.flag("mandatory"),
            .is_asked = row.flag("asked"),
            .due = optional_time(row, "due_us")};
  item.is_overdue = item.is_mandatory && item.is_asked && !is_over(item.kind, person, now) &&
                    item.due && *item.due <= now;
  if (row.is_null("state")) return item;
  item.state = row.text("state") == "waived" ? ItemState::kWaived : ItemState::kDone;
  item.is_overdue = false;
  item.note = row.text("note");
  item.by = UserId{row.integer("by_user_id")};
  item.by_name = row.text("by_name");
  item.at = from_us(row.integer("at_us"));
  item.is_by_own_account = row.flag("by_own_account");
  return item;
}

// That nothing of the accounts of who leaves works: `account` is how many work, if there is one.
Item accounts_ended(const Person& person, const Row* account, Timestamp now) {
  Item item{.step = {},
            .fact = std::string(kAccountsEnded),
            .kind = StepKind::kDeparture,
            .name = {},
            .text = {},
            .due = *person.ends + std::chrono::days(kDepartureDays)};
  const bool is_working = account != nullptr && account->integer("working") > 0;
  const bool is_done = has_left(person, now) && !is_working;
  item.state = is_done ? ItemState::kDone : ItemState::kOpen;
  item.is_overdue = !is_done && *item.due <= now;
  if (is_done && account != nullptr) item.at = optional_time(*account, "ended_us");
  return item;
}

// Before the other items of departure.
Result<> add_accounts_ended(Transaction& transaction, const std::vector<Person>& persons,
                            Timestamp now, Items& items) {
  database::Parameters parameters = {{"now", to_us(now)}};
  const std::string these = in_list(persons, parameters);
  TRY(auto rows,
      transaction.query("SELECT a.person_id, SUM(CASE WHEN " + std::string(kWorks) +
                            " THEN 1 ELSE 0 END) AS working, MAX(a.ended_us) AS ended_us FROM "
                            "person_account a JOIN iam_user u ON u.id = a.user_id WHERE "
                            "a.person_id" +
                            these + " GROUP BY a.person_id",
                        parameters));
  std::map<std::int64_t, const Row*> accounts;
  for (const Row& row : rows) accounts[row.integer("person_id")] = &row;
  for (const Person& person : persons) {
    if (!person.ends) continue;
    const auto account = accounts.find(person.id.value);
    std::vector<Item>& list = items[person.id];
    list.insert(std::ranges::find(list, StepKind::kDeparture, &Item::kind),
                accounts_ended(person, account == accounts.end() ? nullptr : account->second, now));
  }
  return {};
}

}  // namespace

std::string_view name_of(StepKind kind) {
  return kKinds[std::size_t(kind)].second;
}

std::optional<StepKind> step_kind_named(std::string_view name) {
  for (const auto& [kind, text] : kKinds)
    if (text == name) return kind;
  return std::nullopt;
}

std::string_view name_of(ItemState state) {
  return kStates[std::size_t(state)].second;
}

database::Parameters due_parameters(Timestamp now) {
  return {{"now", to_us(now)}, {"arrival_days", kArrivalDays}, {"departure_days", kDepartureDays}};
}

Result<Items> read_items(Transaction& transaction, const std::vector<Person>& persons,
                         Timestamp now) {
  Items items;
  if (persons.empty()) return items;
  std::map<std::int64_t, const Person*> by_id;
  for (const Person& person : persons) by_id[person.id.value] = &person;
  database::Parameters parameters = {{"arrival_days", kArrivalDays},
                                     {"departure_days", kDepartureDays}};
  const std::string these = in_list(persons, parameters);
  TRY(auto rows,
      transaction.query(
          "SELECT p.id AS person_id, s.id, s.kind, s.name, s.text, s.mandatory, " +
              std::string(kDue) + " AS due_us, CASE WHEN " + std::string(kIsAsked) +
              " THEN 1 ELSE 0 END AS asked, i.state, i.note, i.by_user_id, i.by_name, i.at_us, "
              "i.by_own_account FROM "
              "person p JOIN checklist_step s ON s.tenant_id = p.tenant_id LEFT JOIN "
              "checklist_item i ON i.person_id = p.id AND i.step_id = s.id WHERE p.id" +
              these + " AND (i.state IS NOT NULL OR " + std::string(kIsAsked) +
              ") ORDER BY s.kind, due_us, s.name_key",
          parameters));
  for (const Row& row : rows) {
    const Person& person = *by_id.at(row.integer("person_id"));
    items[person.id].push_back(item_of(row, person, now));
  }
  TRY(add_accounts_ended(transaction, persons, now, items));
  return items;
}

Result<std::vector<Item>> read_items(Transaction& transaction, const Person& person,
                                     Timestamp now) {
  TRY(Items items, read_items(transaction, std::vector<Person>{person}, now));
  return std::move(items[person.id]);
}

Result<Item> find_item(const std::vector<Item>& items, StepId step) {
  const auto found = std::ranges::find(items, step, &Item::step);
  if (step && found != items.end()) return *found;
  return fail(Code::kNotFound, "people.no_item", {{"step", step.text()}});
}

Result<> add_overdue_steps(Transaction& transaction, std::vector<Person>& persons, Timestamp now) {
  if (persons.empty()) return {};
  database::Parameters parameters = due_parameters(now);
  const std::string these = in_list(persons, parameters);
  TRY(auto rows,
      transaction.query(
          "SELECT p.id, count(*) AS n FROM person p JOIN checklist_step s ON s.tenant_id = "
          "p.tenant_id AND s.mandatory = 1 LEFT JOIN checklist_item i ON i.person_id = p.id AND "
          "i.step_id = s.id WHERE p.id" +
              these + " AND i.state IS NULL AND " + std::string(kIsAsked) + " AND " +
              std::string(kDue) + " <= :now AND NOT " + std::string(kIsOver) +
              " GROUP BY p.id UNION ALL SELECT p.id, 1 AS n FROM person p WHERE p.id" + these +
              " AND p.ends_us + :departure_days * 86400000000 <= :now AND EXISTS (SELECT 1 FROM "
              "person_account a JOIN iam_user u ON u.id = a.user_id WHERE a.person_id = p.id AND " +
              std::string(kWorks) + ")",
          parameters));
  std::map<std::int64_t, std::int64_t> overdue;
  for (const Row& row : rows) overdue[row.integer("id")] += row.integer("n");
  for (Person& person : persons) person.overdue_steps = overdue[person.id.value];
  return {};
}

}  // namespace belfry::people
