#include "sign_in_names.h"

#include "base/ascii.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// Longer than any: the names of a partner and of its customer, and that of the user.
constexpr std::size_t kTypedMax = 300;

}  // namespace

std::string SignInName::text() const {
  return organisation + "/" + name;
}

SignInName read_sign_in_name(std::string_view typed) {
  typed = trim(typed).substr(0, kTypedMax);
  // No user's name has a slash.
  const std::size_t slash = typed.rfind('/');
  if (slash == typed.npos) return {.organisation = {}, .name = to_lower(typed)};
  std::string organisation = to_lower(typed.substr(0, slash));
  // Who guesses gets no more tries by writing a number in many ways.
  if (is_number(organisation))
    organisation.erase(0, std::min(organisation.find_first_not_of('0'), organisation.size() - 1));
  return {.organisation = std::move(organisation), .name = to_lower(typed.substr(slash + 1))};
}

std::string sign_in_key(TenantId tenant, std::string_view name) {
  return tenant.text() + "/" + to_lower(name);
}

std::string sign_in_key(const TenantTree& tree, const SignInName& name) {
  // No tenant is zero.
  return sign_in_key(tree.find_organisation(name.organisation).value_or(TenantId{}), name.name);
}

std::string sign_in_name(std::string_view organisation, std::string_view name) {
  return organisation.empty() ? std::string(name)
                              : std::string(organisation) + "/" + std::string(name);
}

std::string sign_in_name(const TenantTree& tree, const User& user) {
  return sign_in_name(tree.organisation_of(user.tenant), user.name);
}

Result<Account> find_account(database::Transaction& transaction, const std::string& key) {
  // If nobody is called so the one that comes next, or the last: both are looked up for everybody.
  TRY(auto rows,
      transaction.query("SELECT u.id, u.tenant_id, u.name, u.active, u.password_hash, "
                        "u.sign_in_key FROM (SELECT min(n.sign_in_key) AS found FROM iam_user n "
                        "WHERE n.sign_in_key >= :key) next, (SELECT max(l.sign_in_key) AS found "
                        "FROM iam_user l) last, iam_user u "
                        "WHERE u.sign_in_key = COALESCE(next.found, last.found)",
                        {{"key", key}}));
  if (rows.empty()) return Account{};
  const database::Row& row = rows[0];
  Account next{.user = UserId{row.integer("id")},
               .tenant = TenantId{row.integer("tenant_id")},
               .name = row.text("name"),
               .password_hash = row.text("password_hash"),
               .active = row.flag("active"),
               .row = UserId{row.integer("id")}};
  if (row.text("sign_in_key") == key) return next;
  return Account{.row = next.row};
}

}  // namespace belfry::iam
