// Random octets, behind an interface so that a simulation can replay them.
#pragma once

#include "base/bytes.h"

#include <array>
#include <memory>

namespace belfry {

// Safe to use from any thread.
class Random {
 public:
  virtual ~Random() = default;

  // Fills `out`. The system's source is fit for keys (getrandom(2)); a seeded one never is.
  virtual void fill(MutableView out) = 0;

  template <std::size_t N>
  std::array<std::byte, N> octets() {
    std::array<std::byte, N> out;
    fill(out);
    return out;
  }
  std::uint64_t number();
  // A positive 63-bit number, for an id that SQL stores.
  std::int64_t id();
};

std::unique_ptr<Random> make_system_random();
// The same sequence for the same seed (SplitMix64); for simulation and tests alone.
std::unique_ptr<Random> make_seeded_random(std::uint64_t seed);

}  // namespace belfry
