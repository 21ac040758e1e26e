// The octets that docs/formats/envelope.md describes, written and read to this day.
#include "sealing.h"
#include "value.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace belfry::objects {
namespace {

const crypto::Key kTenantKey{{31},
                             {2},
                             crypto::KeyPurpose::kObjects,
                             4,
                             from_us(1'767'225'600'000'000),
                             Buffer(32, std::byte{6})};
constexpr BucketId kBucket{77};
const std::string kKey = "caf\xC3\xA9/menu.txt";

// 0x10, 0x11, ... as if it were random.
class Counting : public Random {
 public:
  void fill(MutableView out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(next_++);
  }

 private:
  std::uint8_t next_ = 0x10;
};

// One whole chunk and five octets.
Buffer plain() {
  Buffer out(kChunk + 5);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i % 251);
  return out;
}

struct Golden {
  Buffer sealed, wrapped, value;
  Buffer part, part_with_headers, value_with_headers;
};

Golden make_golden() {
  Counting random;
  Envelope envelope;
  ChunkCipher cipher = ChunkCipher::make(kTenantKey, kBucket, kKey, random, envelope);
  const Buffer octets = plain();
  Golden golden;
  golden.sealed.resize(sealed_size(octets.size()));
  MutableView sealed(golden.sealed);
  cipher.seal({0, false}, View(octets).first(kChunk), sealed.first(kSealedChunk));
  cipher.seal({1, true}, View(octets).subspan(kChunk), sealed.subspan(kSealedChunk));
  Encoder wrapped;
  encode_envelope(wrapped, envelope);
  golden.wrapped = wrapped.take();
  ObjectValue value;
  value.info = {.size = {octets.size()},
                .etag = "0123456789abcdef0123456789abcdef",
                .modified = from_us(1'767'225'600'123'456),
                .content_type = "text/plain",
                .headers = {{"cache-control", "no-store"}},
                .metadata = {{"colour", "blue"}, {"origin", "Li\xC3\xA8ge"}},
                .sha256_hex = std::string(64, 'a')};
  Piece piece{.size = octets.size(), .envelope = envelope};
  for (std::size_t i = 0; i < piece.md5.size(); ++i) piece.md5[i] = static_cast<std::byte>(i);
  value.pieces = {piece};
  golden.value = encode_object(value);
  piece.number = 3;
  PartValue part{.piece = piece, .modified = from_us(1'767'225'600'123'456)};
  golden.part = encode_part(part);
  part.piece.headers = {{"x-amz-checksum-crc32", "NhCmhg=="}};
  golden.part_with_headers = encode_part(part);
  value.info.parts = 1;
  value.upload_id = std::string(16, 'u');
  value.pieces = {part.piece};
  golden.value_with_headers = encode_object(value);
  return golden;
}

// With BELFRY_WRITE_GOLDEN set the files are made anew: for a new version of a format alone.
std::string golden(const std::string& name, View expected) {
  const std::string path =
      std::string(std::getenv("BELFRY_SOURCE")) + "/docs/formats/golden/envelope/" + name;
  if (std::getenv("BELFRY_WRITE_GOLDEN"))
    std::ofstream(path, std::ios::binary) << as_text(expected);
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

TEST(Envelope, TheGoldenFiles) {
  const Golden made = make_golden();
  EXPECT_EQ(golden("sealed-1", made.sealed), as_text(made.sealed));
  EXPECT_EQ(golden("wrapped-1", made.wrapped), as_text(made.wrapped));
  EXPECT_EQ(golden("object-1", made.value), as_text(made.value));
  EXPECT_EQ(golden("object-2", made.value_with_headers), as_text(made.value_with_headers));
  EXPECT_EQ(golden("part-1", made.part), as_text(made.part));
  EXPECT_EQ(golden("part-2", made.part_with_headers), as_text(made.part_with_headers));
}

TEST(Envelope, OpensToWhatWasSealedAndNowhereElse) {
  const Golden made = make_golden();
  Decoder in(made.wrapped);
  const Envelope envelope = decode_envelope(in);
  EXPECT_EQ(envelope.key, kTenantKey.id);
  EXPECT_EQ(envelope.version, kTenantKey.version);
  ChunkCipher cipher = ChunkCipher::unwrap(kTenantKey, kBucket, kKey, envelope).value();
  Buffer out(kChunk);
  const View sealed = View(made.sealed).first(kChunk),
             tag = View(made.sealed).subspan(kChunk, crypto::kTagLength);
  ASSERT_TRUE(cipher.open({0, false}, sealed, tag, out));
  EXPECT_TRUE(std::ranges::equal(out, View(plain()).first(kChunk)));
  EXPECT_FALSE(cipher.open({0, true}, sealed, tag, out)) << "cut off";
  EXPECT_FALSE(cipher.open({1, false}, sealed, tag, out)) << "moved";
  EXPECT_FALSE(ChunkCipher::unwrap(kTenantKey, BucketId{78}, kKey, envelope));
  EXPECT_FALSE(ChunkCipher::unwrap(kTenantKey, kBucket, "other", envelope));
  crypto::Key other = kTenantKey;
  other.secret[0] ^= std::byte{1};
  EXPECT_FALSE(ChunkCipher::unwrap(other, kBucket, kKey, envelope));
}

TEST(Envelope, PartsOfBothVersionsAreRead) {
  const Golden made = make_golden();
  Entry entry{.bucket = kBucket, .key = kKey, .kind = EntryKind::kPart};
  entry.blobs.resize(1);
  entry.value = made.part;
  const PartValue old = decode_part(entry).value();
  EXPECT_EQ(old.piece.number, 3u);
  EXPECT_TRUE(old.piece.headers.empty());
  entry.value = made.part_with_headers;
  const PartValue read = decode_part(entry).value();
  EXPECT_EQ(read.piece.size, kChunk + 5);
  EXPECT_EQ(read.piece.headers.at("x-amz-checksum-crc32"), "NhCmhg==");
  for (std::size_t length = 0; length < made.part_with_headers.size(); ++length) {
    entry.value.resize(length);
    ASSERT_FALSE(decode_part(entry)) << length;
    entry.value = made.part_with_headers;
  }
  entry.value.front() = std::byte{3};
  EXPECT_FALSE(decode_part(entry));
}

TEST(Envelope, AnObjectKeepsTheHeadersOfItsParts) {
  Entry entry{.bucket = kBucket, .key = kKey, .kind = EntryKind::kObject};
  entry.value = make_golden().value_with_headers;
  entry.blobs.resize(1);
  const ObjectValue read = decode_object(entry).value();
  ASSERT_EQ(read.info.part_extents.size(), 1u);
  EXPECT_EQ(read.info.part_extents[0].number, 3u);
  EXPECT_EQ(read.info.part_extents[0].headers.at("x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(decode_info(entry)->etag, read.info.etag);
  for (std::size_t length = 0; length < entry.value.size(); ++length) {
    Entry cut = entry;
    cut.value.resize(length);
    ASSERT_FALSE(decode_object(cut)) << length;
  }
  entry.value.front() = std::byte{3};
  EXPECT_FALSE(decode_object(entry));
}

TEST(Envelope, TheGoldenValueIsRead) {
  Entry entry{.bucket = kBucket, .key = kKey, .kind = EntryKind::kObject};
  entry.value = make_golden().value;
  entry.blobs.resize(1);
  const ObjectValue read = decode_object(entry).value();
  EXPECT_EQ(read.info.metadata.at("origin"), "Li\xC3\xA8ge");
  EXPECT_EQ(read.pieces.at(0).size, kChunk + 5);
  for (std::size_t length = 0; length < entry.value.size(); ++length) {
    Entry cut = entry;
    cut.value.resize(length);
    ASSERT_FALSE(decode_object(cut)) << length;
  }
}

}  // namespace
}  // namespace belfry::objects
