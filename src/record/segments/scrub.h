// Reading every octet of one set on all its disks, and repairing what does not match.
#pragma once

#include "files.h"
#include "replica_set.h"

#include <algorithm>

namespace belfry::segments {

class SetScrub {
 public:
  enum class Source {
    kSystem,  // what the operating system says that the disk holds
    kDisk,    // as far as can be asked for
  };
  SetScrub(Notes& notes, Clock& clock, std::shared_ptr<ReplicaSet> set,
           Source source = Source::kSystem);

  // Some megabytes further. False: the set is done. Blocks.
  Result<bool> step();

  double fraction() const;
  const ScrubReport& report() const { return report_; }
  // Of the damages found, those that no good copy could repair.
  const std::vector<Damage>& left() const { return left_; }
  std::uint64_t files() const { return files_.size(); }
  Bytes file_octets() const;
  // A disk was not there for the whole of it, so the set does not count as scrubbed.
  bool partial() const { return partial_; }
  // The same of this disk.
  bool left_out(DiskId disk) const;
  // A copy of the growing segment is missing whole.
  bool needs_resync() const { return needs_resync_; }

 private:
  static constexpr std::uint64_t kStep = 8 << 20;

  Result<> begin_segment();
  Result<> scrub_batches();
  bool next_header(std::optional<BatchHeader>& header);
  void scrub_batch(const BatchHeader& header);
  void repair_batch(const BatchHeader& header, View good, unsigned ordinal,
                    const std::optional<Buffer>& bad);
  void skip_rot();
  Result<> list_all_files();
  Result<> scrub_file(FilePosition& file);
  Result<bool> scrub_file_of_size(const FilePosition& file);
  void leave_out_failed();
  bool any_left() const {
    return std::ranges::any_of(readers_, [](auto& reader) { return reader != nullptr; });
  }
  void forget_cached(const std::string& path);
  void found(Damage damage, std::string path, bool repaired);
  DiskId disk_of(unsigned ordinal) const { return descriptor_.members[ordinal].disk; }

  Notes& notes_;
  Clock& clock_;
  std::shared_ptr<ReplicaSet> set_;
  const Source source_;
  Descriptor descriptor_;
  std::vector<StoreDevice*> members_;
  std::map<std::uint32_t, SegmentInfo> segments_;
  std::map<std::uint32_t, SegmentInfo>::iterator segment_;
  std::vector<std::shared_ptr<File>> open_;
  std::vector<std::unique_ptr<SegmentReader>> readers_;
  ChainPoint point_;
  bool listed_ = false, partial_ = false, needs_resync_ = false;
  std::vector<FilePosition> files_;
  std::map<FileId, std::vector<Bytes>> sizes_;
  std::size_t next_file_ = 0;
  ScrubReport report_;
  std::vector<Damage> left_;
};

}  // namespace belfry::segments
