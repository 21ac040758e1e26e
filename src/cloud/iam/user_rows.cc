#include "user_rows.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "password_rules.h"
#include "sign_in_names.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::size_t kNameMax = 64, kEmailMax = 254;
// Longer than the log is kept: a name in it is one person's.
constexpr Duration kNameKeptFor = std::chrono::days(400);

bool is_name_character(char c) {
  return is_alphanumeric(c) || std::string_view("._@+-").find(c) != std::string_view::npos;
}

}  // namespace

Result<> check_user_name(std::string_view name) {
  if (!name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, is_name_character))
    return {};
  return fail(Code::kInvalid, "iam.bad_user_name");
}

Result<> check_email(std::string_view email) {
  const auto is_blank_or_control = [](char c) { return (unsigned char)(c) <= 0x20 || c == 0x7f; };
  if (email.empty() || (email.size() <= kEmailMax && is_utf8(email) && email.contains('@') &&
                        std::ranges::none_of(email, is_blank_or_control)))
    return {};
  return fail(Code::kInvalid, "iam.bad_email");
}

Result<> check_role_of(Role role, TenantId tenant) {
  const bool is_staff = role == Role::kProviderAdministrator || role == Role::kOperator;
  const bool is_here = is_staff ? tenant == kProviderTenant
                                : role != Role::kTenantAdministrator || tenant != kProviderTenant;
  if (is_here) return {};
  return fail(Code::kInvalid, "iam.role_not_here", {{"role", std::string(name_of(role))}});
}

Result<> insert_user(database::Transaction& transaction, const User& user,
                     const NewPassword& password) {
  const std::string key = sign_in_key(user.tenant, user.name);
  const database::Parameters names = {{"sign_in_key", key},
                                      {"forgotten_us", to_us(user.created - kNameKeptFor)}};
  // A blank is in no name that can be typed.
  TRY(
      transaction.execute("UPDATE iam_user SET sign_in_key = 'gone ' || CAST(id AS TEXT) WHERE "
                          "sign_in_key = :sign_in_key AND deleted_us < :forgotten_us",
                          names));
  TRY(auto same,
      transaction.query("SELECT id FROM iam_user WHERE sign_in_key = :sign_in_key", names));
  if (!same.empty()) return fail(Code::kConflict, "iam.user_exists", {{"name", user.name}});
  TRY(transaction.execute(
      "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
      "password_hash, password_length_met, password_changed_us, created_us) VALUES (:id, "
      ":tenant_id, :name, :name_key, :sign_in_key, :email, :role, 1, :password_hash, :length_met, "
      ":now_us, :now_us)",
      {{"id", user.id.value},
       {"tenant_id", user.tenant.value},
       {"name", user.name},
       {"name_key", to_lower(user.name)},
       {"sign_in_key", key},
       {"email", user.email},
       {"role", std::string(name_of(user.role))},
       {"password_hash", password.hash},
       {"length_met", length_met(password.typed)},
       {"now_us", to_us(user.created)}}));
  return {};
}

}  // namespace belfry::iam
