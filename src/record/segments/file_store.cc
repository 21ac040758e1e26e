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

// What the disks write to, also one that is silent and no longer waited for.
struct Copies {
  std::vector<std::shared_ptr<Disk>> disks;
  FileHeader header;
  std::vector<char> has_shard;
  std::vector<std::unique_ptr<File>> files = std::vector<std::unique_ptr<File>>(disks.size());
  std::vector<WriteBehind> behind = std::vector<WriteBehind>(disks.size());

  Result<> open(unsigned ordinal) {
    if (files[ordinal]) return {};
    Disk& disk = *disks[ordinal];
    if (!has_shard[ordinal]) TRY(prepare_shard(disk, header.set, header.file, {ordinal}));
    auto made = disk.create_unnamed(file_shard(header.set, header.file));
    // Somebody has removed the folder.
    if (!made && made.error().code() == Code::kNotFound) {
      TRY(prepare_shard(disk, header.set, header.file, {ordinal}));
      made = disk.create_unnamed(file_shard(header.set, header.file));
    }
    TRY(files[ordinal], std::move(made));
    return {};
  }
};

// Collects octets from the header on and sends them to all disks of the set at once. Holds one
// buffer; its octets lie in it as they will in the file, whole pages in whole pages, so that they
// need no room in memory besides: three copies of what perhaps nobody reads soon.
class LocalFileWriter : public FileWriter {
 public:
  LocalFileWriter(Notes& notes, std::shared_ptr<ReplicaSet> set, FileId id)
      : notes_(notes),
        set_(std::move(set)),
        devices_(set_->members()),
        claim_(set_->claims().try_take(id)),
        buffer_(File::memory_to_write_past(kBuffer)) {
    std::vector<std::shared_ptr<Disk>> disks;
    std::vector<char> has_shard;
    for (StoreDevice* device : devices_) {
      disks.push_back(device->info.disk);
      has_shard.push_back(device->has_shard(set_->id(), id) ? 1 : 0);
    }
    copies_ = std::make_shared<Copies>(std::move(disks), FileHeader{set_->id(), id},
                                       std::move(has_shard));
    std::ranges::copy(encode(copies_->header), buffer_.get());
    used_ = kPage;
  }

  Task<> write(View bytes) override {
    while (!bytes.empty()) {
      if (used_ == kBuffer) CO_TRY(co_await flush());
      View part = bytes.first(std::min(bytes.size(), kBuffer - used_));
      bytes = bytes.subspan(part.size());
      std::ranges::copy(part, buffer_.get() + used_);
      used_ += part.size();
      take_checksum(part);
    }
    co_return Result<>{};
  }

  Task<FilePosition> finish() override {
    if (block_length_ > 0) end_block();
    const FileHeader header = copies_->header;
    const Buffer trailer = encode(trailer_, header);
    // A set that is being healed would not get the file on its new disk.
    if (!set_->begin_publishing(devices_)) co_return fail(Code::kRetry, "segments.set_changed");
    auto published = co_await everywhere([copies = copies_, buffer = buffer_, place = flushed_,
                                          length = used_, trailer](unsigned ordinal) -> Result<> {
      TRY(copies->open(ordinal));
      const std::size_t whole = length / kPage * kPage;
      File& file = *copies->files[ordinal];
      TRY(file.write_past_memory(place, {buffer.get(), whole}));
      const View rest[] = {{buffer.get() + whole, length - whole}, trailer};
      TRY(file.write_at(place + whole, rest));
      return publish_file(*copies->disks[ordinal], file, copies->header.set, copies->header.file,
                          {ordinal});
    });
    // Before the set may be repaired, and its disks change.
    for (StoreDevice* device : devices_) {
      if (!published) break;
      device->wrote(used_ + trailer.size());
      device->note_shard(header.set, header.file);
    }
    set_->end_publishing();
    claim_ = {};
    if (!published) co_return std::unexpected(published.error());
    co_return FilePosition{header.set, header.file, {trailer_.size}};
  }

 private:
  static constexpr std::size_t kBuffer = 1 << 20;
  static_assert(kBuffer % kPage == 0 && kPage % File::kPastMemory == 0);

  void end_block() {
    trailer_.block_crcs.push_back(block_crc_);
    block_crc_ = 0;
    block_length_ = 0;
  }

  void take_checksum(View content) {
    trailer_.size += content.size();
    while (!content.empty()) {
      View part = content.first(std::min<std::size_t>(content.size(), kFileBlock - block_length_));
      content = content.subspan(part.size());
      block_crc_ = crc32c(part, block_crc_);
      block_length_ += part.size();
      if (block_length_ == kFileBlock) end_block();
    }
  }

  // A disk that does not answer may still write from the buffer: the file is broken then, and the
  // buffer is not used again.
  Task<> flush() {
    for (StoreDevice* device : devices_) device->wrote(kBuffer);
    CO_TRY(co_await everywhere(
        [copies = copies_, buffer = buffer_, place = flushed_](unsigned ordinal) -> Result<> {
          TRY(copies->open(ordinal));
          File& file = *copies->files[ordinal];
          TRY(file.write_past_memory(place, {buffer.get(), kBuffer}));
          return copies->behind[ordinal].wrote(file, place + kBuffer);
        }));
    flushed_ += kBuffer;
    used_ = 0;
    co_return Result<>{};
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
  std::shared_ptr<Copies> copies_;
  FileClaims::Claim claim_;
  std::shared_ptr<std::byte[]> buffer_;
  std::size_t used_ = 0;       // of the buffer
  std::uint64_t flushed_ = 0;  // of the file
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
  co_return std::make_unique<LocalFileWriter>(*this, set, id);
}

namespace {

using MaybeCount = std::optional<std::size_t>;

// What a copy has of the content, in memory that a disk which does not answer may write to later.
Task<MaybeCount> read_some(StoreDevice& device, const FilePosition& file, std::uint64_t offset,
                           MutableView out) {
  auto octets = std::make_shared_for_overwrite<std::byte[]>(out.size());
  CO_TRY(MaybeCount count, co_await device.wait_for(
                               [disk = device.info.disk, file, offset, octets, size = out.size()] {
                                 return read_content(*disk, file, offset, {octets.get(), size});
                               }));
  if (count) std::copy_n(octets.get(), *count, out.begin());
  co_return count;
}

// The same of a disk whose bytes are suspect; zero octets: they are right after all.
Task<MaybeCount> check_suspect(StoreDevice& device, const FilePosition& file) {
  CO_TRY(bool whole, co_await device.wait_for(
                         [disk = device.info.disk, file] { return check_file(*disk, file, {}); }));
  co_return whole ? MaybeCount(0) : std::nullopt;
}

}  // namespace

Task<std::size_t> LocalStore::read_file(const FilePosition& file, std::uint64_t offset,
                                        MutableView out, DiskId suspect) {
  CO_TRY(auto set, find_readable(file.set));
  auto members = set->members();
  std::vector<unsigned> bad;
  bool unanswered = false;
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    StoreDevice* device = members[ordinal];
    if (!device || !device->good()) continue;
    const bool is_suspect = device->info.id == suspect;
    auto count = is_suspect ? co_await check_suspect(*device, file)
                            : co_await read_some(*device, file, offset, out);
    if (!count && count.error().code() == Code::kExhausted)
      co_return std::unexpected(count.error());
    if (!count && DiskWatch::is_silence(count.error())) {
      unanswered = true;
      continue;
    }
    if (count && *count) {
      if (is_suspect) continue;
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
  // Nobody knows what a disk has that does not answer.
  if (unanswered)
    co_return fail(Code::kRetry, "segments.set_unreadable", {{"set", file.set.text()}});
  co_return fail(Code::kCorrupt, "segments.no_good_copy");
}

namespace {

class OpenCopy : public FileCopy {
 public:
  OpenCopy(StoreDevice& device, std::shared_ptr<const File> file, Bytes size)
      : device_(device), file_(std::move(file)), size_(size) {}

  bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const override {
    std::size_t length = 0;
    for (MutableView part : parts) length += part.size();
    return is_inside(offset, length) && file_->read_cached(kPage + offset, parts);
  }

  Task<std::shared_ptr<std::byte[]>> read(std::uint64_t offset, std::size_t length) const override {
    if (!is_inside(offset, length)) co_return nullptr;
    // A disk that does not answer may write to it later.
    auto octets = std::make_shared_for_overwrite<std::byte[]>(length);
    auto count = co_await device_.wait_for([file = file_, octets, offset, length] {
      return file->read_at(kPage + offset, {octets.get(), length});
    });
    if (!count || *count != length) co_return nullptr;
    co_return octets;
  }

 private:
  bool is_inside(std::uint64_t offset, std::size_t length) const {
    return length <= size_.count && offset <= size_.count - length;
  }

  StoreDevice& device_;
  std::shared_ptr<const File> file_;
  Bytes size_;
};

}  // namespace

Task<std::shared_ptr<const FileCopy>> LocalStore::open_copy(const FilePosition& file) {
  auto set = find_set(file.set);
  if (!set) co_return nullptr;
  for (StoreDevice* device : set->members()) {
    if (!device || !device->good()) continue;
    const std::string path = file_path(file.set, file.file);
    if (auto cached = device->info.disk->open_cached(path))
      co_return std::make_shared<const OpenCopy>(*device, std::move(cached), file.size);
    auto opened = co_await device->wait_for(
        [disk = device->info.disk, path] { return disk->open(path, Access::kRead); });
    if (!opened && DiskWatch::is_silence(opened.error())) continue;
    // A copy is wrong: it is not passed over here, but found and mended by read_file().
    if (!opened) co_return nullptr;
    co_return std::make_shared<const OpenCopy>(*device, std::move(*opened), file.size);
  }
  co_return nullptr;
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
  settle(file.set, {},
         [&](const Damage& damage) { return damage.is_file && damage.file.file == file.file; }, {});
  // A repair would bring it back from a disk that it has read already.
  const auto removing = set->begin_removing(file.file);
  if (removing == ReplicaSet::Removing::kPutOff) co_return Result<>{};
  if (removing == ReplicaSet::Removing::kRefused) co_return fail(Code::kRetry, "segments.busy");
  auto devices = set->members();
  std::vector<std::shared_ptr<Disk>> disks(devices.size());
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i] && devices[i]->good())
      disks[i] = devices[i]->info.disk;
    else
      devices[i] = nullptr;
  }
  co_await on_each(devices, [disks, path = file_path(file.set, file.file)](unsigned ordinal) {
    return disks[ordinal]->remove(path);
  });
  set->end_removing();
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
    auto files =
        co_await runtime::blocking(*device->pool, [&] { return list_files(*device, set->id()); });
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
