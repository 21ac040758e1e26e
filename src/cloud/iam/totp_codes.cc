// Codes of authenticator apps, each good once.
#include "crypto/password.h"
#include "role_service.h"

namespace belfry::iam {

Result<bool> use_totp(Core& core, Transaction& transaction, UserId user, const std::string& code) {
  TRY(auto factors,
      transaction.query(
          "SELECT id, secret_sealed, last_step FROM mfa_factor WHERE user_id = :user_id "
          "AND kind = 'totp' AND confirmed_us IS NOT NULL ORDER BY id",
          {{"user_id", user.value}}));
  for (const Row& factor : factors) {
    TRY(const Buffer seed,
        open_secret(core.keys, {"totp/" + user.text()}, factor.text("secret_sealed")));
    const auto step =
        crypto::verify_totp(seed, code, core.clock.now(), factor.integer("last_step"));
    if (!step) continue;
    TRY(transaction.execute(
        "UPDATE mfa_factor SET last_step = :step, last_used_us = :now_us WHERE id = :id",
        {{"step", *step}, {"id", factor.integer("id")}, {"now_us", to_us(core.clock.now())}}));
    return true;
  }
  return false;
}

}  // namespace belfry::iam
