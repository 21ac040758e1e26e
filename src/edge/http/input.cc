#include "input.h"

#include "base/ensure.h"

#include <algorithm>
#include <cstring>

namespace belfry::http {
namespace {

// Most heads of S3 clients fit.
constexpr std::size_t kSmall = 1024;

}  // namespace

void Input::consume(std::size_t count) {
  ENSURE(count <= end_ - begin_);
  begin_ += count;
  if (begin_ == end_) begin_ = end_ = 0;
}

MutableView Input::room(Bytes limit) {
  std::size_t size = end_ - begin_;
  if (size >= limit.count) return {};
  if (begin_ > 0) {
    std::memmove(storage_.get(), storage_.get() + begin_, size);
    begin_ = 0;
    end_ = size;
  }
  if (end_ == capacity_) {
    std::size_t grown = std::max(kSmall, capacity_ * 4);
    auto storage = std::make_unique_for_overwrite<std::byte[]>(grown);
    if (size > 0) std::memcpy(storage.get(), storage_.get(), size);
    storage_ = std::move(storage);
    capacity_ = grown;
  }
  return {storage_.get() + end_, std::min(capacity_ - end_, limit.count - size)};
}

void Input::shrink() {
  if (!empty() || capacity_ <= kSmall) return;
  storage_.reset();
  capacity_ = 0;
}

}  // namespace belfry::http
