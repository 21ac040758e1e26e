// How every binary format of Belfry writes its fields: little-endian integers of fixed width, and
// octet strings behind a 32-bit length.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace belfry {

class Encoder {
 public:
  template <std::unsigned_integral T>
  Encoder& put(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      out_.push_back(static_cast<std::byte>(value >> (8 * i)));
    return *this;
  }
  Encoder& put_i64(std::int64_t value) { return put(static_cast<std::uint64_t>(value)); }
  Encoder& raw(View bytes) { return out_.insert(out_.end(), bytes.begin(), bytes.end()), *this; }
  Encoder& string(View bytes) { return put(std::uint32_t(bytes.size())).raw(bytes); }
  Encoder& string(std::string_view text) { return string(as_view(text)); }

  Buffer& buffer() { return out_; }
  Buffer take() { return std::move(out_); }

 private:
  Buffer out_;
};

// Reads what Encoder wrote. A read past the end sticks: it gives zeros and empty strings from there
// on, and `ok()` is false. Views point into the input.
class Decoder {
 public:
  explicit Decoder(View in) : in_(in) {}

  template <std::unsigned_integral T>
  T get() {
    View bytes = raw(sizeof(T));
    T value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(bytes[i])) << (8 * i));
    return value;
  }
  std::int64_t get_i64() { return static_cast<std::int64_t>(get<std::uint64_t>()); }
  View raw(std::size_t count) {
    if (count > in_.size()) return ok_ = false, in_ = {}, View{};
    View bytes = in_.first(count);
    in_ = in_.subspan(count);
    return bytes;
  }
  View string() { return raw(get<std::uint32_t>()); }
  std::string_view text() { return as_text(string()); }

  View rest() const { return in_; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && in_.empty(); }

 private:
  View in_;
  bool ok_ = true;
};

}  // namespace belfry
