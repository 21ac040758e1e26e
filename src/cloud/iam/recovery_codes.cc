// Codes for whoever lost every factor.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "rows.h"
#include "service.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::size_t kCodes = 10, kCodeLength = 16, kGroup = 4;

// 80 random bits: too many to try, so that one SHA-256 is enough.
std::string make_code(Random& random) {
  return to_lower(to_base32(random.octets<10>()));
}

// As people write it down: "abcd-efgh-ijkl-mnop".
std::string in_groups(const std::string& code) {
  std::string text;
  for (std::size_t at = 0; at < code.size(); at += kGroup)
    text += (at == 0 ? "" : "-") + code.substr(at, kGroup);
  return text;
}

// As it was made, however it was typed: in capitals, with blanks, without hyphens.
std::string as_made(std::string_view typed) {
  std::string code;
  for (char c : typed.substr(0, 4 * kCodeLength))
    if (is_alphanumeric(c)) code += c;
  return to_lower(code);
}

}  // namespace

Result<std::vector<std::string>> IamService::replace_recovery_codes(Transaction& transaction,
                                                                    const Principal& by) {
  TRY(transaction.execute("DELETE FROM recovery_code WHERE user_id = :user_id",
                          {{"user_id", by.user.value}}));
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < kCodes; ++i) {
    const std::string code = make_code(core_.random);
    TRY(
        transaction.execute("INSERT INTO recovery_code (user_id, tenant_id, code_sha256, "
                            "created_us) VALUES (:user_id, :tenant_id, :code_sha256, :now_us)",
                            {{"user_id", by.user.value},
                             {"tenant_id", by.tenant.value},
                             {"code_sha256", digest_of(code)},
                             {"now_us", to_us(core_.clock.now())}}));
    shown.push_back(in_groups(code));
  }
  return shown;
}

Task<std::vector<std::string>> IamService::make_recovery_codes(const Principal& by) {
  using Codes = std::vector<std::string>;
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  co_return co_await core_.write<Codes>([&](Transaction& transaction) -> Result<Codes> {
    TRY(const User user, may_change_factors(transaction, by));
    if (!user.has_second_factor()) return fail(Code::kConflict, "iam.no_second_factor");
    TRY(core_.check_fresh(by, "iam:MakeRecoveryCodes", resource_of(by.user)));
    TRY(Codes codes, replace_recovery_codes(transaction, by));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:MakeRecoveryCodes", resource_of(by.user), {}}));
    return codes;
  });
}

Result<std::size_t> IamService::recovery_codes_left(Transaction& transaction, UserId user) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM recovery_code "
                                   "WHERE user_id = :user_id AND used_us IS NULL",
                                   {{"user_id", user.value}}));
  return std::size_t(rows[0].integer("n"));
}

Result<bool> IamService::shows_recovery_code(Transaction& transaction, UserId user,
                                             const std::string& typed) {
  TRY(auto rows,
      transaction.query("SELECT user_id FROM recovery_code WHERE user_id = :user_id AND "
                        "code_sha256 = :code_sha256 AND used_us IS NULL",
                        {{"user_id", user.value}, {"code_sha256", digest_of(as_made(typed))}}));
  return !rows.empty();
}

Result<IamService::Proof> IamService::use_recovery_code(Transaction& transaction, UserId user,
                                                        const std::string& typed) {
  TRY(const std::int64_t used,
      transaction.execute("UPDATE recovery_code SET used_us = :now_us WHERE user_id = :user_id AND "
                          "code_sha256 = :code_sha256 AND used_us IS NULL",
                          {{"user_id", user.value},
                           {"code_sha256", digest_of(as_made(typed))},
                           {"now_us", to_us(core_.clock.now())}}));
  if (used == 0) return fail(Code::kDenied, "iam.sign_in_refused");
  return Proof{FactorKind::kRecoveryCode, "otp"};
}

}  // namespace belfry::iam
