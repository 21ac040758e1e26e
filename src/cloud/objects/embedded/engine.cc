#include "objects/engine.h"

#include "embedded/core.h"
#include "objects/index.h"

namespace belfry::objects {
namespace {

// What callers hold; the background coroutines keep the core until they have ended.
class EmbeddedEngine : public Engine {
 public:
  explicit EmbeddedEngine(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  Task<Sequence> commit(Commit commit) override { return core_->commit(std::move(commit)); }
  Task<std::optional<Entry>> find(BucketId bucket, const std::string& key, EntryKind kind,
                                  const std::string& suffix) override {
    return core_->find(bucket, key, kind, suffix);
  }
  Task<ScanPage> scan(const ScanRequest& request) override { return core_->scan(request); }
  Task<std::unique_ptr<segments::FileWriter>> create_file(
      const segments::Placement& placement) override {
    return core_->store().create_file(segments::Stream::kObjects, placement);
  }
  Task<> discard(const segments::FilePosition& file) override {
    return core_->store().remove_file(file);
  }
  Task<Buffer> read_record_blob(const RecordBlob& blob) override {
    return core_->read_record_blob(blob);
  }
  Task<std::size_t> read_file(const segments::FilePosition& file, std::uint64_t offset,
                              MutableView out, DiskId suspect) override {
    return core_->read_file(file, offset, out, suspect);
  }
  Task<std::shared_ptr<const segments::FileCopy>> open_copy(
      const segments::FilePosition& file) override {
    return core_->store().open_copy(file);
  }
  std::shared_ptr<void> pin(const Entry& entry) override { return core_->pin(entry); }
  Task<std::vector<segments::Copy>> where(const Entry& entry) override {
    return core_->where(entry);
  }
  Task<std::vector<SetCounts>> counts() override { co_return core_->table().counts(); }
  Task<std::vector<SetCounts>> recount() override { return core_->recount(); }
  Task<std::vector<DamagedEntry>> damaged(std::size_t limit) override {
    return core_->damaged(limit);
  }
  Task<std::vector<Entry>> entries_of(SetId set, std::size_t limit) override {
    return core_->entries_of(set, limit);
  }
  Task<> close() override { return core_->close(); }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

Task<std::unique_ptr<Engine>> open_embedded_engine(Executor executor, Clock& clock,
                                                   segments::Store& store, audit::Ledger& ledger,
                                                   EmbeddedOptions options) {
  std::shared_ptr<Index> index = options.index;
  if (!index) {
    CO_TRY(index, co_await runtime::blocking(*options.pool, [path = options.index_path] {
             return open_rocksdb_index(path);
           }));
  }
  auto core =
      std::make_shared<Core>(executor, clock, store, ledger, std::move(options), std::move(index));
  CO_TRY(co_await core->open());
  co_return std::make_unique<EmbeddedEngine>(std::move(core));
}

}  // namespace belfry::objects
