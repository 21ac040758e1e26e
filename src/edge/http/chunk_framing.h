// The chunked transfer coding (RFC 9112, section 7.1), without the octets: who holds the buffer
// asks what comes next and gives it.
//
//   kLine --size > 0--> kData --all taken--> kLine (the empty line after data) --> kLine ...
//   kLine --size = 0--> kLine (trailer fields) --empty line--> kEnd
#pragma once

#include "base/bytes.h"
#include "http/server.h"

#include <cstdint>
#include <string_view>

namespace belfry::http {

class ChunkFraming {
 public:
  enum class Want { kLine, kData, kEnd };

  // `trailers` gets the fields after the last chunk.
  explicit ChunkFraming(Fields& trailers) : trailers_(trailers) {}

  Want want() const { return want_; }
  // Of kLine: the line without its CR LF. False: malformed.
  [[nodiscard]] bool line(std::string_view line);
  // Of kData: how many octets of the chunk are left, and that `count` of them were taken.
  std::uint64_t data_left() const { return data_left_; }
  void take(std::uint64_t count);

 private:
  enum class State { kSize, kAfterData, kTrailer };

  bool size_line(std::string_view line);
  bool trailer_line(std::string_view line);

  Fields& trailers_;
  Want want_ = Want::kLine;
  State state_ = State::kSize;
  std::uint64_t data_left_ = 0;
  Bytes trailer_octets_;
};

inline constexpr Bytes kChunkLineMax = 4_KiB;
inline constexpr Bytes kTrailersMax = 8_KiB;

}  // namespace belfry::http
