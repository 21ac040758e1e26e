#include "runtime_testing/seeds.h"

#include <cstdlib>

namespace belfry::runtime::testing {

std::uint64_t seeds_to_try(std::uint64_t usual) {
  const char* text = std::getenv("BELFRY_MODEL_SEEDS");
  return text ? std::strtoull(text, nullptr, 10) : usual;
}

}  // namespace belfry::runtime::testing
