#include "base/crc32c.h"
#include "durable.h"
#include "local_store.h"
#include "parallel.h"

#include <algorithm>

namespace belfry::segments {
namespace {

// How long a file may be in the scrub's hands before its removal gives up.
constexpr Duration kClaimPause = std::chrono::milliseconds(20);
constexpr unsigned kClaimRounds = 3000;

// Collects octets and sends them to all disks of the set at once. Holds one buffer.
class LocalFileWriter : public FileWriter {
 public:
  LocalFileWriter(Notes& notes, std::shared_ptr<ReplicaSet> set, FileId id)
      : notes_(notes),
        set_(std::move(set)),
        devices_(set_->members()),
        header_{set_->id(), id},
        claim_(set_->claims().try_take(id)) {
    buffer_.reserve(kBuffer);
  }

  Task<> begin() {
    files_.resize(devices_.size());
    co_return co_await everywhere([this](unsigned ordinal) -> Result<> {
      Disk& disk = devices_[ordinal]->disk();
      TRY(prepare_shard(disk, header_.set, header_.file, {ordinal}));
      TRY(files_[ordinal], disk.create_unnamed(file_shard(header_.set, header_.file)));
      return files_[ordinal]->write_at(0, encode(header_));
    });
  }

  Task<> write(View bytes) override {
    while (!bytes.empty()) {
      View part = bytes.first(std::min(bytes.size(), kBuffer - buffer_.size()));
      bytes = bytes.subspan(part.size());
      buffer_.insert(buffer_.end(), part.begin(), part.end());
      if (buffer_.size() == kBuffer) CO_TRY(co_await flush());
    }
    co_return Result<>{};
  }

  Task<FilePosition> finish() override {
    CO_TRY(co_await flush());
    if (block_length_ > 0) end_block();
    Buffer trailer = encode(trailer_, header_);
    // A set that is being healed would not get the file on its new disk.
    if (!set_->begin_publishing(devices_)) co_return fail(Code::kRetry, "segments.set_changed");
    auto published = co_await everywhere([&](unsigned ordinal) -> Result<> {
      TRY(files_[ordinal]->write_at(kPage + trailer_.size, View(trailer)));
      return publish_file(devices_[ordinal]->disk(), *files_[ordinal], header_.set, header_.file,
                          {ordinal});
    });
    set_->end_publishing();
    claim_ = {};
    if (!published) co_return std::unexpected(published.error());
    co_return FilePosition{header_.set, header_.file, {trailer_.size}};
  }

 private:
  static constexpr std::size_t kBuffer = 512 << 10;
  static_assert(kFileBlock % kBuffer == 0);

  void end_block() {
    trailer_.block_crcs.push_back(block_crc_);
    block_crc_ = 0;
    block_length_ = 0;
  }

  Task<> flush() {
    if (buffer_.empty()) co_return Result<>{};
    block_crc_ = crc32c(buffer_, block_crc_);
    block_length_ += buffer_.size();
    if (block_length_ == kFileBlock) end_block();
    auto written = co_await everywhere([this](unsigned ordinal) {
      devices_[ordinal]->wrote(buffer_.size());
      return files_[ordinal]->write_at(kPage + trailer_.size, View(buffer_));
    });
    trailer_.size += buffer_.size();
    buffer_.clear();
    co_return written;
  }

  // The file is of use on all disks or not at all.
  Task<> everywhere(std::function<Result<>(unsigned)> work) {
    if (broken_) co_return std::unexpected(*broken_);
    auto results = co_await on_each(devices_, std::move(work));
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i]) continue;
      notes_.failed(*devices_[i], results[i].error());
      // A lack of descriptors or of room is told as what it is.
      bool lacks = results[i].error().code() == Code::kExhausted;
      broken_ =
          lacks ? results[i].error()
                : Error(Code::kRetry, "segments.disk_failed", {{"disk", devices_[i]->info.name}});
    }
    if (broken_) co_return std::unexpected(*broken_);
    co_return Result<>{};
  }

  Notes& notes_;
  std::shared_ptr<ReplicaSet> set_;
  std::vector<StoreDevice*> devices_;
  FileHeader header_;
  FileClaims::Claim claim_;
  std::vector<std::unique_ptr<File>> files_;
  Buffer buffer_;
  FileTrailer trailer_;
  std::uint32_t block_crc_ = 0;
  std::size_t block_length_ = 0;
  std::optional<Error> broken_;
};

}  // namespace

Task<std::unique_ptr<FileWriter>> LocalStore::create_file(Stream stream,
                                                          const Placement& placement) {
  CO_TRY(auto set, co_await set_for_append(stream, placement, Reserve::kKeep));
  CO_TRY(co_await keep_reserve(*set));
  FileId id = random_.octets<16>();
  {
    std::lock_guard lock(mutex_);
    if (!collected_.contains(stream)) created_.insert(id);
  }
  auto writer = std::make_unique<LocalFileWriter>(*this, set, id);
  CO_TRY(co_await writer->begin());
  co_return std::unique_ptr<FileWriter>(std::move(writer));
}

Task<std::size_t> LocalStore::read_file(const FilePosition& file, std::uint64_t offset,
                                        MutableView out, DiskId suspect) {
  CO_TRY(auto set, find_readable(file.set));
  auto members = set->members();
  std::vector<unsigned> bad;
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    StoreDevice* device = members[ordinal];
    if (!device || !device->good()) continue;
    if (device->info.id == suspect) {
      auto whole = co_await runtime::blocking(*device->pool,
                                              [&] { return check_file(device->disk(), file, {}); });
      if (whole && *whole) continue;
      if (!whole && whole.error().code() == Code::kExhausted)
        co_return std::unexpected(whole.error());
      bad.push_back(ordinal);
      note_bad_copy(*set, ordinal, file, whole ? nullptr : &whole.error());
      continue;
    }
    auto count = co_await runtime::blocking(
        *device->pool, [&] { return read_content(device->disk(), file, offset, out); });
    if (!count && count.error().code() == Code::kExhausted)
      co_return std::unexpected(count.error());
    if (count && *count) {
      if (!bad.empty())
        co_await runtime::blocking(*device->pool, [&]() -> Result<> {
          repair_file(*set, file, ordinal, bad);
          return {};
        });
      co_return **count;
    }
    bad.push_back(ordinal);
    note_bad_copy(*set, ordinal, file, count ? nullptr : &count.error());
  }
  co_return fail(Code::kCorrupt, "segments.no_good_copy");
}

Task<> LocalStore::remove_file(const FilePosition& file) {
  auto set = find_set(file.set);
  if (!set) co_return Result<>{};
  auto claim = set->claims().try_take(file.file);
  // The scrub holds it for as long as it takes to read the file.
  for (unsigned round = 0; !claim && round < kClaimRounds; ++round) {
    co_await clock_.sleep(kClaimPause);
    claim = set->claims().try_take(file.file);
  }
  if (!claim) co_return fail(Code::kRetry, "segments.busy");
  auto devices = set->members();
  for (StoreDevice*& device : devices)
    if (device && !device->good()) device = nullptr;
  co_await on_each(devices, [&](unsigned ordinal) {
    return devices[ordinal]->disk().remove(file_path(file.set, file.file));
  });
  settle(file.set, {},
         [&](const Damage& damage) { return damage.is_file && damage.file.file == file.file; }, {});
  co_return Result<>{};
}

Task<std::uint64_t> LocalStore::collect_orphans(Stream stream,
                                                std::function<bool(const FilePosition&)> is_used) {
  std::uint64_t collected = 0;
  for (auto& set : all_sets()) {
    if (set->stream() != stream) continue;
    CO_TRY(auto files, co_await files_of(set));
    for (const FilePosition& file : files) {
      {
        std::lock_guard lock(mutex_);
        if (collected_.contains(stream) || created_.contains(file.file)) continue;
      }
      if (is_used(file)) continue;
      // One that cannot go now is an orphan for the next start.
      if (co_await remove_file(file)) ++collected;
    }
  }
  // From now on nothing is older than this process and not known.
  std::lock_guard lock(mutex_);
  collected_.insert(stream);
  created_.clear();
  co_return collected;
}

// What any member has: recovery made them the same.
Task<std::vector<FilePosition>> LocalStore::files_of(std::shared_ptr<ReplicaSet> set) {
  for (StoreDevice* device : set->members()) {
    if (!device || !device->good()) continue;
    auto files = co_await runtime::blocking(*device->pool,
                                            [&] { return list_files(device->disk(), set->id()); });
    if (files) co_return files;
  }
  co_return fail(Code::kRetry, "segments.set_unreadable", {{"set", set->id().text()}});
}

Task<std::vector<Copy>> LocalStore::where(const FilePosition& file) {
  CO_TRY(auto set, find_readable(file.set));
  auto descriptor = set->descriptor();
  auto members = set->members();
  std::string path = file_path(file.set, file.file);
  std::vector<Copy> copies;
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    StoreDevice* device = members[ordinal];
    Copy copy{descriptor.members[ordinal].disk, path, CopyState::kMissing};
    if (device) copy.path = device->info.path + "/" + path;
    if (device && device->good()) {
      auto whole = co_await runtime::blocking(*device->pool,
                                              [&] { return check_file(device->disk(), file, {}); });
      if (whole) copy.state = *whole ? CopyState::kHealthy : CopyState::kCorrupt;
    }
    copies.push_back(std::move(copy));
  }
  co_return copies;
}

}  // namespace belfry::segments
