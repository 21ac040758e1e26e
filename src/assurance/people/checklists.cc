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
  if (is_theirs(person, user)) return fail(Code::kDenied, "people.own_checklist");
  return user;
}

// Who answers for the list; nobody where that was never noted.
Result<std::vector<UserId>> authors(Transaction& transaction, PersonId person, StepKind kind) {
  TRY(auto rows, transaction.query("SELECT user_id FROM checklist_author WHERE person_id = :id AND "
                                   "kind = :kind",
                                   {{"id", person.value}, {"kind", std::string(name_of(kind))}}));
  std::vector<UserId> users;
  users.reserve(rows.size());
  for (const Row& row : rows) users.push_back(UserId{row.integer("user_id")});
  return users;
}

// Those of a list who did what stands in that state, besides the step.
void add_actors(std::vector<UserId>& users, const std::vector<Item>& items, StepKind kind,
                ItemState state, StepId besides) {
  for (const Item& item : items)
    if (item.step && item.step != besides && item.kind == kind && item.state == state)
      users.push_back(item.by);
}

// See Checklists::settle.
Result<std::vector<UserId>> find_responsible(Transaction& transaction, PersonId person,
                                             const std::vector<Item>& items, const Item& wanted,
                                             StepAct act) {
  std::vector<UserId> users;
  if (act == StepAct::kWaive) {
    TRY(users, authors(transaction, person, wanted.kind));
  }
  add_actors(users, items, wanted.kind,
             act == StepAct::kWaive ? ItemState::kDone : ItemState::kWaived, wanted.step);
  return users;
}

Responsible responsible_of(const Person& person, std::vector<UserId> users) {
  std::ranges::sort(users);
  const auto [first, last] = std::ranges::unique(users);
  users.erase(first, last);
  Responsible all{.users = std::move(users)};
  for (const Account& account : person.accounts) all.barred.push_back(account.user);
  for (const FormerAccount& account : person.former_accounts) all.barred.push_back(account.user);
  return all;
}

// A step is waived by somebody else than who answers for the rest of the list. False: that is not
// sure, or nobody is known who does.
Result<bool> check_another(Transaction& transaction, const Person& person,
                           std::vector<UserId> responsible, StepAct act,
                           const IsAnother& is_another) {
  if (responsible.empty()) return act == StepAct::kDo;
  return is_another(transaction, responsible_of(person, std::move(responsible)));
}

// Whether the step is asked as it was, and due no later.
bool is_kept(const Item& item, const std::vector<Item>& now) {
  const auto found = std::ranges::find(now, item.step, &Item::step);
  return found != now.end() && found->is_asked && (!item.due || found->due <= item.due);
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
            "by_name, at_us, by_own_account) VALUES (:person, :step, :tenant, :state, :note, :by, "
            ":by_name, :now, :own)",
            {{"person", person.value},
             {"step", step.value},
             {"tenant", by.tenant.value},
             {"state", std::string(name_of(is_waiver ? ItemState::kWaived : ItemState::kDone))},
             {"note", words},
             {"by", user.value},
             {"by_name", by.name},
             {"now", to_us(clock_.now())},
             {"own", std::int64_t(is_waiver && !is_sure)}}));
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
                                                                     const Person& after,
                                                                     const Lists& lists) {
  std::vector<audit::Detail> details;
  const Timestamp now = clock_.now();
  const bool is_another =
      before.ends && after.starts != before.starts && after.starts >= *before.ends;
  const bool is_back =
      before.ends && (!after.ends || (has_left(before, now) && !has_left(after, now)));
  // What was done for a contract that began already is not done for one that begins later.
  const bool is_later = before.starts <= now && after.starts > before.starts;
  for (const auto& [kind, is_renewed, until] :
       {std::tuple{StepKind::kArrival, is_another || is_later, is_another ? now : after.starts},
        std::tuple{StepKind::kDeparture, is_another || is_back, now}}) {
    if (!is_renewed) continue;
    std::string dropped;
    for (const Item& item : lists.items)
      if (item.step && item.kind == kind && item.at && *item.at <= until)
        dropped += (dropped.empty() ? "" : ", ") + item.name;
    if (dropped.empty()) continue;
    TRY(transaction.execute(
        "DELETE FROM checklist_item WHERE person_id = :person AND at_us <= :until AND step_id "
        "IN (SELECT s.id FROM checklist_step s WHERE s.tenant_id = :tenant AND s.kind = :kind)",
        {{"person", before.id.value},
         {"until", to_us(until)},
         {"tenant", before.tenant.value},
         {"kind", std::string(name_of(kind))}}));
    details.push_back({std::string(name_of(kind)) + "_anew", std::move(dropped)});
  }
  TRY(const UserId user, owner_of(transaction, by.user));
  // For the contract that was, others answered.
  if (is_another)
    TRY(transaction.execute(
        "DELETE FROM checklist_author WHERE person_id = :person AND user_id <> :user",
        {{"person", before.id.value}, {"user", user.value}}));
  const bool is_kind = before.kind != after.kind;
  if (is_kind || before.starts != after.starts)
    TRY(note_author(transaction, after, StepKind::kArrival, user));
  if (is_kind || before.ends != after.ends)
    TRY(note_author(transaction, after, StepKind::kDeparture, user));
  return details;
}

Result<> RegisterService::note_author(Transaction& transaction, const Person& person, StepKind kind,
                                      UserId user) {
  if (!user) return {};
  TRY(transaction.execute(
      "INSERT INTO checklist_author (person_id, kind, user_id, tenant_id) VALUES (:person, :kind, "
      ":user, :tenant) ON CONFLICT (person_id, kind, user_id) DO NOTHING",
      {{"person", person.id.value},
       {"kind", std::string(name_of(kind))},
       {"user", user.value},
       {"tenant", person.tenant.value}}));
  return {};
}

Result<RegisterService::Lists> RegisterService::read_lists(Transaction& transaction,
                                                           const Person& person) {
  Lists lists;
  TRY(lists.items, read_items(transaction, person, clock_.now()));
  TRY(lists.arrival, authors(transaction, person.id, StepKind::kArrival));
  TRY(lists.departure, authors(transaction, person.id, StepKind::kDeparture));
  return lists;
}

Result<std::vector<audit::Detail>> RegisterService::check_lifted(Transaction& transaction,
                                                                 const Actor& by,
                                                                 const Person& before,
                                                                 const Person& after,
                                                                 const Lists& lists) {
  const Timestamp now = clock_.now();
  const bool is_gone = has_left(before, now);
  // Of who has left nobody asks for steps of arrival; and plans may change.
  const bool has_arrival = before.starts <= now && !is_gone;
  TRY(const auto rest, read_items(transaction, after, now));
  std::string lifted;
  std::vector<UserId> users;
  for (const auto& [kind, is_under_way, answering] :
       {std::tuple{StepKind::kArrival, has_arrival, &lists.arrival},
        std::tuple{StepKind::kDeparture, is_gone, &lists.departure}}) {
    const std::size_t length = lifted.size();
    for (const Item& item : lists.items)
      if (is_under_way && item.step && item.kind == kind && item.is_mandatory && item.is_asked &&
          item.state == ItemState::kOpen && !is_kept(item, rest))
        lifted += (lifted.empty() ? "" : ", ") + item.name;
    if (lifted.size() == length) continue;
    users.insert(users.end(), answering->begin(), answering->end());
    add_actors(users, lists.items, kind, ItemState::kDone, {});
  }
  std::vector<audit::Detail> details;
  if (lifted.empty()) return details;
  Result<bool> is_sure = false;
  if (!users.empty() && by.is_another)
    is_sure = by.is_another(transaction, responsible_of(before, std::move(users)));
  else if (!users.empty())
    is_sure = fail(Code::kDenied, "people.steps_lifted");
  if (!is_sure && is_sure.error().code() != Code::kDenied) return std::unexpected(is_sure.error());
  if (!is_sure) return fail(Code::kDenied, "people.steps_lifted", {{"steps", lifted}});
  details.push_back({"steps_lifted", std::move(lifted)});
  if (!*is_sure) details.push_back({"approved_by_own_account", "yes"});
  return details;
}

}  // namespace belfry::people
