// The columns of the file that persons are imported from and exported to.
#pragma once

#include <array>
#include <string_view>

namespace belfry::people {

enum class Column {
  kReference,
  kKind,
  kName,
  kEmail,
  kJobRole,
  kJobRoleSince,
  kStarts,
  kEnds,
  kManager,
  kAccounts
};
// In that order.
inline constexpr auto kColumns =
    std::to_array<std::string_view>({"reference", "kind", "name", "email", "job_role",
                                     "job_role_since", "starts", "ends", "manager", "accounts"});

}  // namespace belfry::people
