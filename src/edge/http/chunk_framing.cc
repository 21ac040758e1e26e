#include "chunk_framing.h"

#include "base/ascii.h"
#include "base/ensure.h"

#include <algorithm>

namespace belfry::http {
namespace {

bool has_controls(std::string_view text) {
  return std::ranges::any_of(text,
                             [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace

bool ChunkFraming::line(std::string_view line) {
  ENSURE(want_ == Want::kLine);
  if (has_controls(line)) return false;
  switch (state_) {
    case State::kSize:
      return size_line(line);
    case State::kAfterData:
      state_ = State::kSize;
      return line.empty();
    case State::kTrailer:
      return trailer_line(line);
  }
  return false;
}

// chunk-size [ chunk-ext ]; extensions mean nothing to us.
bool ChunkFraming::size_line(std::string_view line) {
  std::string_view digits = trim(line.substr(0, line.find(';')));
  // Sixteen digits would be more than any body; and no reader overflows on fifteen.
  if (digits.empty() || digits.size() > 15 || digits.front() != line.front()) return false;
  std::uint64_t size = 0;
  for (char c : digits) {
    int value = hex_digit(c);
    if (value < 0) return false;
    size = size * 16 + static_cast<std::uint64_t>(value);
  }
  if (size == 0) {
    state_ = State::kTrailer;
  } else {
    data_left_ = size;
    want_ = Want::kData;
  }
  return true;
}

bool ChunkFraming::trailer_line(std::string_view line) {
  if (line.empty()) {
    want_ = Want::kEnd;
    return true;
  }
  trailer_octets_ += Bytes{line.size()};
  std::size_t colon = line.find(':');
  if (trailer_octets_ > kTrailersMax || colon == line.npos || colon == 0) return false;
  std::string_view name = line.substr(0, colon);
  if (name.find_first_of(" \t") != name.npos) return false;
  trailers_.add(std::string(name), std::string(trim(line.substr(colon + 1))));
  return true;
}

void ChunkFraming::take(std::uint64_t count) {
  ENSURE(want_ == Want::kData && count <= data_left_);
  data_left_ -= count;
  if (data_left_ == 0) {
    want_ = Want::kLine;
    state_ = State::kAfterData;
  }
}

}  // namespace belfry::http
