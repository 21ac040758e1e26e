#include "in_flight.h"

#include "errors.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

// For a write the object store holds three chunks, and the buffer of the file that it writes; for a
// read it holds less.
constexpr std::uint64_t kEachMax = (3 * 128 + 1024) << 10;

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
