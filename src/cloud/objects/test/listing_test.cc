// What a listing holds in memory at once, whatever the entries are.
#include "objects_testing/fakes.h"
#include "objects_testing/memory_engine.h"
#include "runtime/simulation.h"
#include "value.h"

#include <gtest/gtest.h>

namespace belfry::objects {
namespace {

// Forwards to an engine, and notes the octets of the largest page that it gave.
class MeasuredEngine : public Engine {
 public:
  std::size_t largest = 0;

  Task<Sequence> commit(Commit commit) override { return engine_->commit(std::move(commit)); }
  Task<std::optional<Entry>> find(BucketId bucket, const std::string& key, EntryKind kind,
                                  const std::string& suffix) override {
    return engine_->find(bucket, key, kind, suffix);
  }
  Task<ScanPage> scan(const ScanRequest& request) override {
    CO_TRY(ScanPage page, co_await engine_->scan(request));
    std::size_t octets = 0;
    for (const Entry& entry : page.entries)
      octets += sizeof entry + entry.value.size() + entry.blobs.size() * sizeof(Blob);
    largest = std::max(largest, octets);
    co_return page;
  }
  Task<std::vector<Entry>> entries_of(SetId set, std::size_t limit) override {
    return engine_->entries_of(set, limit);
  }
  Task<std::unique_ptr<segments::FileWriter>> create_file(
      const segments::Placement& placement) override {
    return engine_->create_file(placement);
  }
  Task<> discard(const segments::FilePosition& file) override { return engine_->discard(file); }
  Task<Buffer> read_record_blob(const RecordBlob& blob) override {
    return engine_->read_record_blob(blob);
  }
  Task<std::size_t> read_file(const segments::FilePosition& file, std::uint64_t offset,
                              MutableView out, DiskId suspect) override {
    return engine_->read_file(file, offset, out, suspect);
  }
  std::shared_ptr<void> pin(const Entry& entry) override { return engine_->pin(entry); }
  Task<std::vector<segments::Copy>> where(const Entry& entry) override {
    return engine_->where(entry);
  }
  Task<std::vector<SetCounts>> counts() override { return engine_->counts(); }
  Task<std::vector<SetCounts>> recount() override { return engine_->recount(); }
  Task<std::vector<DamagedEntry>> damaged(std::size_t limit) override {
    return engine_->damaged(limit);
  }
  Task<> close() override { return engine_->close(); }

 private:
  std::unique_ptr<Engine> engine_ = testing::make_memory_engine();
};

class ListingTest : public ::testing::Test {
 protected:
  ListingTest() { bucket_ = run(store_->create_bucket({1}, "bucket", {}, {})).value(); }

  template <class T>
  Result<T> run(Task<T> task) {
    return world_.run(std::move(task));
  }
  // An object of so many parts, as completing an upload makes it.
  void put_parts(const std::string& key, std::uint32_t parts, Headers metadata = {}) {
    ObjectValue value;
    value.info = {.size = {parts}, .etag = "etag-" + std::to_string(parts), .parts = parts};
    value.info.metadata = std::move(metadata);
    value.pieces.resize(parts);
    Change change{.value = encode_object(value), .blobs = {}};
    change.blobs.resize(parts, segments::FilePosition{.set = {1}, .size = 1_B});
    Commit commit{.bucket = bucket_.id, .key = key};
    commit.changes.push_back(std::move(change));
    ASSERT_TRUE(run(engine_.commit(std::move(commit))));
  }

  Simulation world_{1};
  MeasuredEngine engine_;
  testing::MemoryKeys keys_;
  testing::MemoryLedger ledger_;
  std::unique_ptr<Store> store_ = make_store(world_.executor(), engine_, keys_, ledger_,
                                             world_.clock(), world_.random(), world_.pool());
  Bucket bucket_;
};

TEST_F(ListingTest, ObjectsOfTenThousandPartsFitInAPage) {
  for (int i = 0; i < 60; ++i) put_parts("large-" + std::to_string(100 + i), 10'000);
  for (const char* delimiter : {"", "/"}) {
    engine_.largest = 0;
    auto page = run(store_->list(bucket_, {.delimiter = delimiter}));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->objects.size(), 60u);
    for (const ObjectInfo& object : page->objects) {
      EXPECT_EQ(object.parts, 10'000u);
      EXPECT_EQ(object.size, 10'000_B);
      EXPECT_EQ(object.etag, "etag-10000");
    }
    EXPECT_FALSE(page->truncated);
    // Sixty whole ones are 100 MiB.
    EXPECT_LT(engine_.largest, std::size_t{64} << 10) << delimiter;
  }
}

TEST_F(ListingTest, MetadataLongerThanAHeadIsThere) {
  Headers metadata;
  for (int i = 0; i < 30; ++i)
    metadata["name-" + std::to_string(i)] = std::string(kHeadLength / 10, 'm');
  put_parts("a", 3);
  put_parts("b", 3, metadata);
  put_parts("c", 3);
  auto page = run(store_->list(bucket_, {}));
  ASSERT_TRUE(page) << page.error().describe();
  ASSERT_EQ(page->objects.size(), 3u);
  EXPECT_EQ(page->objects[1].metadata, metadata);
  EXPECT_EQ(page->objects[1].parts, 3u);
}

TEST_F(ListingTest, PartsAreListedAcrossPagesOfTheEngine) {
  auto upload = run(store_->create_upload(bucket_, "a", {}, {}));
  ASSERT_TRUE(upload);
  for (std::uint32_t number = 1; number <= 40; ++number) {
    testing::MemorySource body("part");
    ASSERT_TRUE(run(store_->put_part(bucket_, "a", upload->id, number, {}, body, {})));
  }
  auto parts = run(store_->list_parts(bucket_, "a", upload->id, 5, 30));
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 30u);
  for (std::uint32_t i = 0; i < 30; ++i) EXPECT_EQ((*parts)[i].number, i + 6);
}

}  // namespace
}  // namespace belfry::objects
