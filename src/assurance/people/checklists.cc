// What was done of the steps for each person, and by whom.
#include "checklist_rows.h"
#include "fields.h"
#include "rows.h"

#include <algorithm>

namespace belfry::people {
namespace {

// Who acts: the owner of a program, and the person of the register whose account that is.
struct Acting {
  UserId user;
  PersonId person;  // zero: nobody of the register
};

bool are_one(const Acting& a, const Acting& b) {
  return a.user == b.user || (a.person && a.person == b.person);
}

Result<Acting> acting(Transaction& transaction, UserId user) {
  TRY(auto rows,
      transaction.query("SELECT COALESCE(u.owner_id, u.id) AS user_id, COALESCE(a.person_id, 0) AS "
                        "person_id FROM iam_user u LEFT JOIN person_account a ON a.user_id = "
                        "COALESCE(u.owner_id, u.id) WHERE u.id = :user",
                        {{"user", user.value}}));
  if (rows.empty()) return Acting{.user = user, .person = {}};
  return Acting{.user = UserId{rows[0].integer("user_id")},
                .person = PersonId{rows[0].integer("person_id")}};
}

// Nobody settles what is asked of them, and no session of a role anything: it is nobody's.
Result<Acting> check_actor(Transaction& transaction, const Actor& by, PersonId person) {
  if (!by.user) return fail(Code::kDenied, "people.act_of_nobody");
  TRY(Acting actor, acting(transaction, by.user));
  if (actor.person == person) return fail(Code::kDenied, "people.own_checklist");
  return actor;
}

// Who recorded the person, or when it leaves.
Result<std::vector<UserId>> recorders(Transaction& transaction, PersonId person, StepKind kind) {
  TRY(auto rows, transaction.query("SELECT COALESCE(recorded_by_user_id, 0) AS arrival, "
                                   "COALESCE(ended_by_user_id, 0) AS departure FROM person WHERE "
                                   "id = :id",
                                   {{"id", person.value}}));
  const UserId user{rows.at(0).integer(name_of(kind))};
  return user ? std::vector<UserId>{user} : std::vector<UserId>{};
}

// See Checklists::others.
Result<std::vector<UserId>> find_others(Transaction& transaction, PersonId person,
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

// A step is waived by somebody else than who answers for the rest of the list.
Result<> check_apart(Transaction& transaction, const Acting& actor,
                     const std::vector<UserId>& others, StepAct act) {
  if (act == StepAct::kWaive && others.empty())
    return fail(Code::kDenied, "people.waiver_without_responsible");
  for (const UserId user : others) {
    TRY(const Acting other, acting(transaction, user));
    if (are_one(actor, other))
      return fail(Code::kDenied, act == StepAct::kWaive ? "people.waived_by_responsible"
                                                        : "people.done_by_waiver");
  }
  return {};
}

std::vector<audit::Detail> details_of(const Person& person, const Item& item, const char* name,
                                      const std::string& words) {
  return {{"name", person.name},
          {"kind", std::string(name_of(item.kind))},
          {"step", item.name},
          {name, words}};
}

}  // namespace

Task<std::vector<Item>> RegisterService::checklist(TenantId tenant, PersonId person) {
  co_return co_await read<std::vector<Item>>(
      [&](Transaction& transaction) -> Result<std::vector<Item>> {
        TRY(const Person found, find_person(transaction, tenant, person));
        return read_items(transaction, found, clock_.now());
      });
}

Task<std::vector<UserId>> RegisterService::others(TenantId tenant, PersonId person, StepId step,
                                                  StepAct act) {
  co_return co_await read<std::vector<UserId>>(
      [&](Transaction& transaction) -> Result<std::vector<UserId>> {
        TRY(const Person found, find_person(transaction, tenant, person));
        TRY(const auto items, read_items(transaction, found, clock_.now()));
        TRY(const Item item, find_item(items, step));
        return find_others(transaction, person, items, item, act);
      });
}

Task<std::vector<Item>> RegisterService::settle(const Actor& by, PersonId person, StepId step,
                                                StepAct act, const std::string& words) {
  const bool is_waiver = act == StepAct::kWaive;
  CO_TRY(is_waiver ? check_reason(words) : check_note(words));
  co_return co_await write<std::vector<Item>>(
      [&](Transaction& transaction) -> Result<std::vector<Item>> {
        TRY(const Person found, find_person(transaction, by.tenant, person));
        TRY(const auto items, read_items(transaction, found, clock_.now()));
        TRY(const Item item, find_item(items, step));
        if (item.state != ItemState::kOpen)
          return fail(Code::kConflict, "people.step_not_open", {{"name", item.name}});
        TRY(const Acting actor, check_actor(transaction, by, person));
        TRY(const auto others, find_others(transaction, person, items, item, act));
        TRY(check_apart(transaction, actor, others, act));
        TRY(transaction.execute(
            "INSERT INTO checklist_item (person_id, step_id, tenant_id, state, note, by_user_id, "
            "by_name, at_us) VALUES (:person, :step, :tenant, :state, :note, :by, :by_name, :now)",
            {{"person", person.value},
             {"step", step.value},
             {"tenant", by.tenant.value},
             {"state", std::string(name_of(is_waiver ? ItemState::kWaived : ItemState::kDone))},
             {"note", words},
             {"by", by.user.value},
             {"by_name", by.name},
             {"now", to_us(clock_.now())}}));
        TRY(note(
            transaction, by, is_waiver ? "people:WaiveChecklistStep" : "people:DoChecklistStep",
            resource_of(person), details_of(found, item, is_waiver ? "reason" : "note", words)));
        return read_items(transaction, found, clock_.now());
      });
}

Task<std::vector<Item>> RegisterService::undo(const Actor& by, PersonId person, StepId step,
                                              const std::string& reason) {
  CO_TRY(check_reason(reason));
  co_return co_await write<std::vector<Item>>(
      [&](Transaction& transaction) -> Result<std::vector<Item>> {
        TRY(const Person found, find_person(transaction, by.tenant, person));
        TRY(const auto items, read_items(transaction, found, clock_.now()));
        TRY(const Item item, find_item(items, step));
        if (item.state == ItemState::kOpen)
          return fail(Code::kConflict, "people.step_open", {{"name", item.name}});
        TRY(check_actor(transaction, by, person));
        TRY(transaction.execute(
            "DELETE FROM checklist_item WHERE person_id = :person AND step_id = :step",
            {{"person", person.value}, {"step", step.value}}));
        auto details = details_of(found, item, "reason", reason);
        details.push_back({"state_before", std::string(name_of(item.state))});
        details.push_back({"note_before", item.note});
        details.push_back({"by_before", item.by_name});
        TRY(note(transaction, by, "people:UndoChecklistStep", resource_of(person),
                 std::move(details)));
        return read_items(transaction, found, clock_.now());
      });
}

Result<std::vector<audit::Detail>> RegisterService::renew_checklists(Transaction& transaction,
                                                                     const Person& before,
                                                                     const Person& after) {
  std::vector<audit::Detail> details;
  if (!before.ends) return details;
  const Timestamp now = clock_.now();
  const bool is_another = after.starts != before.starts && after.starts >= *before.ends;
  const bool is_back = !after.ends || (*before.ends <= now && *after.ends > now);
  for (const auto& [kind, is_renewed] : {std::pair{StepKind::kArrival, is_another},
                                         std::pair{StepKind::kDeparture, is_another || is_back}}) {
    if (!is_renewed) continue;
    TRY(const std::int64_t dropped,
        transaction.execute(
            "DELETE FROM checklist_item WHERE person_id = :person AND step_id IN (SELECT s.id FROM "
            "checklist_step s WHERE s.tenant_id = :tenant AND s.kind = :kind)",
            {{"person", before.id.value},
             {"tenant", before.tenant.value},
             {"kind", std::string(name_of(kind))}}));
    if (dropped > 0) details.push_back({"checklist_anew", std::string(name_of(kind))});
  }
  return details;
}

}  // namespace belfry::people
