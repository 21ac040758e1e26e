// The first octet chooses signed or not, trailers or not; the rest is the body.
#include "aws_chunked.h"
#include "base/ensure.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  using Framing = s3::AwsChunkFraming;
  if (size == 0) return 0;
  std::optional<s3::ChunkSigner> signer;
  if ((data[0] & 1) != 0) signer = s3::ChunkSigner{{}, "20130524T000000Z", "scope", "seed"};
  auto trailers = (data[0] & 2) != 0 ? Framing::Trailers::kExpected : Framing::Trailers::kNone;
  Framing framing(std::move(signer), trailers);
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (framing.want() != Framing::Want::kEnd && !input.empty()) {
    std::size_t count = 0;
    Result<> taken;
    if (framing.want() == Framing::Want::kData) {
      count = static_cast<std::size_t>(std::min<std::uint64_t>(framing.data_left(), input.size()));
      taken = framing.take(as_view(input.substr(0, count)));
    } else {
      std::size_t end = input.find('\n');
      if (end == input.npos) break;
      count = end + 1;
      taken = framing.line(input.substr(0, end));
    }
    if (!taken) return 0;
    input.remove_prefix(count);
  }
  ENSURE(framing.trailers().all().size() <= 16);
  (void)framing.may_end();
  return 0;
}
