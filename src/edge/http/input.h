// What was read from a connection and not yet used. Small while the connection is idle.
#pragma once

#include "base/bytes.h"

#include <memory>

namespace belfry::http {

class Input {
 public:
  View unread() const { return {storage_.get() + begin_, end_ - begin_}; }
  std::string_view text() const { return as_text(unread()); }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t count);

  // Room for more behind what is unread; grows until `limit` octets are unread, then empty.
  MutableView room(Bytes limit);
  void filled(std::size_t count) { end_ += count; }
  // Gives memory back when nothing is unread.
  void shrink();

 private:
  std::unique_ptr<std::byte[]> storage_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace belfry::http
