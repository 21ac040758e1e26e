#include "files.h"

#include "base/crc32c.h"
#include "durable.h"

#include <algorithm>

namespace belfry::segments {
namespace {

Result<std::optional<FileTrailer>> read_trailer(const File& file, const FilePosition& position) {
  Buffer bytes(trailer_length(position.size.count));
  TRY(std::size_t count, file.read_at(kPage + position.size.count, bytes));
  if (count != bytes.size()) return std::nullopt;
  return decode_file_trailer(bytes, {position.set, position.file}, position.size.count);
}

// The block's content, or nothing if it does not match.
Result<std::optional<View>> read_block(const File& file, const FilePosition& position,
                                       const FileTrailer& trailer, std::uint64_t block,
                                       Buffer& buffer) {
  std::uint64_t offset = block * kFileBlock;
  buffer.resize(std::size_t(std::min<std::uint64_t>(kFileBlock, position.size.count - offset)));
  TRY(std::size_t count, file.read_at(kPage + offset, buffer));
  if (count != buffer.size() || crc32c(buffer) != trailer.block_crcs[block]) return std::nullopt;
  return View(buffer);
}

Result<bool> has_header(const File& file, const FilePosition& position) {
  Buffer page(kPage);
  TRY(std::size_t count, file.read_at(0, page));
  page.resize(count);
  return decode_file_header(page) == FileHeader{position.set, position.file};
}

}  // namespace

Result<bool> check_file(Disk& disk, const FilePosition& position,
                        const std::function<void(std::size_t)>& read) {
  TRY(auto file, disk.open(file_path(position.set, position.file), Access::kRead));
  TRY(bool headed, has_header(*file, position));
  if (!headed) return false;
  TRY(auto trailer, read_trailer(*file, position));
  if (!trailer) return false;
  Buffer buffer;
  for (std::uint64_t block = 0; block < trailer->block_crcs.size(); ++block) {
    TRY(auto content, read_block(*file, position, *trailer, block, buffer));
    if (!content) return false;
    if (read) read(content->size());
  }
  return true;
}

Result<std::optional<std::size_t>> read_content(Disk& disk, const FilePosition& position,
                                                std::uint64_t offset, MutableView out) {
  if (offset >= position.size.count) return std::optional<std::size_t>(0);
  TRY(auto file, disk.open(file_path(position.set, position.file), Access::kRead));
  auto wanted = std::size_t(std::min<std::uint64_t>(out.size(), position.size.count - offset));
  TRY(std::size_t count, file->read_at(kPage + offset, out.first(wanted)));
  if (count != wanted) return std::nullopt;
  std::uint64_t first = blocks_of(offset), end = (offset + wanted) / kFileBlock;
  if (offset + wanted == position.size.count) end = blocks_of(position.size.count);
  if (first >= end) return std::optional(wanted);
  TRY(auto trailer, read_trailer(*file, position));
  if (!trailer) return std::nullopt;
  for (std::uint64_t block = first; block < end; ++block) {
    std::uint64_t start = block * kFileBlock - offset;
    std::uint64_t length = std::min<std::uint64_t>(kFileBlock, wanted - start);
    View content = View(out).subspan(std::size_t(start), std::size_t(length));
    if (crc32c(content) != trailer->block_crcs[block]) return std::nullopt;
  }
  return std::optional(wanted);
}

Result<> copy_file(StoreDevice& source, StoreDevice& target, const FilePosition& position,
                   DiskOrdinal ordinal) {
  std::string path = file_path(position.set, position.file);
  auto broken = fail(Code::kCorrupt, "segments.no_good_copy", {{"path", path}});
  TRY(auto from, source.disk().open(path, Access::kRead));
  TRY(auto trailer, read_trailer(*from, position));
  if (!trailer) return broken;
  Disk& disk = target.disk();
  TRY(prepare_shard(disk, position.set, position.file, ordinal));
  TRY(auto to, disk.create_unnamed(file_shard(position.set, position.file)));
  FileHeader header{position.set, position.file};
  TRY(to->write_at(0, encode(header)));
  Buffer buffer;
  WriteBehind behind;
  for (std::uint64_t block = 0; block < trailer->block_crcs.size(); ++block) {
    TRY(auto content, read_block(*from, position, *trailer, block, buffer));
    if (!content) return broken;
    const std::uint64_t place = kPage + block * kFileBlock;
    TRY(to->write_at(place, *content));
    TRY(behind.wrote(*to, place + content->size()));
  }
  TRY(to->write_at(kPage + position.size.count, encode(*trailer, header)));
  if (auto removed = disk.remove(path); !removed && removed.error().code() != Code::kNotFound)
    return removed;
  return publish_file(disk, *to, position.set, position.file, ordinal);
}

namespace {

Result<std::vector<FilePosition>> list_files_on(Disk& disk, SetId set) {
  std::vector<FilePosition> files;
  auto shards = disk.list(files_folder(set));
  if (!shards && shards.error().code() == Code::kNotFound) return files;
  if (!shards) return std::unexpected(shards.error());
  for (const std::string& shard : *shards) {
    auto names = disk.list(files_folder(set) + "/" + shard);
    if (!names && names.error().code() == Code::kNotFound) continue;
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      auto id = file_of_name(name);
      if (!id) continue;
      auto file = disk.open(file_path(set, *id), Access::kRead);
      // Removed since its name was read.
      if (!file && file.error().code() == Code::kNotFound) continue;
      if (!file) return std::unexpected(file.error());
      TRY(Bytes size, (*file)->size());
      // Everything but the content grows by four octets a block.
      std::uint64_t fixed = kPage + 32;
      if (size.count < fixed) continue;
      std::uint64_t rest = size.count - fixed;
      std::uint64_t blocks = (rest + kFileBlock + 3) / (kFileBlock + 4);
      if (rest < blocks * 4) continue;
      files.push_back({set, *id, {rest - blocks * 4}});
    }
  }
  return files;
}

}  // namespace

Result<std::vector<FilePosition>> list_files(StoreDevice& device, SetId set) {
  return device.within([disk = device.info.disk, set] { return list_files_on(*disk, set); });
}

}  // namespace belfry::segments
