#include "totp_codes.h"

#include "crypto/hash.h"
#include "crypto/password.h"

namespace belfry::iam {
namespace {

struct App {
  bool is_there;
  std::int64_t factor;
  Buffer seed;
  std::int64_t last_step;
};

// Whoever has none gets one that is not there, with the seed `instead`: the same is read and
// opened, so that the time does not tell. Without `instead` only those that are there.
Result<std::vector<App>> apps_of(Core& core, Transaction& transaction, UserId user,
                                 const std::string& instead) {
  TRY(auto factors,
      transaction.query("SELECT COALESCE(f.id, 0) AS id, COALESCE(f.last_step, 0) AS last_step, "
                        "COALESCE(f.secret_sealed, :instead) AS secret_sealed FROM "
                        "(SELECT 1 AS one) always LEFT JOIN mfa_factor f ON f.user_id = :user_id "
                        "AND f.kind = 'totp' AND f.confirmed_us IS NOT NULL ORDER BY id",
                        {{"user_id", user.value}, {"instead", instead}}));
  std::vector<App> apps;
  for (const Row& factor : factors) {
    const bool is_there = factor.integer("id") != 0;
    if (!is_there && instead.empty()) continue;
    TRY(Buffer seed, open_secret(core.keys, totp_seed_of(is_there ? user : UserId{}),
                                 factor.text("secret_sealed")));
    apps.push_back({is_there, factor.integer("id"), std::move(seed), factor.integer("last_step")});
  }
  return apps;
}

}  // namespace

Buffer make_totp_seed(Random& random) {
  return to_buffer(View(random.octets<kTotpSeedLength>()));
}

Purpose totp_seed_of(UserId user) {
  return {"totp/" + user.text()};
}

Result<bool> use_totp(Core& core, Transaction& transaction, UserId user, const std::string& code) {
  TRY(const auto apps, apps_of(core, transaction, user, ""));
  for (const App& app : apps) {
    const auto step = crypto::verify_totp(app.seed, code, core.clock.now(), app.last_step);
    if (!step) continue;
    TRY(transaction.execute(
        "UPDATE mfa_factor SET last_step = :step, last_used_us = :now_us WHERE id = :id",
        {{"step", *step}, {"id", app.factor}, {"now_us", to_us(core.clock.now())}}));
    return true;
  }
  return false;
}

Result<bool> shows_totp(Core& core, Transaction& transaction, UserId user, const std::string& code,
                        const std::string& before) {
  TRY(const std::string nobodys, core.nobodys_seed());
  TRY(const auto apps, apps_of(core, transaction, user, nobodys));
  bool shown = false;
  for (const App& app : apps) {
    const std::int64_t last = app.last_step + (before.empty() ? 0 : 1);
    const auto step = crypto::verify_totp(app.seed, code, core.clock.now(), last);
    const bool follows =
        before.empty() ||
        crypto::equal_constant_time(as_view(crypto::totp_at(app.seed, step.value_or(1) - 1)),
                                    as_view(before));
    shown |= app.is_there && step && follows;
  }
  return shown;
}

}  // namespace belfry::iam
