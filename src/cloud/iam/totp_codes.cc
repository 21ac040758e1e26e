// Codes of authenticator apps, each good once.
#include "crypto/hash.h"
#include "crypto/password.h"
#include "role_service.h"

namespace belfry::iam {
namespace {

struct App {
  std::int64_t factor;
  Buffer seed;
  std::int64_t last_step;
};

Result<std::vector<App>> apps_of(Core& core, Transaction& transaction, UserId user) {
  TRY(auto factors,
      transaction.query(
          "SELECT id, secret_sealed, last_step FROM mfa_factor WHERE user_id = :user_id "
          "AND kind = 'totp' AND confirmed_us IS NOT NULL ORDER BY id",
          {{"user_id", user.value}}));
  std::vector<App> apps;
  for (const Row& factor : factors) {
    TRY(Buffer seed, open_secret(core.keys, {"totp/" + user.text()}, factor.text("secret_sealed")));
    apps.push_back({factor.integer("id"), std::move(seed), factor.integer("last_step")});
  }
  return apps;
}

}  // namespace

Result<bool> use_totp(Core& core, Transaction& transaction, UserId user, const std::string& code) {
  TRY(const auto apps, apps_of(core, transaction, user));
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
  TRY(auto apps, apps_of(core, transaction, user));
  const bool has_app = !apps.empty();
  if (!has_app) apps.push_back({0, Buffer(20), 0});
  bool shown = false;
  for (const App& app : apps) {
    const std::int64_t last = app.last_step + (before.empty() ? 0 : 1);
    const auto step = crypto::verify_totp(app.seed, code, core.clock.now(), last);
    const bool follows =
        before.empty() ||
        crypto::equal_constant_time(as_view(crypto::totp_at(app.seed, step.value_or(1) - 1)),
                                    as_view(before));
    shown |= has_app && step && follows;
  }
  return shown;
}

}  // namespace belfry::iam
