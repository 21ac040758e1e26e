// Which passwords are accepted (NIST SP 800-63B-4, 3.1.1.2): long ones that are not known ones.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>

namespace belfry::iam {

// Characters that a password has at least: alone, of a privileged role, beside a second factor.
inline constexpr std::size_t kLengthMin = 15, kPrivilegedLengthMin = 16, kSecondFactorLengthMin = 8;

struct PasswordOwner {
  std::string_view name;
  std::string_view email;
  bool privileged = false;
  bool has_second_factor = false;
};

// At least 15 characters, 16 for privileged roles, 8 with a second factor; not of the list of known
// passwords, nor one of them dressed up, a repetition or a keyboard's row.
// No rule of composition. Errors: invalid ("iam.password_too_short" with minimum,
// "iam.password_too_long", "iam.password_known").
Result<> check_password(std::string_view password, const PasswordOwner& owner);
// The greatest of those minima that the password has; 0: none of them. Nothing else of its length
// is written down.
std::int64_t length_met(std::string_view password);

}  // namespace belfry::iam
