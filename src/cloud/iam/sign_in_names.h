// What people type to say who they are: their organisation, a slash, their name in it; who is of
// the provider types the name alone. A name is one person's within an organisation, so that nobody
// learns from a name that is taken who else is a customer.
#pragma once

#include "database/database.h"
#include "iam/iam.h"
#include "tenant_tree.h"

#include <string>
#include <string_view>

namespace belfry::iam {

struct SignInName {
  std::string organisation, name;  // in lower case, a number without zeros before it
  // What the throttle counts by: it is the same whether there is such an organisation or not.
  std::string text() const;
};

// Of anything that was typed; what is longer than any name is cut.
SignInName read_sign_in_name(std::string_view typed);

// iam_user.sign_in_key.
std::string sign_in_key(TenantId tenant, std::string_view name);
// Where there is no such organisation it is nobody's.
std::string sign_in_key(const TenantTree& tree, const SignInName& name);

// "Acme/anna".
std::string sign_in_name(const TenantTree& tree, const User& user);

// Whom a name leads to.
struct Account {
  UserId user{};  // none: there is nobody, and nothing but `row` is known
  TenantId tenant{};
  std::string name, password_hash;
  bool active = false;
  UserId row{};  // whose row was read: to ask as much about nobody as about somebody
};

// Reads one row, whether the name is somebody's or not, so that the time tells nothing.
Result<Account> find_account(database::Transaction& transaction, const std::string& key);

}  // namespace belfry::iam
