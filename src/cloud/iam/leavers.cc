// Accounts of persons who have left, ended by the program.
#include "access_service.h"
#include "leaving.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

// Those that give nobody anything any more.
constexpr const char* kEndedRights =
    "UPDATE iam_grant SET ended_us = :now_us, ended_by_user_id = :by_id, end_reason = :reason "
    "WHERE user_id = :id AND ended_us IS NULL AND kind NOT IN ('role', 'boundary')";
// Temporary credentials of a role that the person assumed, and all that was assumed with them.
constexpr const char* kAssumed = "DELETE FROM role_session WHERE by_user_id = :id";
// Links that let somebody in as the user, or that the user sent.
constexpr const char* kLinks[] = {
    "DELETE FROM password_reset WHERE user_id = :id",
    "DELETE FROM factor_reset WHERE user_id = :id",
    "DELETE FROM mail WHERE about IN (:password_about, :factor_about) OR about IN (SELECT "
    "'invitation/' || i.id FROM invitation i WHERE i.invited_by_user_id = :id AND i.ended_us IS "
    "NULL)",
    "UPDATE invitation SET ended_us = :now_us WHERE invited_by_user_id = :id AND ended_us IS NULL"};

// Without a right but the least, which no account can be without.
Result<bool> fall_back_to_least(Core& core, Transaction& transaction, const User& user) {
  const database::Parameters id = {{"id", user.id.value}};
  TRY(auto rows, transaction.query("SELECT role, base_role FROM iam_user WHERE id = :id", id));
  Right reader = role_of(user);
  reader.role = reader.name = std::string(name_of(Role::kReader));
  reader.privileged = false;
  if (rows.at(0).is_null("base_role") && rows[0].text("role") == reader.role) return false;
  TRY(
      transaction.execute("UPDATE iam_user SET role = :role, base_role = NULL, role_until_us = "
                          "NULL WHERE id = :id",
                          {{"role", reader.role}, {"id", user.id.value}}));
  TRY(
      transaction.execute("UPDATE iam_grant SET ended_us = :now_us, ended_by_user_id = 0, "
                          "end_reason = 'withdrawn' WHERE user_id = :id AND ended_us IS NULL AND "
                          "kind = 'role'",
                          {{"now_us", to_us(core.clock.now())}, {"id", user.id.value}}));
  TRY(record_grant(core, transaction, reader, {.origin = "direct"}));
  return true;
}

}  // namespace

Result<Ended> end_what_works(Transaction& transaction, UserId user, const Ending& ending) {
  const database::Parameters parameters = {{"id", user.value},
                                           {"by_id", ending.by.value},
                                           {"reason", std::string(ending.reason)},
                                           {"password_about", "password_reset/" + user.text()},
                                           {"factor_about", "factor_reset/" + user.text()},
                                           {"now_us", to_us(ending.at)}};
  const auto empty = [&](const char* table) {
    return transaction.execute("DELETE FROM " + std::string(table) + " WHERE user_id = :id",
                               parameters);
  };
  Ended ended;
  // What was given by them stays.
  TRY(ended.rights, delete_delegations(transaction, "user_id = :id", parameters));
  for (const char* table : {"group_member", "user_profile"}) {
    TRY(const std::int64_t held, empty(table));
    ended.rights += held;
  }
  TRY(transaction.execute(kEndedRights, parameters));
  TRY(ended.tokens, empty("api_token"));
  TRY(ended.keys, empty("access_key"));
  TRY(transaction.execute(kAssumed, parameters));
  TRY(ended.sessions,
      transaction.execute("UPDATE iam_session SET ended_us = :now_us WHERE user_id = :id AND "
                          "ended_us IS NULL",
                          parameters));
  for (const char* link : kLinks) TRY(transaction.execute(link, parameters));
  TRY(
      transaction.execute("UPDATE access_request SET state = 'cancelled', decided_us = :now_us, "
                          "decided_by_user_id = :by_id WHERE state = 'pending' AND "
                          "(user_id = :id OR requested_by_user_id = :id)",
                          parameters));
  return ended;
}

Result<bool> IamService::end_leaver(Transaction& transaction, const LeaversAccount& account) {
  auto found = iam::find_user(transaction, account.user);
  // Deleted since: nothing of it is left.
  if (!found && found.error().code() == Code::kNotFound) return false;
  TRY(const User user, std::move(found));
  if (user.tenant != account.tenant) return false;
  const Timestamp now = core_.clock.now();
  TRY(const bool is_last,
      is_last_administrator(transaction, user.tenant, user.id, now, Successors::kForGood));
  if (is_last) return fail(Code::kConflict, "iam.last_administrator", {{"user", user.name}});
  TRY(
      transaction.execute("UPDATE iam_user SET active = 0, suspended_by_delegation_id = 0 WHERE "
                          "id = :id",
                          {{"id", user.id.value}}));
  TRY(Ended ended, end_what_works(transaction, user.id, {.reason = "withdrawn", .at = now}));
  TRY(const bool had_role, fall_back_to_least(core_, transaction, user));
  if (had_role) ++ended.rights;
  if (!user.active && !ended.any()) return false;
  TRY(core_.trail.changed(transaction, user.tenant, system_in(user.tenant),
                          {"iam:EndLeaver",
                           resource_of(user.id),
                           {{"name", user.name},
                            {"person", account.person},
                            {"left", format_rfc3339(account.left)},
                            {"sessions", std::to_string(ended.sessions)},
                            {"tokens", std::to_string(ended.tokens)},
                            {"keys", std::to_string(ended.keys)},
                            {"rights", std::to_string(ended.rights)}}}));
  return true;
}

Task<bool> IamService::end_account(const LeaversAccount& account, const StillLeft& still) {
  CO_TRY(const bool is_ended,
         co_await core_.write<bool>([&](Transaction& transaction) -> Result<bool> {
           TRY(const bool has_left, still(transaction));
           if (!has_left) return false;
           return end_leaver(transaction, account);
         }));
  // The service accounts that the user owned rest from now on.
  core_.signing.forget_tenant(account.tenant);
  core_.signing.forget_sessions();
  co_return is_ended;
}

}  // namespace belfry::iam
