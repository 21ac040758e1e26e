// The index in RocksDB. Its log is off, for the segments are the log. One column family: its
// memtables are flushed in the order they were filled, so that a crash loses batches from the end
// and never from the middle, and the cursor never runs ahead of what it covers.
#include "objects/index.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <filesystem>

namespace belfry::objects {
namespace {

constexpr std::size_t kBlockCache = 48 << 20;
constexpr std::size_t kWriteBuffer = 16 << 20;
constexpr std::string_view kFormatKey = "m";
constexpr std::string_view kFormat = "1";

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view view(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

Result<> checked(const rocksdb::Status& status) {
  if (status.ok()) return {};
  Code code = status.IsCorruption() ? Code::kCorrupt
              : status.IsNoSpace()  ? Code::kExhausted
                                    : Code::kRetry;
  if (status.IsIncomplete()) return fail(Code::kRetry, "index.not_cached");
  return fail(code, "index.failed", {{"reason", status.ToString()}});
}

rocksdb::ReadOptions reading(IndexRead read) {
  rocksdb::ReadOptions options;
  if (read == IndexRead::kCacheOnly) options.read_tier = rocksdb::kBlockCacheTier;
  return options;
}

class RocksdbIndex : public Index {
 public:
  explicit RocksdbIndex(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {
    writing_.disableWAL = true;
  }
  ~RocksdbIndex() override { static_cast<void>(db_->Close()); }

  Result<std::optional<std::string>> get(std::string_view key, IndexRead read) override {
    std::string value;
    auto status = db_->Get(reading(read), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    TRY(checked(status));
    return value;
  }

  Result<> scan(std::string_view from, std::string_view until, IndexRead read,
                const std::function<bool(std::string_view, std::string_view)>& visit) override {
    rocksdb::ReadOptions options = reading(read);
    rocksdb::Slice upper = slice(until);
    if (!until.empty()) options.iterate_upper_bound = &upper;
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    for (at->Seek(slice(from)); at->Valid(); at->Next())
      if (!visit(view(at->key()), view(at->value()))) break;
    return checked(at->status());
  }

  Result<> write(const IndexBatch& batch) override {
    rocksdb::WriteBatch writes;
    for (const auto& [key, value] : batch.changes) {
      auto status = value ? writes.Put(slice(key), slice(*value)) : writes.Delete(slice(key));
      TRY(checked(status));
    }
    return checked(db_->Write(writing_, &writes));
  }

  Result<> flush(Wait wait) override {
    rocksdb::FlushOptions options;
    options.wait = wait == Wait::kYes;
    options.allow_write_stall = true;
    return checked(db_->Flush(options));
  }

  Result<> clear() override {
    // Above every key in use, and above the format's.
    TRY(checked(db_->DeleteRange(writing_, db_->DefaultColumnFamily(), "a", "m")));
    TRY(checked(db_->DeleteRange(writing_, db_->DefaultColumnFamily(), "n", "z")));
    return flush(Wait::kYes);
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions writing_;
};

rocksdb::Options options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.atomic_flush = true;
  options.avoid_flush_during_shutdown = false;
  options.write_buffer_size = kWriteBuffer;
  options.max_write_buffer_number = 4;
  // One thread writes at a time: Table has its own lock.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // Most keys asked for are not in the memtable: new ones, and those flushed long ago.
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.memtable_whole_key_filtering = true;
  options.max_background_jobs = 2;
  options.level0_slowdown_writes_trigger = 40;
  options.level0_stop_writes_trigger = 80;
  options.max_open_files = 256;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.paranoid_checks = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCache);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Result<std::unique_ptr<rocksdb::DB>> open(const std::string& path) {
  rocksdb::DB* opened = nullptr;
  TRY(checked(rocksdb::DB::Open(options(), path, &opened)));
  std::unique_ptr<rocksdb::DB> db(opened);
  std::string format;
  auto status = db->Get({}, slice(kFormatKey), &format);
  if (status.IsNotFound()) {
    rocksdb::WriteOptions writing;
    writing.disableWAL = true;
    TRY(checked(db->Put(writing, slice(kFormatKey), slice(kFormat))));
    return db;
  }
  TRY(checked(status));
  if (format != kFormat) return fail(Code::kCorrupt, "index.other_format");
  return db;
}

}  // namespace

Result<std::shared_ptr<Index>> open_rocksdb_index(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  auto db = open(path);
  if (!db && db.error().code() == Code::kCorrupt) {
    std::filesystem::remove_all(path, error);
    db = open(path);
  }
  if (!db) return std::unexpected(std::move(db).error());
  return std::make_shared<RocksdbIndex>(std::move(*db));
}

}  // namespace belfry::objects
