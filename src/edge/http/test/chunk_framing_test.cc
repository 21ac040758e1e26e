#include "chunk_framing.h"

#include <gtest/gtest.h>

namespace belfry::http {
namespace {

using Want = ChunkFraming::Want;

TEST(ChunkFraming, FollowsChunksToTheTrailers) {
  Fields trailers;
  ChunkFraming framing(trailers);
  ASSERT_TRUE(framing.line("1A;name=value"));
  ASSERT_EQ(framing.want(), Want::kData);
  EXPECT_EQ(framing.data_left(), 26u);
  framing.take(20);
  framing.take(6);
  ASSERT_EQ(framing.want(), Want::kLine);
  ASSERT_TRUE(framing.line(""));
  ASSERT_TRUE(framing.line("0"));
  ASSERT_TRUE(framing.line("x-amz-checksum-crc32:  AAAAAA== "));
  ASSERT_TRUE(framing.line(""));
  EXPECT_EQ(framing.want(), Want::kEnd);
  EXPECT_EQ(trailers.get("X-Amz-Checksum-Crc32"), "AAAAAA==");
}

TEST(ChunkFraming, RefusesSizesThatAreNone) {
  for (std::string_view line :
       {"", "g", "-1", "+1", "0x1", " 1", "1 1", "1234567890abcdef", ";a", "1\x01"}) {
    Fields trailers;
    ChunkFraming framing(trailers);
    EXPECT_FALSE(framing.line(line)) << line;
  }
}

TEST(ChunkFraming, RefusesDataLongerThanItsChunk) {
  Fields trailers;
  ChunkFraming framing(trailers);
  ASSERT_TRUE(framing.line("1"));
  framing.take(1);
  EXPECT_FALSE(framing.line("more"));
}

TEST(ChunkFraming, BoundsTrailers) {
  Fields trailers;
  ChunkFraming framing(trailers);
  ASSERT_TRUE(framing.line("0"));
  std::string field = "name: " + std::string(1000, 'v');
  int taken = 0;
  while (taken < 100 && framing.line(field)) ++taken;
  EXPECT_EQ(taken, 8);
  EXPECT_FALSE(framing.line("no colon"));
}

}  // namespace
}  // namespace belfry::http
