#include "sign_in_names.h"

#include "base/ascii.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// Longer than any: as many names of tenants as there are levels, and that of the user.
constexpr std::size_t kTypedMax = 1'000;

}  // namespace

std::string SignInName::text() const {
  return organisation + "/" + name;
}

SignInName read_sign_in_name(std::string_view typed) {
  typed = typed.substr(0, kTypedMax);
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

std::string sign_in_name(const TenantTree& tree, const User& user) {
  const std::string organisation = tree.organisation_of(user.tenant);
  return organisation.empty() ? user.name : organisation + "/" + user.name;
}

}  // namespace belfry::iam
