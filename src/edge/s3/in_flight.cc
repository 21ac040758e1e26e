#include "in_flight.h"

#include "errors.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

// The object store reads a chunk ahead and gathers eight for a write; for a read it does the same.
constexpr std::uint64_t kEachMax = 1280 << 10;

}  // namespace

Result<InFlight::Share> InFlight::take(std::optional<Bytes> size) {
  // Plain and sealed.
  std::uint64_t share = size ? std::min(2 * size->count, kEachMax) : kEachMax;
  if (held_.fetch_add(share) + share > limit_.count) {
    held_.fetch_sub(share);
    return refuse("SlowDown");
  }
  return Share(*this, Bytes{share});
}

}  // namespace belfry::s3
