// Second factors that were lost: two administrators, and a day between.
#include "access_service.h"
#include "base/text_encoding.h"
#include "factor_reset_service.h"
#include "paging.h"
#include "rows.h"
#include "sign_in_names.h"

namespace belfry::iam {
namespace {

constexpr Duration kCoolDown = std::chrono::hours(24), kPendingFor = std::chrono::days(3);
constexpr Duration kListedFor = std::chrono::days(30);
constexpr std::size_t kReasonMax = 1000;
constexpr std::int64_t kAtOnce = 20;

constexpr std::string_view kColumns =
    "r.*, u.name AS user_name, a.name AS asked_by_name, "
    "(SELECT b.name FROM iam_user b WHERE b.id = r.approved_by_user_id) AS approved_by_name "
    "FROM factor_reset r JOIN iam_user u ON u.id = r.user_id "
    "JOIN iam_user a ON a.id = r.asked_by_user_id ";

Error reset_missing(const std::string& id) {
  return Error(Code::kNotFound, "iam.factor_reset_missing", {{"reset", id}});
}

FactorReset reset_of(const Row& row) {
  return {.id = row.text("id"),
          .tenant = TenantId{row.integer("tenant_id")},
          .user = UserId{row.integer("user_id")},
          .user_name = row.text("user_name"),
          .reason = row.text("reason"),
          .asked_by = UserId{row.integer("asked_by_user_id")},
          .asked_by_name = row.text("asked_by_name"),
          .approved_by_name = row.is_null("approved_by_name") ? "" : row.text("approved_by_name"),
          .asked = from_us(row.integer("asked_us")),
          .effective = optional_time(row, "effective_us"),
          .state = row.text("state")};
}

std::vector<audit::Detail> details_of(const FactorReset& reset) {
  return {{"reset", reset.id}, {"user", reset.user_name}, {"reason", reset.reason}};
}

std::string subject_of(UserId user) {
  return "factor_reset/" + user.text();
}

}  // namespace

Result<> cancel_as_needless(Core& core, Transaction& transaction, const Principal& user) {
  TRY(const std::int64_t ended,
      transaction.execute("UPDATE factor_reset SET state = 'cancelled', ended_us = :now_us, "
                          "ended_by_user_id = :id WHERE user_id = :id AND ended_us IS NULL",
                          {{"now_us", to_us(core.clock.now())}, {"id", user.user.value}}));
  if (ended == 0) return {};
  return core.trail.changed(transaction, user.tenant, user,
                            {"iam:CancelFactorReset", resource_of(user.user), {}});
}

Result<> remove_factors(Transaction& transaction, UserId user, Timestamp now) {
  const database::Parameters parameters = {{"id", user.value}, {"now_us", to_us(now)}};
  for (const char* change :
       {"DELETE FROM passkey WHERE user_id = :id", "DELETE FROM mfa_factor WHERE user_id = :id",
        "DELETE FROM recovery_code WHERE user_id = :id",
        "UPDATE api_token SET second_factor = 0, passkey = 0 WHERE user_id = :id OR user_id IN "
        "(SELECT u.id FROM iam_user u WHERE u.owner_id = :id)",
        "UPDATE access_key SET second_factor = 0, passkey = 0 WHERE user_id = :id OR user_id IN "
        "(SELECT u.id FROM iam_user u WHERE u.owner_id = :id)",
        "UPDATE iam_session SET ended_us = :now_us WHERE user_id = :id AND ended_us IS NULL",
        "DELETE FROM role_session WHERE by_user_id = :id OR by_user_id IN "
        "(SELECT u.id FROM iam_user u WHERE u.owner_id = :id)"})
    TRY(transaction.execute(change, parameters));
  return {};
}

Task<Listing<FactorReset>> FactorResetService::list_factor_resets(const Principal& by,
                                                                  TenantId tenant, Page page) {
  using List = Listing<FactorReset>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(core_.refresh_tree(transaction));
    TRY(core_.check(by, "iam:ListFactorResets", {"belfry:tenant/" + tenant.text(), tenant},
                    Error(Code::kNotFound, "iam.tenant_missing", {{"tenant", tenant.text()}})));
    TRY(auto rows,
        transaction.query("SELECT " + std::string(kColumns) +
                              "WHERE r.tenant_id = :tenant_id AND r.asked_us > :since_us AND "
                              "(r.asked_us > :after_us OR (r.asked_us = :after_us AND "
                              "r.id > :after_id)) ORDER BY r.asked_us, r.id LIMIT :limit",
                          {{"tenant_id", tenant.value},
                           {"since_us", to_us(core_.clock.now() - kListedFor)},
                           {"after_us", after.us},
                           {"after_id", after.id},
                           {"limit", rows_of(page)}}));
    std::vector<FactorReset> resets;
    resets.reserve(rows.size());
    for (const Row& row : rows) resets.push_back(reset_of(row));
    return page_of(std::move(resets), page,
                   [](const FactorReset& each) { return text_of(each.asked, each.id); });
  });
}

Task<FactorReset> FactorResetService::ask_for_factor_reset(const Principal& by,
                                                           const LostFactor& lost) {
  if (lost.reason.empty() || lost.reason.size() > kReasonMax || !is_utf8(lost.reason) ||
      lost.reason.contains('\0'))
    co_return fail(Code::kInvalid, "iam.bad_reason");
  if (lost.language != "en" && lost.language != "fr")
    co_return fail(Code::kInvalid, "iam.bad_language");
  co_return co_await core_.write<FactorReset>([&](Transaction& transaction) -> Result<FactorReset> {
    TRY(core_.refresh_tree(transaction));
    TRY(const User user, find_user(transaction, lost.user));
    TRY(core_.check_user(by, "iam:AskForFactorReset", user));
    TRY(core_.check_fresh(by, "iam:AskForFactorReset", resource_of(user.id)));
    if (user.id == by.user) return fail(Code::kConflict, "iam.own_factors");
    if (!user.has_second_factor())
      return fail(Code::kConflict, "iam.no_factor", {{"user", user.name}});
    TRY(auto open, transaction.query("SELECT id FROM factor_reset WHERE user_id = :id AND "
                                     "ended_us IS NULL",
                                     {{"id", user.id.value}}));
    if (!open.empty()) return fail(Code::kConflict, "iam.reset_open", {{"user", user.name}});
    FactorReset made{.id = make_public_id(core_.random),
                     .tenant = user.tenant,
                     .user = user.id,
                     .user_name = user.name,
                     .reason = lost.reason,
                     .asked_by = by.user,
                     .asked_by_name = by.name,
                     .approved_by_name = "",
                     .asked = core_.clock.now(),
                     .state = "asked"};
    TRY(transaction.execute(
        "INSERT INTO factor_reset (id, tenant_id, user_id, reason, language, "
        "asked_by_user_id, asked_us, state) VALUES (:id, :tenant_id, :user_id, :reason, "
        ":language, :by_id, :now_us, 'asked')",
        {{"id", made.id},
         {"tenant_id", made.tenant.value},
         {"user_id", made.user.value},
         {"reason", made.reason},
         {"language", lost.language},
         {"by_id", by.user.value},
         {"now_us", to_us(made.asked)}}));
    TRY(core_.trail.changed(transaction, made.tenant, by,
                            {"iam:AskForFactorReset", resource_of(made.user), details_of(made)}));
    return made;
  });
}

Result<FactorReset> FactorResetService::read_open(Transaction& transaction, const Principal& by,
                                                  std::string_view action, const std::string& id) {
  TRY(const std::string key, read_text_key(id));
  TRY(core_.refresh_tree(transaction));
  TRY(auto rows,
      transaction.query("SELECT " + std::string(kColumns) + "WHERE r.id = :id", {{"id", key}}));
  if (rows.empty()) return std::unexpected(reset_missing(id));
  FactorReset found = reset_of(rows[0]);
  TRY(core_.check(by, action, {resource_of(found.user), found.tenant}, reset_missing(id)));
  const bool lapses = found.state == "asked" && found.asked + kPendingFor <= core_.clock.now();
  if (!rows[0].is_null("ended_us") || lapses) return fail(Code::kConflict, "iam.factor_reset_over");
  return found;
}

Result<Two> FactorResetService::check_decider(Transaction& transaction, const Principal& by,
                                              const FactorReset& reset) {
  TRY(auto rows, transaction.query("SELECT " + decider_columns("r.asked_by_user_id", "r.user_id") +
                                       " FROM factor_reset r WHERE r.id = :id",
                                   {{"id", reset.id},
                                    {"tenant_id", by.tenant.value},
                                    {"now_us", to_us(core_.clock.now())}}));
  return check_two(transaction, by, reset.asked_by, reset.user, deciders_of(rows[0]).are_apart);
}

Task<FactorReset> FactorResetService::approve_factor_reset(const Principal& by,
                                                           const std::string& id) {
  co_return co_await core_.write<FactorReset>([&](Transaction& transaction) -> Result<FactorReset> {
    TRY(FactorReset reset, read_open(transaction, by, "iam:ApproveFactorReset", id));
    const auto two = check_decider(transaction, by, reset);
    if (!two) {
      core_.trail.refused(by.tenant, by, {"iam:ApproveFactorReset", resource_of(reset.user), {}},
                          two.error());
      return std::unexpected(two.error());
    }
    TRY(core_.check_fresh(by, "iam:ApproveFactorReset", resource_of(reset.user)));
    if (reset.state != "asked") return reset;
    reset.state = "approved";
    reset.approved_by_name = by.name;
    reset.effective = core_.clock.now() + kCoolDown;
    TRY(transaction.execute(
        "UPDATE factor_reset SET state = 'approved', approved_by_user_id = :by_id, "
        "effective_us = :effective_us WHERE id = :id",
        {{"by_id", by.user.value}, {"effective_us", to_us(*reset.effective)}, {"id", id}}));
    TRY(tell(transaction, reset, "factor_reset"));
    auto details = details_of(reset);
    if (*two == Two::kMayBeOne) details.push_back({"approved_by_own_account", "yes"});
    TRY(core_.trail.changed(
        transaction, reset.tenant, by,
        {"iam:ApproveFactorReset", resource_of(reset.user), std::move(details)}));
    return reset;
  });
}

Task<> FactorResetService::cancel_factor_reset(const Principal& by, const std::string& id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const FactorReset reset, read_open(transaction, by, "iam:CancelFactorReset", id));
    TRY(transaction.execute(
        "UPDATE factor_reset SET state = 'cancelled', ended_us = :now_us, "
        "ended_by_user_id = :by_id WHERE id = :id",
        {{"now_us", to_us(core_.clock.now())}, {"by_id", by.user.value}, {"id", id}}));
    TRY(core_.trail.changed(transaction, reset.tenant, by,
                            {"iam:CancelFactorReset", resource_of(reset.user), details_of(reset)}));
    return Done{};
  }));
  co_return Result<>();
}

Result<> FactorResetService::tell(Transaction& transaction, const FactorReset& reset,
                                  const std::string& kind) {
  TRY(auto rows, transaction.query("SELECT u.email, r.language FROM factor_reset r JOIN iam_user u "
                                   "ON u.id = r.user_id WHERE r.id = :id",
                                   {{"id", reset.id}}));
  if (rows.empty() || !people_.links().by_mail || !is_mail_address(rows[0].text("email")))
    return {};
  TRY(core_.refresh_tree(transaction));
  const std::string user = sign_in_name(core_.tree.organisation_of(reset.tenant), reset.user_name);
  // What waits tells of an earlier state.
  TRY(mail_.cancel(transaction, subject_of(reset.user)));
  auto told = mail_.queue(transaction, {.tenant = reset.tenant,
                                        .about = subject_of(reset.user),
                                        .recipient = rows[0].text("email"),
                                        .language = rows[0].text("language"),
                                        .kind = kind,
                                        .arguments = {{"user", user},
                                                      {"by", reset.asked_by_name},
                                                      {"second", reset.approved_by_name},
                                                      {"time", format_rfc3339(*reset.effective)}},
                                        .expires = core_.clock.now() + std::chrono::days(3)});
  // A tenant that used up its mail of the day keeps the reset: the log and the list tell of it.
  if (!told && told.error().code() != Code::kConflict) return told;
  return {};
}

Result<> FactorResetService::carry_out(Transaction& transaction, const FactorReset& reset) {
  TRY(remove_factors(transaction, reset.user, core_.clock.now()));
  TRY(transaction.execute(
      "UPDATE factor_reset SET state = 'done', ended_us = :now_us WHERE id = :reset_id",
      {{"reset_id", reset.id}, {"now_us", to_us(core_.clock.now())}}));
  TRY(tell(transaction, reset, "factor_removed"));
  const Principal program{.tenant = reset.tenant,
                          .name = "belfry",
                          .role = Role::kReader,
                          .method = Method::kSystem,
                          .credential = reset.id};
  return core_.trail.changed(transaction, reset.tenant, program,
                             {"iam:RemoveLostFactors", resource_of(reset.user), details_of(reset)});
}

Task<> FactorResetService::turn() {
  const Timestamp now = core_.clock.now();
  const database::Parameters parameters = {
      {"now_us", to_us(now)}, {"asked_us", to_us(now - kPendingFor)}, {"limit", kAtOnce}};
  const std::string due =
      "r.ended_us IS NULL AND (r.effective_us <= :now_us OR "
      "(r.state = 'asked' AND r.asked_us <= :asked_us))";
  const auto read_due = [&](Transaction& transaction) {
    return transaction.query(
        "SELECT " + std::string(kColumns) + "WHERE " + due + " ORDER BY r.asked_us LIMIT :limit",
        parameters);
  };
  CO_TRY(const bool any, co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
    TRY(auto rows, read_due(transaction));
    return !rows.empty();
  }));
  if (!any) co_return Result<>();
  std::vector<TenantId> tenants;
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(auto rows, read_due(transaction));
    for (const Row& row : rows) {
      const FactorReset reset = reset_of(row);
      tenants.push_back(reset.tenant);
      if (reset.state == "approved")
        TRY(carry_out(transaction, reset));
      else
        TRY(
            transaction.execute("UPDATE factor_reset SET state = 'lapsed', ended_us = :now_us "
                                "WHERE id = :id",
                                {{"now_us", to_us(now)}, {"id", reset.id}}));
    }
    return Done{};
  }));
  for (TenantId tenant : tenants) core_.signing.forget_tenant(tenant);
  core_.signing.forget_sessions();
  co_return Result<>();
}

}  // namespace belfry::iam
