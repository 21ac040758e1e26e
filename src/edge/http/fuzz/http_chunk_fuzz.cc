#include "base/ensure.h"
#include "chunk_framing.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry::http;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  Fields trailers;
  ChunkFraming framing(trailers);
  while (framing.want() != ChunkFraming::Want::kEnd) {
    if (framing.want() == ChunkFraming::Want::kData) {
      std::uint64_t count = std::min<std::uint64_t>(framing.data_left(), input.size());
      if (count == 0) return 0;
      framing.take(count);
      input.remove_prefix(count);
      continue;
    }
    std::size_t end = input.find("\r\n");
    if (end == input.npos || !framing.line(input.substr(0, end))) return 0;
    input.remove_prefix(end + 2);
  }
  ENSURE(trailers.all().size() <= kTrailersMax.count / 2);
  return 0;
}
