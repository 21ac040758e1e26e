// How much memory the bodies on their way hold, all requests together: many that move slowly must
// not take it all. Safe from any thread.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <atomic>
#include <optional>
#include <utility>

namespace belfry::s3 {

class InFlight {
 public:
  explicit InFlight(Bytes limit) : limit_(limit) {}

  // Given back when it goes.
  class Share {
   public:
    Share(InFlight& from, Bytes size) : from_(&from), size_(size) {}
    Share(Share&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), size_(other.size_) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (from_) from_->held_.fetch_sub(size_.count);
    }

   private:
    InFlight* from_;
    Bytes size_;
  };

  // What a body of `size` octets (nothing: unknown) holds while it is read or written. Errors:
  // SlowDown.
  Result<Share> take(std::optional<Bytes> size);

 private:
  const Bytes limit_;
  std::atomic<std::uint64_t> held_ = 0;
};

}  // namespace belfry::s3
