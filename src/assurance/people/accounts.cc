// Which accounts are whose.
#include "rows.h"

namespace belfry::people {

Result<> RegisterService::check_may_bind(Transaction& transaction, const Actor& by, UserId user) {
  if (by.may_suspend_administrators) return {};
  TRY(auto administrators,
      transaction.query(
          "SELECT count(*) AS n FROM iam_user u WHERE u.id = :id AND " + std::string(kAdministers),
          {{"id", user.value}}));
  if (administrators[0].integer("n") == 0) return {};
  return fail(Code::kDenied, "people.administrator_account");
}

Result<> RegisterService::check_not_own(Transaction& transaction, const Actor& by,
                                        const Person& person) {
  TRY(const UserId user, owner_of(transaction, by.user));
  if (!is_theirs(person, user)) return {};
  return fail(Code::kDenied, "people.own_accounts");
}

// Takes an account from its person. Whether that is remembered: not what the same person said a
// moment ago, who might as well never have said it.
Result<bool> RegisterService::remove_account(Transaction& transaction, const Actor& by,
                                             PersonId person, UserId user) {
  const database::Parameters binding = {{"user", user.value}, {"person", person.value}};
  TRY(auto rows, transaction.query("SELECT bound_us, bound_by_user_id FROM person_account WHERE "
                                   "user_id = :user AND person_id = :person",
                                   binding));
  if (rows.empty()) return fail(Code::kNotFound, "people.no_account", {{"account", user.text()}});
  const Timestamp bound = from_us(rows[0].integer("bound_us")), now = clock_.now();
  TRY(const UserId acting, owner_of(transaction, by.user));
  TRY(transaction.execute(
      "DELETE FROM person_account WHERE user_id = :user AND person_id = :person", binding));
  if (acting && acting.value == rows[0].integer("bound_by_user_id") && now - bound <= kMistakeLimit)
    return false;
  TRY(transaction.execute(
      "INSERT INTO former_account (person_id, user_id, tenant_id, bound_us, unbound_us) VALUES "
      "(:person, :user, :tenant, :bound, :now) ON CONFLICT (person_id, user_id) DO UPDATE SET "
      "bound_us = excluded.bound_us, unbound_us = excluded.unbound_us",
      {{"person", person.value},
       {"user", user.value},
       {"tenant", by.tenant.value},
       {"bound", to_us(bound)},
       {"now", to_us(now)}}));
  return true;
}

Result<bool> RegisterService::add_account(Transaction& transaction, const Actor& by,
                                          const Person& person, UserId user) {
  TRY(auto rows,
      transaction.query("SELECT u.owner_id, u.role, u.base_role, COALESCE((SELECT a.person_id FROM "
                        "person_account a WHERE a.user_id = u.id), 0) AS person_id FROM iam_user u "
                        "WHERE u.id = :id AND u.tenant_id = :tenant AND u.deleted_us IS NULL",
                        {{"id", user.value}, {"tenant", by.tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "people.no_account", {{"account", user.text()}});
  if (!rows[0].is_null("owner_id")) return fail(Code::kConflict, "people.program_account");
  const PersonId holder{rows[0].integer("person_id")};
  if (holder == person.id) return false;
  TRY(check_may_bind(transaction, by, user));
  if (holder) return fail(Code::kConflict, "people.account_taken", {{"person", holder.text()}});
  TRY(const UserId acting, owner_of(transaction, by.user));
  TRY(
      transaction.execute("INSERT INTO person_account (user_id, person_id, tenant_id, bound_us, "
                          "bound_by_user_id, kept) "
                          "VALUES (:user, :person, :tenant, :now, :by, '')",
                          {{"user", user.value},
                           {"person", person.id.value},
                           {"tenant", by.tenant.value},
                           {"now", to_us(clock_.now())},
                           {"by", acting.value}}));
  // As if the end were recorded now: who may have an administrator leave is asked.
  if (person.ends) TRY(set_end(transaction, by, person, person.ends));
  return true;
}

Task<Person> RegisterService::bind(const Actor& by, PersonId person, UserId user) {
  co_return co_await changes_.write<Person>([&](Transaction& transaction) -> Result<Person> {
    TRY(const Person before, find_person(transaction, by.tenant, person));
    TRY(const bool is_new, add_account(transaction, by, before, user));
    if (is_new)
      TRY(note(transaction, by, "people:BindAccount", resource_of(person),
               {{"name", before.name}, {"account", user.text()}}));
    return whole(transaction, by.tenant, person);
  });
}

Task<Person> RegisterService::unbind(const Actor& by, PersonId person, UserId user) {
  co_return co_await changes_.write<Person>([&](Transaction& transaction) -> Result<Person> {
    TRY(const Person before, find_person(transaction, by.tenant, person));
    // Whose end is known would stay an account without a person.
    if (before.ends) TRY(check_may_end(transaction, by, person));
    TRY(check_may_bind(transaction, by, user));
    TRY(check_not_own(transaction, by, before));
    TRY(const bool is_remembered, remove_account(transaction, by, person, user));
    TRY(note(transaction, by, "people:UnbindAccount", resource_of(person),
             {{"name", before.name},
              {"account", user.text()},
              {"remembered", is_remembered ? "yes" : "no"}}));
    return whole(transaction, by.tenant, person);
  });
}

}  // namespace belfry::people
