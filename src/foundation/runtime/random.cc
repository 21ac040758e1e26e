#include "runtime/random.h"

#include "base/ensure.h"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <sys/random.h>

namespace belfry {
namespace {

class SystemRandom : public Random {
 public:
  void fill(MutableView out) override {
    while (!out.empty()) {
      ssize_t got = ::getrandom(out.data(), out.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      ENSURE(got > 0);
      out = out.subspan(std::size_t(got));
    }
  }
};

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void fill(MutableView out) override {
    std::lock_guard lock(mutex_);
    while (!out.empty()) {
      std::uint64_t word = next();
      std::size_t count = std::min(out.size(), sizeof word);
      std::memcpy(out.data(), &word, count);
      out = out.subspan(count);
    }
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }

  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace

std::uint64_t Random::number() {
  std::uint64_t value;
  fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::int64_t Random::id() {
  auto value = static_cast<std::int64_t>(number() >> 1);
  return value == 0 ? 1 : value;
}

std::unique_ptr<Random> make_system_random() {
  return std::make_unique<SystemRandom>();
}
std::unique_ptr<Random> make_seeded_random(std::uint64_t seed) {
  return std::make_unique<SeededRandom>(seed);
}

}  // namespace belfry
