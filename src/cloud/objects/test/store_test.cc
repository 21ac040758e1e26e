#include "crypto/hash.h"
#include "objects_testing/client.h"
#include "objects_testing/machine.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace belfry::objects {
namespace {

using testing::Machine;
using testing::MemorySource;

constexpr std::size_t kChunk = 128 << 10;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    EXPECT_TRUE(machine_.start());
    bucket_ = make_bucket("bucket");
  }

  Store& store() { return machine_.store(); }
  template <class T>
  Result<T> run(Task<T> task) {
    return machine_.run(std::move(task));
  }
  Bucket make_bucket(const std::string& name, TenantId tenant = {1}) {
    auto bucket = run(store().create_bucket(tenant, name, {}, {}));
    EXPECT_TRUE(bucket) << bucket.error().describe();
    return bucket.value_or(Bucket{});
  }
  Result<ObjectInfo> put(const std::string& key, std::string_view body, PutRequest request = {}) {
    MemorySource source(body, 7000);
    return run(store().put(bucket_, key, request, source, {}));
  }
  // The body, or what went wrong.
  std::string read(const std::string& key, std::optional<Range> range = {}) {
    auto body = run(read_body(key, range));
    return body ? *body : body.error().message();
  }
  Task<std::string> read_body(std::string key, std::optional<Range> range) {
    CO_TRY(auto reading, co_await store().open(bucket_, key, [&](const ObjectInfo&) {
      return Result<std::optional<Range>>(range);
    }));
    std::string body;
    for (;;) {
      CO_TRY(View piece, co_await reading->next());
      if (piece.empty()) co_return body;
      body += as_text(piece);
    }
  }
  void set_in_memory(bool in_memory) {
    for (auto& disk : machine_.disks()) disk->set_in_memory(in_memory);
  }
  static std::string pattern(std::size_t size) {
    std::string body(size, '\0');
    for (std::size_t i = 0; i < size; ++i) body[i] = char(i * 2654435761U >> 13);
    return body;
  }
  template <class T>
  static std::string message(const Result<T>& result) {
    return result ? "" : result.error().message();
  }

  Machine machine_{11};
  Bucket bucket_;
};

TEST_F(StoreTest, BucketsHaveOneOwner) {
  auto again = run(store().create_bucket({1}, "bucket", {}, {}));
  EXPECT_EQ(message(again), "bucket.exists");
  EXPECT_EQ(again.error().argument("owned"), "yes");
  EXPECT_EQ(run(store().create_bucket({2}, "bucket", {}, {})).error().argument("owned"), "no");
  EXPECT_EQ(message(run(store().create_bucket({1}, "No", {}, {}))), "bucket.bad_name");
  make_bucket("another", {2});
  EXPECT_EQ(run(store().list_buckets({1}))->size(), 1u);
  EXPECT_EQ(run(store().list_all_buckets())->size(), 2u);
  EXPECT_EQ(run(store().find_bucket("another"))->tenant, TenantId{2});
  EXPECT_EQ(message(run(store().find_bucket("missing"))), "bucket.missing");
}

TEST(BucketName, FollowsTheRulesOfS3) {
  for (std::string name : {"abc", "a.b-c", "0-9", "1.2.3", "192.168.1.1a"})
    EXPECT_TRUE(is_bucket_name(name)) << name;
  EXPECT_TRUE(is_bucket_name(std::string(63, 'a')));
  EXPECT_FALSE(is_bucket_name(std::string(64, 'a')));
  for (std::string name : {"", "ab", "-abc", "abc-", ".abc", "abc.", "a..b", "Abc", "a_b", "a b",
                           "192.168.1.1", "xn--abc", "sthree-abc", "amzn-s3-demo-abc",
                           "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "abc--table-s3"})
    EXPECT_FALSE(is_bucket_name(name)) << name;
}

TEST_F(StoreTest, ATenantHasABoundedNumberOfBuckets) {
  for (std::size_t i = 1; i < kBucketsMax; ++i) make_bucket("bucket-" + std::to_string(i));
  EXPECT_EQ(message(run(store().create_bucket({1}, "one-more", {}, {}))), "bucket.too_many");
  EXPECT_EQ(message(run(store().create_bucket({1}, "bucket", {}, {}))), "bucket.exists");
  make_bucket("of-another", {2});
  ASSERT_TRUE(run(store().delete_bucket(bucket_, {})));
  make_bucket("one-more");
}

TEST_F(StoreTest, RemovesWhatTheConditionsHoldOf) {
  auto remove = [&](RemoveConditions conditions) {
    return message(run(store().remove(bucket_, "a", std::move(conditions), {})));
  };
  EXPECT_EQ(remove({.if_match = "*"}), "object.precondition");
  EXPECT_EQ(remove({.if_size = 5_B}), "") << "only If-Match asks that it is there";
  auto info = put("a", "12345");
  ASSERT_TRUE(info);
  auto modified = std::chrono::floor<std::chrono::seconds>(info->modified);
  EXPECT_EQ(remove({.if_match = "other"}), "object.precondition");
  EXPECT_EQ(remove({.if_match = info->etag, .if_size = 4_B}), "object.precondition");
  EXPECT_EQ(remove({.if_modified = modified - std::chrono::seconds(1)}), "object.precondition");
  EXPECT_EQ(read("a"), "12345");
  EXPECT_EQ(remove({.if_match = info->etag, .if_size = 5_B, .if_modified = modified}), "");
  EXPECT_EQ(read("a"), "object.missing");
}

// Between the look and the commit another object comes: it is not removed.
TEST_F(StoreTest, RemovesNothingThatCameAfterTheLook) {
  auto info = put("a", "12345");
  ASSERT_TRUE(info);
  int looks = 0;
  auto leaf = [&](const ObjectInfo&) -> Result<audit::Leaf> {
    // Just before the commit.
    if (looks++ == 0) EXPECT_TRUE(put("a", "another"));
    return audit::Leaf{};
  };
  auto removed = run(store().remove(bucket_, "a", {.if_match = info->etag}, leaf));
  EXPECT_EQ(message(removed), "object.precondition");
  EXPECT_EQ(read("a"), "another");
}

TEST_F(StoreTest, ABucketKeepsItsPolicy) {
  ASSERT_TRUE(put("a", "x"));
  ASSERT_TRUE(run(store().set_bucket_policy(bucket_, "{}", {})));
  EXPECT_EQ(run(store().find_bucket(bucket_.name))->policy, "{}");
  EXPECT_EQ(read("a"), "x") << "the bucket is the same";
  ASSERT_TRUE(run(store().set_bucket_policy(bucket_, "", {})));
  EXPECT_EQ(run(store().find_bucket(bucket_.name))->policy, "");
  Bucket other = bucket_;
  other.id.value += 1;
  EXPECT_EQ(message(run(store().set_bucket_policy(other, "{}", {}))), "bucket.missing");
}

TEST_F(StoreTest, ABucketKeepsWhatItKeepsFromThePublic) {
  const auto block = [&] { return run(store().find_bucket(bucket_.name))->public_access; };
  const auto listed = [&] { return run(store().list_buckets(bucket_.tenant))->at(0); };
  EXPECT_EQ(block(), policy::PublicAccessBlock{}) << "a new one blocks everything";
  for (const auto& setting : policy::kPublicAccessSettings) {
    policy::PublicAccessBlock changed;
    changed.*setting.flag = false;
    ASSERT_TRUE(run(store().set_public_access(bucket_, changed, {})));
    EXPECT_EQ(block(), changed) << setting.name;
    EXPECT_EQ(listed().public_access, changed) << setting.name;
  }
  ASSERT_TRUE(run(store().set_bucket_policy(bucket_, "{}", {})));
  ASSERT_TRUE(run(store().set_public_access(bucket_, std::nullopt, {})));
  EXPECT_EQ(block(), std::nullopt);
  EXPECT_EQ(listed().block(), policy::kNothingBlocked);
  EXPECT_EQ(run(store().find_bucket(bucket_.name))->policy, "{}") << "the policy stays";
  EXPECT_EQ(listed().policy, "") << "lists are without";
  ASSERT_TRUE(run(store().set_public_access(bucket_, policy::PublicAccessBlock{}, {})));
  EXPECT_EQ(block(), policy::PublicAccessBlock{});
}

TEST_F(StoreTest, OnlyEmptyBucketsGo) {
  ASSERT_TRUE(put("a", "x"));
  EXPECT_EQ(message(run(store().delete_bucket(bucket_, {}))), "bucket.not_empty");
  ASSERT_TRUE(run(store().remove(bucket_, "a", {})));
  auto upload = run(store().create_upload(bucket_, "b", {}, {}));
  ASSERT_TRUE(upload);
  MemorySource part("part");
  ASSERT_TRUE(run(store().put_part(bucket_, "b", upload->id, 1, {}, part, {})));
  ASSERT_TRUE(run(store().delete_bucket(bucket_, {})));
  EXPECT_EQ(message(put("a", "x")), "bucket.missing");
  EXPECT_EQ(message(run(store().delete_bucket(bucket_, {}))), "bucket.missing");
  EXPECT_TRUE(run(machine_.engine().recount())->empty()) << "the upload's part is released";
  bucket_ = make_bucket("bucket");
  EXPECT_TRUE(put("a", "x"));
}

TEST_F(StoreTest, BodiesAreWhatTheRequestSays) {
  EXPECT_EQ(message(put("a", "12345", {.size = 6_B})), "object.incomplete_body");
  EXPECT_EQ(message(put("a", "12345", {.size = 4_B})), "object.incomplete_body");
  EXPECT_EQ(message(put("a", "", {.size = 6_GiB})), "object.too_large");
  PutRequest request{.md5 = crypto::md5(as_view("other"))};
  EXPECT_EQ(message(put("a", "12345", request)), "object.bad_digest");
  request = {.sha256 = crypto::sha256(as_view("other"))};
  EXPECT_EQ(message(put("a", "12345", request)), "object.wrong_sha256");
  EXPECT_EQ(message(put("a", pattern(3 * kChunk), request)), "object.wrong_sha256");
  EXPECT_EQ(message(put(std::string(1025, 'k'), "")), "object.key_too_long");
  EXPECT_EQ(message(put("\xff", "")), "object.bad_key");
  EXPECT_EQ(read("a"), "object.missing");
  request = {.content_type = "text/css",
             .headers = {{"cache-control", "no-store"}},
             .metadata = {{"colour", "blue"}},
             .size = 5_B,
             .md5 = crypto::md5(as_view("12345")),
             .sha256 = crypto::sha256(as_view("12345"))};
  auto stored = put("a", "12345", request);
  ASSERT_TRUE(stored) << stored.error().describe();
  auto head = run(store().head(bucket_, "a"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->etag, "827ccb0eea8a706c4c34a16891f84e7b");
  EXPECT_EQ(head->sha256_hex, "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
  EXPECT_EQ(head->content_type, "text/css");
  EXPECT_EQ(head->headers, request.headers);
  EXPECT_EQ(head->metadata, request.metadata);
  EXPECT_EQ(head->version, stored->version);
}

TEST_F(StoreTest, ReadsEveryRangeAcrossChunks) {
  for (std::size_t size : {std::size_t(0), std::size_t(1), kChunk - 1, kChunk, kChunk + 1,
                           10 * kChunk, 17 * kChunk + 5}) {
    std::string body = pattern(size);
    ASSERT_TRUE(put("a", body)) << size;
    for (bool in_memory : {true, false}) {
      set_in_memory(in_memory);
      EXPECT_TRUE(read("a") == body) << size;
      for (std::uint64_t first : {std::uint64_t(0), kChunk - 1, kChunk, size / 2, size})
        for (std::uint64_t length : {std::uint64_t(1), std::uint64_t(3), kChunk + 2, size + 1}) {
          std::string expected = first < size ? body.substr(first, length) : "";
          EXPECT_TRUE(read("a", Range{first, first + length - 1}) == expected)
              << size << ": " << first << "+" << length;
        }
    }
  }
}

TEST_F(StoreTest, ReadsEveryRangeAcrossParts) {
  auto upload = run(store().create_upload(bucket_, "a", {}, {}));
  ASSERT_TRUE(upload);
  const std::string body = pattern(2 * kPartSizeMin.count + 3 * kChunk);
  const std::size_t lengths[] = {kPartSizeMin.count, kPartSizeMin.count + 2 * kChunk - 1,
                                 kChunk + 1};
  std::vector<PartReference> parts;
  std::size_t from = 0;
  for (std::size_t length : lengths) {
    MemorySource source(body.substr(std::exchange(from, from + length), length), 1 << 20);
    auto number = std::uint32_t(parts.size() + 1);
    auto part = run(store().put_part(bucket_, "a", upload->id, number, {}, source, {}));
    ASSERT_TRUE(part);
    parts.push_back({number, part->etag});
  }
  ASSERT_TRUE(run(store().complete_upload(bucket_, "a", upload->id, parts, {}, {}, {})));
  for (bool in_memory : {true, false}) {
    set_in_memory(in_memory);
    EXPECT_TRUE(read("a") == body);
    for (std::size_t seam : {lengths[0], lengths[0] + lengths[1]})
      for (std::size_t before : {std::size_t(0), std::size_t(1), kChunk + 1})
        for (std::size_t length : {std::size_t(1), std::size_t(2), kChunk + 3, 12 * kChunk}) {
          const std::size_t first = seam - before;
          EXPECT_TRUE(read("a", Range{first, first + length - 1}) == body.substr(first, length))
              << first << "+" << length;
        }
  }
}

// Every file below a folder of a disk.
void visit_files(Disk& disk, const std::string& folder,
                 const std::function<void(const std::string&)>& visit) {
  auto names = disk.list(folder);
  if (!names) return visit(folder);
  for (const std::string& name : *names)
    visit_files(disk, folder.empty() ? name : folder + "/" + name, visit);
}

TEST_F(StoreTest, NoPlaintextReachesADisk) {
  std::string secret = "a secret of sixteen chunks ";
  std::string large;
  while (large.size() < 3 * kChunk) large += secret;
  ASSERT_TRUE(put("small", secret));
  ASSERT_TRUE(put("large", large));
  unsigned files = 0;
  for (auto& disk : machine_.disks()) {
    visit_files(*disk, "", [&](const std::string& path) {
      auto file = disk->open(path, Access::kRead);
      if (!file) return;
      ++files;
      Buffer bytes((*file)->size()->count);
      ASSERT_TRUE((*file)->read_at(0, bytes));
      EXPECT_EQ(as_text(bytes).find(secret), std::string_view::npos) << path;
    });
  }
  EXPECT_GT(files, 12u);
}

TEST_F(StoreTest, RotIsReadAround) {
  std::string body = pattern(20 * kChunk);
  for (bool in_memory : {true, false}) {
    set_in_memory(in_memory);
    ASSERT_TRUE(put("large", body));
    auto copies = run(store().where(bucket_, "large"));
    ASSERT_TRUE(copies);
    ASSERT_EQ(copies->size(), 3u);
    for (int rotten : {0, 1}) {
      const segments::Copy& copy = (*copies)[rotten];
      std::string path = copy.path.substr(copy.path.find_first_not_of('/'));
      SimulatedDisk& disk = *machine_.disks()[std::size_t(copy.disk.value - 1)];
      for (std::uint64_t offset : {5'000u, 900'000u, 2'000'000u})
        ASSERT_TRUE(disk.flip(path, offset, 3)) << path;
    }
    EXPECT_TRUE(read("large") == body);
  }
}

// Not left to the next scrub: until then an object would have a copy less than it should.
TEST_F(StoreTest, AMissingCopyIsMendedByWhoReads) {
  std::string body = pattern(3 * kChunk);
  ASSERT_TRUE(put("large", body));
  auto copies = run(store().where(bucket_, "large"));
  ASSERT_TRUE(copies);
  const segments::Copy& first = copies->front();
  ASSERT_TRUE(machine_.disks()[std::size_t(first.disk.value - 1)]->remove(
      first.path.substr(first.path.find_first_not_of('/'))));
  EXPECT_TRUE(read("large") == body);
  copies = run(store().where(bucket_, "large"));
  ASSERT_TRUE(copies);
  for (const segments::Copy& copy : *copies)
    EXPECT_EQ(copy.state, segments::CopyState::kHealthy) << copy.path;
}

TEST_F(StoreTest, ReplacesNoObjectThatHasTheTag) {
  PutRequest unless{.conditions = {.if_none_match = "other"}};
  auto first = put("a", "12345", unless);
  ASSERT_TRUE(first);
  unless.conditions.if_none_match = first->etag;
  EXPECT_EQ(message(put("a", "another", unless)), "object.precondition");
  EXPECT_EQ(read("a"), "12345");
  unless.conditions.if_none_match = "other";
  ASSERT_TRUE(put("a", "another", unless));
  EXPECT_EQ(read("a"), "another");
  // The object that must not be replaced comes between the look and the commit.
  int looks = 0;
  auto leaf = [&](const ObjectInfo&) -> Result<audit::Leaf> {
    if (looks++ == 0) EXPECT_TRUE(put("a", "12345"));
    return audit::Leaf{};
  };
  unless.conditions.if_none_match = first->etag;
  MemorySource source("late", 7000);
  EXPECT_EQ(message(run(store().put(bucket_, "a", unless, source, leaf))), "object.precondition");
  EXPECT_EQ(read("a"), "12345");
}

TEST_F(StoreTest, KeepsWhatABodyTells) {
  std::string body = pattern(2 * kChunk);
  PutRequest request{.headers = {{"cache-control", "no-store"}}};
  request.headers_of_body = [] { return Headers{{"sum", "of the body"}}; };
  ASSERT_TRUE(put("a", body, request));
  auto head = run(store().head(bucket_, "a"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->headers, (Headers{{"cache-control", "no-store"}, {"sum", "of the body"}}));
  EXPECT_TRUE(head->part_extents.empty());
}

TEST_F(StoreTest, DescribesAWholeFromTheParts) {
  auto upload = run(store().create_upload(bucket_, "a", {.headers = {{"plan", "x"}}}, {}));
  ASSERT_TRUE(upload);
  EXPECT_EQ(run(store().find_upload(bucket_, "a", upload->id))->headers, (Headers{{"plan", "x"}}));
  EXPECT_EQ(message(run(store().find_upload(bucket_, "b", upload->id))), "upload.missing");
  std::vector<PartReference> wanted;
  for (std::uint32_t number : {2u, 7u}) {
    MemorySource source(number == 2 ? pattern(kPartSizeMin.count) : "tail", 1 << 20);
    PutRequest request;
    if (number == 7) request.headers_of_body = [] { return Headers{{"sum", "of the tail"}}; };
    auto part = run(store().put_part(bucket_, "a", upload->id, number, request, source, {}));
    ASSERT_TRUE(part);
    wanted.push_back({number, part->etag});
  }
  auto complete = [&](const DescribeWhole& describe) {
    return run(store().complete_upload(bucket_, "a", upload->id, wanted, {}, describe, {}));
  };
  auto refuse = [](const Upload&, const std::vector<Part>&) -> Result<Headers> {
    return fail(Code::kInvalid, "test.refused");
  };
  EXPECT_EQ(message(complete(refuse)), "test.refused");
  EXPECT_EQ(read("a"), "object.missing");
  auto describe = [](const Upload& of, const std::vector<Part>& parts) -> Result<Headers> {
    EXPECT_EQ(of.headers.at("plan"), "x");
    EXPECT_EQ(parts.size(), 2u);
    EXPECT_TRUE(parts.at(0).headers.empty());
    return Headers{{"sum", "of all, " + parts.at(1).headers.at("sum")}};
  };
  ASSERT_TRUE(complete(describe));
  auto head = run(store().head(bucket_, "a"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->headers.at("sum"), "of all, of the tail");
  ASSERT_EQ(head->part_extents.size(), 2u);
  EXPECT_EQ(head->part_extents[1].number, 7u);
  EXPECT_EQ(head->part_extents[1].size, 4_B);
  EXPECT_EQ(head->part_extents[1].headers.at("sum"), "of the tail");
  auto again = complete(refuse);
  ASSERT_TRUE(again) << "a repeated request has the same outcome";
  EXPECT_EQ(again->headers.at("sum"), "of all, of the tail");
}

TEST_F(StoreTest, WritesWaitForTheLedger) {
  machine_.ledger().set_down(true);
  EXPECT_EQ(message(put("a", "x")), "audit.unavailable");
  EXPECT_EQ(message(run(store().remove(bucket_, "a", {}))), "audit.unavailable");
  machine_.ledger().set_down(false);
  EXPECT_TRUE(put("a", "x"));
}

TEST_F(StoreTest, KeysRotateAndOldObjectsStayReadable) {
  ASSERT_TRUE(put("old", "one"));
  ASSERT_TRUE(machine_.keys().rotate({1}, crypto::KeyPurpose::kObjects));
  ASSERT_TRUE(put("new", "two"));
  EXPECT_EQ(read("old"), "one");
  EXPECT_EQ(read("new"), "two");
}

TEST_F(StoreTest, PagesMeetWithoutGapOrRepeat) {
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    std::string key = "d" + std::to_string(i % 7) + "/" + std::to_string(i);
    if (i % 5 == 0) key = "f" + std::to_string(100 + i);
    ASSERT_TRUE(put(key, "x"));
  }
  for (std::string delimiter : {"", "/"}) {
    auto whole = run(store().list(bucket_, {.delimiter = delimiter}));
    ASSERT_TRUE(whole);
    for (std::size_t limit : {std::size_t(1), std::size_t(3), std::size_t(17)}) {
      ListRequest request{.delimiter = delimiter, .limit = limit};
      std::vector<std::string> keys, common;
      for (bool more = true; more;) {
        auto page = run(store().list(bucket_, request));
        ASSERT_TRUE(page);
        ASSERT_LE(page->objects.size() + page->common_prefixes.size(), limit);
        for (const ObjectInfo& object : page->objects) keys.push_back(object.key);
        common.insert(common.end(), page->common_prefixes.begin(), page->common_prefixes.end());
        more = page->truncated;
        request.after = page->next;
      }
      EXPECT_EQ(keys.size(), whole->objects.size()) << limit;
      EXPECT_EQ(common, whole->common_prefixes) << limit;
      EXPECT_TRUE(std::ranges::is_sorted(keys));
    }
  }
}

}  // namespace
}  // namespace belfry::objects
