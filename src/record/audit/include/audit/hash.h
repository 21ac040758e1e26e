// SHA-256, as nodes of trees have it.
#pragma once

#include <array>
#include <cstddef>

namespace belfry::audit {

using Hash = std::array<std::byte, 32>;

}  // namespace belfry::audit
