// How many seeds a randomised test goes through: BELFRY_MODEL_SEEDS says so for a longer search.
#pragma once

#include <cstdint>

namespace belfry::runtime::testing {

// What the environment says, `usual` where it says nothing.
std::uint64_t seeds_to_try(std::uint64_t usual);

}  // namespace belfry::runtime::testing
