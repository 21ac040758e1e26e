// The commit record's octets: docs/formats/golden/commit.bin, and what a reader does with kinds it
// does not know.
#include "embedded/commit_record.h"

#include "value.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace belfry::objects {
namespace {

constexpr segments::Position kRecord{{77}, 3, 8192, 900};

template <std::size_t N>
std::array<std::byte, N> pattern(unsigned first) {
  std::array<std::byte, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = std::byte(first + i);
  return out;
}

Piece example_piece(std::uint32_t number, std::uint64_t size) {
  Piece piece{.number = number, .size = size, .md5 = pattern<16>(number)};
  piece.envelope.key = {5};
  piece.envelope.version = 2;
  piece.envelope.wrapped = pattern<kWrappedLength>(100);
  return piece;
}

// One of everything.
Commit example() {
  Commit commit{.bucket = {42},
                .key =
                    "d\xc3\xa9"
                    "p\xc3\xb4t/a"};
  ObjectValue object;
  object.info = {.key = commit.key,
                 .size = {300'005},
                 .etag = "0123456789abcdef0123456789abcdef-2",
                 .modified = from_us(1'700'000'000'000'000),
                 .content_type = "text/plain",
                 .headers = {{"cache-control", "no-store"}},
                 .metadata = {{"colour", "blue"}},
                 .parts = 2};
  object.upload_id = std::string(16, 'u');
  object.pieces = {example_piece(1, 300'000), example_piece(2, 5)};
  segments::FilePosition file{{78}, pattern<16>(1), {300'048}};
  RecordBlob part{{{77}, 2, 4096, 200}, 120, 21};
  commit.changes.push_back({.value = encode_object(object), .blobs = {file, part}});
  commit.changes.push_back(
      {.what = Change::Kind::kRemove, .kind = EntryKind::kUpload, .suffix = std::string(16, 'u')});
  commit.changes.push_back({.what = Change::Kind::kRemove,
                            .kind = EntryKind::kPart,
                            .suffix = std::string(16, 'u') + std::string("\0\1", 2),
                            .old_blobs = OldBlobs::kKeep});
  commit.changes.push_back({.what = Change::Kind::kRemovePrefix,
                            .kind = EntryKind::kPart,
                            .suffix = std::string(16, 'u')});
  PartValue value{example_piece(1, 9), from_us(1'700'000'000'000'001)};
  commit.changes.push_back({.kind = EntryKind::kPart,
                            .suffix = std::string(16, 'v') + std::string("\0\1", 2),
                            .value = encode_part(value),
                            .inline_blob = to_buffer("sealed octets and a tag..")});
  Upload upload{.started = from_us(7), .content_type = "image/png", .metadata = {{"a", "b"}}};
  commit.changes.push_back(
      {.kind = EntryKind::kUpload, .suffix = std::string(16, 'v'), .value = encode_upload(upload)});
  Bucket bucket{.id = {42}, .tenant = {3}, .created = from_us(9)};
  bucket.placement.sites_allowed = {SiteId{4}};
  commit.changes.push_back({.kind = EntryKind::kBucket, .value = encode_bucket(bucket)});
  commit.leaf = audit::Leaf{{3}, pattern<16>(200), to_buffer("finished leaf")};
  return commit;
}

// What has values of the second version: headers of parts, a bucket's policy.
Commit example_of_second_values() {
  Commit commit{.bucket = {42}, .key = "a"};
  ObjectValue object;
  object.info = {.key = "a", .size = {5}, .etag = "e-1", .modified = from_us(11), .parts = 1};
  object.upload_id = std::string(16, 'u');
  object.pieces = {example_piece(1, 5)};
  object.pieces[0].headers = {{"x-amz-checksum-crc32", "AAAAAA=="}};
  RecordBlob blob{{{77}, 2, 4096, 200}, 120, 21};
  commit.changes.push_back({.value = encode_object(object), .blobs = {blob}});
  PartValue part{example_piece(1, 9), from_us(12)};
  part.piece.headers = {{"x-amz-checksum-sha1", "c2hh"}};
  commit.changes.push_back({.kind = EntryKind::kPart,
                            .suffix = std::string(16, 'v') + std::string("\0\1", 2),
                            .value = encode_part(part),
                            .inline_blob = to_buffer("sealed octets and a tag..")});
  Bucket bucket{.id = {42}, .tenant = {3}, .created = from_us(9)};
  bucket.policy = R"({"Statement": []})";
  commit.changes.push_back({.kind = EntryKind::kBucket, .value = encode_bucket(bucket)});
  return commit;
}

// What has values of the third version: buckets that do not block everything.
Commit example_of_third_values() {
  Commit commit{.bucket = {0}, .key = "open"};
  Bucket bucket{.id = {42}, .tenant = {3}, .created = from_us(9)};
  bucket.policy = R"({"Statement": []})";
  bucket.public_access->restrict_public_buckets = false;
  commit.changes.push_back({.kind = EntryKind::kBucket, .value = encode_bucket(bucket)});
  bucket.policy.clear();
  bucket.public_access.reset();
  commit.changes.push_back({.kind = EntryKind::kBucket, .value = encode_bucket(bucket)});
  return commit;
}

Buffer joined(const std::vector<Buffer>& parts) {
  Buffer all;
  for (const Buffer& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::string golden_path(const std::string& name) {
  const char* source = std::getenv("BELFRY_SOURCE");
  return std::string(source ? source : ".") + "/docs/formats/golden/" + name;
}

void expect_golden(const Commit& commit, const std::string& name) {
  Buffer body = joined(encode_commit(commit).body);
  if (std::getenv("BELFRY_WRITE_GOLDEN")) {
    std::ofstream out(golden_path(name), std::ios::binary);
    out << as_text(body);
  }
  std::ifstream in(golden_path(name), std::ios::binary);
  std::string golden{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(as_text(body), golden)
      << "a format stays; when it must change, its version does, and a new golden file joins";
}

TEST(CommitRecord, IsTheGoldenFile) {
  expect_golden(example(), "commit.bin");
  expect_golden(example_of_second_values(), "commit.second_values.bin");
  expect_golden(example_of_third_values(), "commit.third_values.bin");
}

TEST(CommitRecord, ReadsWhatItWrote) {
  EncodedCommit encoded = encode_commit(example());
  place(encoded.commit, kRecord);
  auto decoded = decode_commit(joined(encoded.body), kRecord);
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(decoded->bucket, BucketId{42});
  EXPECT_EQ(decoded->key, example().key);
  ASSERT_EQ(decoded->changes.size(), encoded.commit.changes.size());
  for (std::size_t i = 0; i < decoded->changes.size(); ++i) {
    const Change &got = decoded->changes[i], &meant = encoded.commit.changes[i];
    EXPECT_EQ(got.what, meant.what) << i;
    EXPECT_EQ(got.kind, meant.kind) << i;
    EXPECT_EQ(got.suffix, meant.suffix) << i;
    EXPECT_EQ(got.value, meant.value) << i;
    EXPECT_EQ(got.blobs, meant.blobs) << i;
    EXPECT_EQ(got.old_blobs, meant.old_blobs) << i;
  }
  ASSERT_TRUE(decoded->leaf);
  EXPECT_EQ(decoded->leaf->octets, to_buffer("finished leaf"));
  EXPECT_EQ(decoded->leaf->tenant, TenantId{3});
}

TEST(CommitRecord, RefusesEveryTruncation) {
  Buffer body = joined(encode_commit(example()).body);
  for (std::size_t length = 0; length < body.size(); ++length)
    EXPECT_FALSE(decode_commit(View(body).first(length), kRecord)) << length;
}

TEST(CommitRecord, SkipsOrRefusesUnknownKinds) {
  Commit commit{.bucket = {1}, .key = "k"};
  commit.changes.push_back({.kind = EntryKind(0x30), .value = to_buffer("from the future")});
  commit.changes.push_back({.value = to_buffer("known")});
  auto decoded = decode_commit(joined(encode_commit(commit).body), kRecord);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->changes.size(), 1u);
  EXPECT_EQ(decoded->changes[0].value, to_buffer("known"));

  commit.changes[0].kind = EntryKind(0x80 | 0x30);
  decoded = decode_commit(joined(encode_commit(commit).body), kRecord);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().message(), "engine.unknown_record");

  Buffer other_version = joined(encode_commit(example()).body);
  other_version[0] = std::byte(2);
  decoded = decode_commit(other_version, kRecord);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().message(), "engine.unknown_record");
}

}  // namespace
}  // namespace belfry::objects
