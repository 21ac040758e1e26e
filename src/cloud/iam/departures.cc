// How users go.
#include "grants.h"
#include "people_service.h"
#include "rows.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

// All that a user has, and is gone with it; what refers to another row before that row.
constexpr const char* kOwned[] = {
    "passkey",        "mfa_factor",   "recovery_code", "api_token",      "access_key",
    "group_member",   "user_profile", "user_boundary", "sign_in_origin", "session_place",
    "password_reset", "factor_reset", "account_way"};
// Temporary credentials of a role that the person assumed, and all that was assumed with them.
constexpr const char* kAssumed = "DELETE FROM role_session WHERE by_user_id = :id";

}  // namespace

Result<> PeopleService::check_may_go(Transaction& transaction, const Principal& by,
                                     const User& user) {
  if (user.id == by.user) return fail(Code::kConflict, "iam.own_account_stays");
  TRY(const bool is_last,
      is_last_administrator(transaction, user.tenant, user.id, core_.clock.now()));
  if (!is_last) return {};
  return fail(Code::kConflict, "iam.last_administrator", {{"user", user.name}});
}

Result<> PeopleService::erase(Transaction& transaction, const Principal& by, const User& user,
                              const std::string& unknown_hash) {
  const database::Parameters parameters = {{"id", user.id.value},
                                           {"by_id", by.user.value},
                                           {"unknown_hash", unknown_hash},
                                           {"password_about", "password_reset/" + user.id.text()},
                                           {"factor_about", "factor_reset/" + user.id.text()},
                                           {"now_us", to_us(core_.clock.now())}};
  // What was given by them stays.
  TRY(delete_delegations(transaction, "user_id = :id", parameters));
  for (const char* table : kOwned)
    TRY(transaction.execute("DELETE FROM " + std::string(table) + " WHERE user_id = :id",
                            parameters));
  TRY(transaction.execute(kAssumed, parameters));
  TRY(
      transaction.execute("UPDATE iam_grant SET ended_us = :now_us, ended_by_user_id = :by_id, "
                          "end_reason = 'withdrawn' WHERE user_id = :id AND ended_us IS NULL",
                          parameters));
  TRY(
      transaction.execute("UPDATE access_request SET state = 'cancelled', decided_us = :now_us, "
                          "decided_by_user_id = :by_id WHERE state = 'pending' AND "
                          "(user_id = :id OR requested_by_user_id = :id)",
                          parameters));
  // The log names sessions; where they came from goes.
  TRY(
      transaction.execute("UPDATE iam_session SET ended_us = coalesce(ended_us, :now_us), "
                          "source_ip = '', user_agent = '' WHERE user_id = :id",
                          parameters));
  TRY(
      transaction.execute("DELETE FROM mail WHERE about IN (:password_about, :factor_about) "
                          "OR about IN (SELECT 'invitation/' || i.id "
                          "FROM invitation i WHERE i.user_id = :id OR "
                          "(i.invited_by_user_id = :id AND i.ended_us IS NULL))",
                          parameters));
  TRY(transaction.execute("UPDATE invitation SET email = '', user_name = '' WHERE user_id = :id",
                          parameters));
  TRY(
      transaction.execute("UPDATE invitation SET ended_us = :now_us WHERE invited_by_user_id = :id "
                          "AND ended_us IS NULL",
                          parameters));
  TRY(
      transaction.execute("UPDATE iam_user SET active = 0, email = '', last_sign_in_us = NULL, "
                          "password_hash = :unknown_hash, deleted_us = :now_us WHERE id = :id",
                          parameters));
  return {};
}

Result<User> PeopleService::read_leaver(Transaction& transaction, const Principal& by, UserId id) {
  TRY(User user, find_user(transaction, id));
  TRY(core_.check_user(by, "iam:DeleteUser", user));
  TRY(check_may_go(transaction, by, user));
  return user;
}

Task<> PeopleService::delete_user(const Principal& by, UserId id) {
  // Before the costly hash.
  CO_TRY(co_await core_.read<User>(
      [&](Transaction& transaction) { return read_leaver(transaction, by, id); }));
  CO_TRY(core_.check_fresh(by, "iam:DeleteUser", resource_of(id)));
  // Who signs in with the name waits as long as before: a password that nobody knows.
  CO_TRY(const std::string unknown_hash,
         co_await passwords_.hash(make_bearer_secret(core_.random)));
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User user, read_leaver(transaction, by, id));
    TRY(erase(transaction, by, user, unknown_hash));
    TRY(core_.trail.changed(transaction, user.tenant, by,
                            {"iam:DeleteUser", resource_of(id), {{"name", user.name}}}));
    return Done{};
  }));
  // The service accounts that the user owned rest from now on.
  core_.signing.forget_tenant(by.tenant);
  core_.signing.forget_sessions();
  co_return Result<>();
}

}  // namespace belfry::iam
