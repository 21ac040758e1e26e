// What was done of the steps for each person, and by whom.
#include "checklist_rows.h"
#include "fields.h"
#include "rows.h"

#include <algorithm>
#include <tuple>

namespace belfry::people {
namespace {

// Nobody settles what is asked of them, and no session of a role anything: it is nobody's. The
// user; of a program its owner.
Result<UserId> check_actor(Transaction& transaction, const Actor& by, const Person& person) {
  if (!by.user) return fail(Code::kDenied, "people.act_of_nobody");
  TRY(const UserId user, owner_of(transaction, by.user));
  if (std::ranges::any_of(person.accounts,
                          [&](const Account& account) { return account.user == user; }))
    return fail(Code::kDenied, "people.own_checklist");
  return user;
}

// Who recorded the person, or set its end.
Result<std::vector<UserId>> recorders(Transaction& transaction, PersonId person, StepKind kind) {
  TRY(auto rows,
      transaction.query(kind == StepKind::kArrival
                            ? "SELECT recorded_by_user_id AS user_id FROM person WHERE id = :id "
                              "AND recorded_by_user_id IS NOT NULL"
                            : "SELECT user_id FROM person_end WHERE person_id = :id",
                        {{"id", person.value}}));
  std::vector<UserId> users;
  users.reserve(rows.size());
  for (const Row& row : rows) users.push_back(UserId{row.integer("user_id")});
  return users;
}

// See Checklists::settle.
Result<std::vector<UserId>> find_responsible(Transaction& transaction, PersonId person,
                                             const std::vector<Item>& items, const Item& wanted,
                                             StepAct act) {
  const ItemState theirs = act == StepAct::kWaive ? ItemState::kDone : ItemState::kWaived;
  std::vector<UserId> users;
  if (act == StepAct::kWaive) {
    TRY(users, recorders(transaction, person, wanted.kind));
  }
  for (const Item& item : items)
    if (item.step && item.step != wanted.step && item.kind == wanted.kind && item.state == theirs)
      users.push_back(item.by);
  std::ranges::sort(users);
  const auto [first, last] = std::ranges::unique(users);
  users.erase(first, last);
  return users;
}

// A step is waived by somebody else than who answers for the rest of the list. False: that is not
// sure.
Result<bool> check_another(Transaction& transaction, const Person& person,
                           std::vector<UserId> responsible, StepAct act,
                           const IsAnother& is_another) {
  if (responsible.empty()) {
    if (act == StepAct::kWaive) return fail(Code::kDenied, "people.waiver_without_responsible");
    return true;
  }
  Responsible all{.users = std::move(responsible)};
  for (const Account& account : person.accounts) all.barred.push_back(account.user);
  return is_another(transaction, all);
}

std::vector<audit::Detail> details_of(const Person& person, const Item& item, const char* name,
                                      const std::string& words) {
  return {{"name", person.name},
          {"kind", std::string(name_of(item.kind))},
          {"step", item.name},
          {"step_id", item.step.text()},
          {name, words}};
}

}  // namespace

Task<std::vector<Item>> RegisterService::checklist(TenantId tenant, PersonId person) {
  co_return co_await changes_.read<std::vector<Item>>(
      [&](Transaction& transaction) -> Result<std::vector<Item>> {
        TRY(const Person found, find_person(transaction, tenant, person));
        return read_items(transaction, found, clock_.now());
      });
}

Task<std::vector<Item>> RegisterService::settle(const Actor& by, PersonId person, StepId step,
                                                StepAct act, const std::string& words,
                                                const IsAnother& is_another) {
  const bool is_waiver = act == StepAct::kWaive;
  CO_TRY(is_waiver ? check_step_reason(words) : check_note(words));
  co_return co_await changes_.write<std::vector<Item>>(
      [&](Transaction& transaction) -> Result<std::vector<Item>> {
        TRY(const Person found, find_person(transaction, by.tenant, person));
        TRY(const auto items, read_items(transaction, found, clock_.now()));
        TRY(const Item item, find_item(items, step));
        if (item.state != ItemState::kOpen)
          return fail(Code::kConflict, "people.step_not_open", {{"name", item.name}});
        TRY(const UserId user, check_actor(transaction, by, found));
        TRY(auto responsible, find_responsible(transaction, person, items, item, act));
        TRY(const bool is_sure,
            check_another(transaction, found, std::move(responsible), act, is_another));
        TRY(transaction.execute(
            "INSERT INTO checklist_item (person_id, step_id, tenant_id, state, note, by_user_id, "
            "by_name, at_us) VALUES (:person, :step, :tenant, :state, :note, :by, :by_name, :now)",
            {{"person", person.value},
             {"step", step.value},
             {"tenant", by.tenant.value},
             {"state", std::string(name_of(is_waiver ? ItemState::kWaived : ItemState::kDone))},
             {"note", words},
             {"by", user.value},
             {"by_name", by.name},
             {"now", to_us(clock_.now())}}));
        auto details = details_of(found, item, is_waiver ? "reason" : "note", words);
        if (!is_sure) details.push_back({"approved_by_own_account", "yes"});
        TRY(note(transaction, by,
                 is_waiver ? "people:WaiveChecklistStep" : "people:DoChecklistStep",
                 resource_of(person), std::move(details)));
        return read_items(transaction, found, clock_.now());
      });
}

Task<std::vector<Item>> RegisterService::undo(const Actor& by, PersonId person, StepId step,
                                              const std::string& reason) {
  CO_TRY(check_step_reason(reason));
  co_return co_await changes_.write<std::vector<Item>>(
      [&](Transaction& transaction) -> Result<std::vector<Item>> {
        TRY(const Person found, find_person(transaction, by.tenant, person));
        TRY(const auto items, read_items(transaction, found, clock_.now()));
        TRY(const Item item, find_item(items, step));
        if (item.state == ItemState::kOpen)
          return fail(Code::kConflict, "people.step_open", {{"name", item.name}});
        TRY(check_actor(transaction, by, found));
        TRY(transaction.execute(
            "DELETE FROM checklist_item WHERE person_id = :person AND step_id = :step",
            {{"person", person.value}, {"step", step.value}}));
        auto details = details_of(found, item, "reason", reason);
        details.push_back({"state_before", std::string(name_of(item.state))});
        details.push_back({"note_before", item.note});
        details.push_back({"by_before", item.by_name});
        details.push_back({"by_id_before", item.by.text()});
        details.push_back({"at_before", format_rfc3339(*item.at)});
        TRY(note(transaction, by, "people:UndoChecklistStep", resource_of(person),
                 std::move(details)));
        return read_items(transaction, found, clock_.now());
      });
}

Result<std::vector<audit::Detail>> RegisterService::renew_checklists(Transaction& transaction,
                                                                     const Actor& by,
                                                                     const Person& before,
                                                                     const Person& after) {
  std::vector<audit::Detail> details;
  const Timestamp now = clock_.now();
  const bool is_another =
      before.ends && after.starts != before.starts && after.starts >= *before.ends;
  const bool is_back = before.ends && (!after.ends || (*before.ends <= now && *after.ends > now));
  // What was done for a contract that began already is not done for one that begins later.
  const bool is_later = before.starts <= now && after.starts > before.starts;
  for (const auto& [kind, is_renewed, until] :
       {std::tuple{StepKind::kArrival, is_another || is_later, is_another ? now : after.starts},
        std::tuple{StepKind::kDeparture, is_another || is_back, now}}) {
    if (!is_renewed) continue;
    TRY(const std::int64_t dropped,
        transaction.execute(
            "DELETE FROM checklist_item WHERE person_id = :person AND at_us <= :until AND step_id "
            "IN (SELECT s.id FROM checklist_step s WHERE s.tenant_id = :tenant AND s.kind = :kind)",
            {{"person", before.id.value},
             {"until", to_us(until)},
             {"tenant", before.tenant.value},
             {"kind", std::string(name_of(kind))}}));
    if (dropped > 0) details.push_back({"checklist_anew", std::string(name_of(kind))});
  }
  if (!is_another && !(is_back && *before.ends <= now)) return details;
  // For the departure that was, others answered.
  TRY(const UserId user, owner_of(transaction, by.user));
  TRY(transaction.execute("DELETE FROM person_end WHERE person_id = :person AND user_id <> :user",
                          {{"person", before.id.value}, {"user", user.value}}));
  return details;
}

Result<> RegisterService::check_none_lifted(Transaction& transaction, const Person& before,
                                            const Person& after, const std::vector<Item>& items) {
  const Timestamp now = clock_.now();
  const bool has_left = before.ends && *before.ends <= now;
  // Who begins another contract arrives anew; who leaves not, after all, gives nothing back.
  const bool is_another = has_left && after.starts >= *before.ends;
  const bool is_staying = !has_left && !after.ends;
  const auto is_due = [&](const Item& item) { return item.due && *item.due <= now; };
  TRY(const auto rest, read_items(transaction, after, now));
  std::string lifted;
  for (const Item& item : items) {
    if (!item.step || !item.is_mandatory || !item.is_asked || item.state != ItemState::kOpen)
      continue;
    if (item.kind == StepKind::kArrival ? is_another : is_staying) continue;
    const auto found = std::ranges::find(rest, item.step, &Item::step);
    const bool is_asked = found != rest.end() && found->is_asked;
    if (!is_asked || (is_due(item) && !is_due(*found)))
      lifted += (lifted.empty() ? "" : ", ") + item.name;
  }
  if (lifted.empty()) return {};
  return fail(Code::kConflict, "people.steps_lifted", {{"steps", lifted}});
}

}  // namespace belfry::people
