// Identifiers that the compiler tells apart. Those stored in SQL are positive 63-bit integers made
// by the program (docs/architecture.md, State).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace belfry {

template <class Tag>
struct Id {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
  std::string text() const { return std::to_string(value); }
};

using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
using BucketId = Id<struct BucketTag>;
using DiskId = Id<struct DiskTag>;
using ServerId = Id<struct ServerTag>;
using SiteId = Id<struct SiteTag>;
// A replica set: the disks that hold the same objects.
using SetId = Id<struct SetTag>;

}  // namespace belfry

template <class Tag>
struct std::hash<belfry::Id<Tag>> {
  std::size_t operator()(belfry::Id<Tag> id) const { return std::hash<std::int64_t>()(id.value); }
};
