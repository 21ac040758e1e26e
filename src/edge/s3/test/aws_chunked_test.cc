#include "aws_chunked.h"

#include "errors.h"
#include "signature.h"

#include <gtest/gtest.h>

namespace belfry::s3 {
namespace {

using Want = AwsChunkFraming::Want;
using Trailers = AwsChunkFraming::Trailers;

ChunkSigner signer_after(std::string seed) {
  return {make_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1"),
          "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", std::move(seed)};
}

// Feeds all of `body`; how many octets of data there were, or the code of the error.
struct Outcome {
  std::uint64_t data = 0;
  std::string code;
  bool ended = false;
  std::string trailer;
};

Outcome feed(AwsChunkFraming framing, std::string_view body) {
  Outcome outcome;
  auto note = [&](const Result<>& result) {
    if (!result) outcome.code = kind_of(result.error()).code;
    return result.has_value();
  };
  while (!body.empty() && framing.want() != Want::kEnd) {
    if (framing.want() == Want::kData) {
      std::size_t count = std::min<std::size_t>(framing.data_left(), body.size());
      if (!note(framing.take(as_view(body.substr(0, count))))) return outcome;
      outcome.data += count;
      body.remove_prefix(count);
      continue;
    }
    std::size_t end = body.find("\r\n");
    if (end == body.npos) break;
    if (!note(framing.line(body.substr(0, end)))) return outcome;
    body.remove_prefix(end + 2);
  }
  outcome.ended = framing.may_end();
  outcome.trailer = framing.trailers().get("x-amz-checksum-crc32c");
  return outcome;
}

std::string chunk(std::string size, std::string signature, std::string data) {
  return size + ";chunk-signature=" + signature + "\r\n" + data + "\r\n";
}

// The published example: 66,560 octets of 'a' in chunks of 64 KiB.
std::string published() {
  return chunk("10000", "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
               std::string(65536, 'a')) +
         chunk("400", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
               std::string(1024, 'a')) +
         chunk("0", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", "");
}

constexpr char kSeed[] = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

TEST(AwsChunked, VerifiesThePublishedExample) {
  Outcome outcome = feed({signer_after(kSeed), Trailers::kNone}, published());
  EXPECT_EQ(outcome.code, "");
  EXPECT_EQ(outcome.data, 66560u);
  EXPECT_TRUE(outcome.ended);
}

TEST(AwsChunked, RefusesAnyChange) {
  for (std::size_t at : {100u, 65700u, 90u, 66700u}) {
    std::string body = published();
    body[at] = body[at] == 'a' ? 'b' : 'a';
    Outcome outcome = feed({signer_after(kSeed), Trailers::kNone}, body);
    EXPECT_NE(outcome.code, "") << at;
  }
  EXPECT_EQ(feed({signer_after(std::string(64, '0')), Trailers::kNone}, published()).code,
            "SignatureDoesNotMatch");
}

std::string published_with_trailer(std::string checksum) {
  return chunk("10000", "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
               std::string(65536, 'a')) +
         chunk("400", "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
               std::string(1024, 'a')) +
         "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
         "x-amz-checksum-crc32c:" +
         checksum +
         "\r\nx-amz-trailer-signature:"
         "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
}

constexpr char kTrailerSeed[] = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";

TEST(AwsChunked, VerifiesThePublishedExampleWithATrailer) {
  Outcome outcome =
      feed({signer_after(kTrailerSeed), Trailers::kExpected}, published_with_trailer("sOO8/Q=="));
  EXPECT_EQ(outcome.code, "");
  EXPECT_EQ(outcome.data, 66560u);
  EXPECT_EQ(outcome.trailer, "sOO8/Q==");
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(
      feed({signer_after(kTrailerSeed), Trailers::kExpected}, published_with_trailer("sOO8/A=="))
          .code,
      "SignatureDoesNotMatch");
}

TEST(AwsChunked, TakesUnsignedChunksWithATrailer) {
  Outcome outcome = feed({std::nullopt, Trailers::kExpected},
                         "3\r\nabc\r\n0\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n");
  EXPECT_EQ(outcome.code, "");
  EXPECT_EQ(outcome.data, 3u);
  EXPECT_EQ(outcome.trailer, "AAAAAA==");
}

TEST(AwsChunked, RefusesMalformedFraming) {
  for (std::string_view body :
       {"x\r\n", "-1\r\n", "\r\n", "ffffffffffffffff\r\n", "1\r\nab\r\n", "0\r\nno colon\r\n"})
    EXPECT_EQ(feed({std::nullopt, Trailers::kExpected}, body).code, "InvalidRequest") << body;
  EXPECT_EQ(feed({signer_after(kSeed), Trailers::kNone}, "5\r\n").code, "InvalidRequest");
  std::string many = "0\r\n";
  for (int i = 0; i < 100; ++i) many += "a:b\r\n";
  EXPECT_EQ(feed({std::nullopt, Trailers::kExpected}, many).code, "InvalidRequest");
}

TEST(AwsChunked, MayNotEndWithoutItsSignature) {
  std::string body = published_with_trailer("sOO8/Q==");
  body.resize(body.find("x-amz-trailer-signature"));
  EXPECT_FALSE(feed({signer_after(kTrailerSeed), Trailers::kExpected}, body).ended);
}

}  // namespace
}  // namespace belfry::s3
