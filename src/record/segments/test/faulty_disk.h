// A disk of which calls of one kind hang, or fail, as long as a test wants; or with as much space
// as it wants.
#pragma once

#include "runtime_testing/forwarding_disk.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace belfry::segments {

enum class Call { kNone, kRead, kWrite, kWriteBack, kSync, kSpace, kRemove, kForget };

// Outlives test and store: a call that hangs still has it.
class Fault {
 public:
  void hang(Call call) { change(call, Call::kNone); }
  // Of the calls to come, `spared` still succeed.
  void fail_at(Call call, unsigned spared = 0) { change(Call::kNone, call, spared); }
  void end() { change(Call::kNone, Call::kNone); }
  unsigned hanging() {
    std::lock_guard lock(mutex_);
    return hanging_;
  }

  bool spares_reads() {
    std::lock_guard lock(mutex_);
    return hangs_ != Call::kRead && fails_ != Call::kRead;
  }

  // Octets of a file that nobody has begun to write out, and of which nobody has waited that they
  // are: the most there ever were.
  std::atomic<std::uint64_t> unwritten_max = 0;
  // To be set before the disk is used.
  std::optional<Disk::Space> space;

  Result<> meet(Call call) {
    std::unique_lock lock(mutex_);
    if (hangs_ == call) {
      ++hanging_;
      changed_.wait(lock, [&] { return hangs_ != call; });
      --hanging_;
    }
    if (fails_ == call && (spared_ == 0 || spared_-- == 0))
      return fail(Code::kRetry, "disk.failed",
                  {{"call", "test"}, {"path", "test"}, {"reason", "Input/output error"}});
    return {};
  }

 private:
  void change(Call hangs, Call fails, unsigned spared = 0) {
    {
      std::lock_guard lock(mutex_);
      hangs_ = hangs;
      fails_ = fails;
      spared_ = spared;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Call hangs_ = Call::kNone, fails_ = Call::kNone;
  unsigned hanging_ = 0, spared_ = 0;
};

class FaultyFile : public File {
 public:
  FaultyFile(std::shared_ptr<Fault> fault, std::unique_ptr<File> inner)
      : fault_(std::move(fault)), inner_(std::move(inner)) {}

  Result<std::size_t> read_at(std::uint64_t offset, MutableView out) const override {
    TRY(fault_->meet(Call::kRead));
    return inner_->read_at(offset, out);
  }
  // What a faulty disk has to be asked for is not in memory.
  bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const override {
    return fault_->spares_reads() && inner_->read_cached(offset, parts);
  }
  bool make_space(std::uint64_t offset, Bytes length) override {
    if (!fault_->meet(Call::kSpace)) return false;
    return inner_->make_space(offset, length);
  }
  Result<> write_at(std::uint64_t offset, std::span<const View> parts) override {
    TRY(fault_->meet(Call::kWrite));
    for (View part : parts) unwritten_ += part.size();
    fault_->unwritten_max = std::max(fault_->unwritten_max.load(), unwritten_);
    return inner_->write_at(offset, parts);
  }
  Result<> write_past_memory(std::uint64_t offset, View octets) override {
    TRY(fault_->meet(Call::kWrite));
    // As where the system cannot.
    unwritten_ += octets.size();
    fault_->unwritten_max = std::max(fault_->unwritten_max.load(), unwritten_);
    return inner_->write_past_memory(offset, octets);
  }
  Result<> write_back(std::uint64_t offset, Bytes length) override {
    TRY(fault_->meet(Call::kWriteBack));
    unwritten_ = length.count;
    return inner_->write_back(offset, length);
  }
  Result<Bytes> size() const override { return inner_->size(); }
  Result<> resize(Bytes size) override { return inner_->resize(size); }
  Result<> sync(SyncPoint point, DiskOrdinal ordinal) override {
    TRY(fault_->meet(Call::kSync));
    unwritten_ = 0;
    return inner_->sync(point, ordinal);
  }
  File& inner() { return *inner_; }

 private:
  std::shared_ptr<Fault> fault_;
  std::unique_ptr<File> inner_;
  std::uint64_t unwritten_ = 0;
};

class FaultyDisk : public runtime::testing::ForwardingDisk {
 public:
  FaultyDisk(std::shared_ptr<Fault> fault, std::shared_ptr<Disk> inner)
      : ForwardingDisk(std::move(inner)), fault_(std::move(fault)) {}

  Result<std::unique_ptr<File>> open(std::string_view path, Access access) override {
    return faulty(ForwardingDisk::open(path, access));
  }
  Result<std::unique_ptr<File>> create(std::string_view path) override {
    return faulty(ForwardingDisk::create(path));
  }
  Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) override {
    return faulty(ForwardingDisk::create_unnamed(directory));
  }
  Result<> link(File& unnamed, std::string_view path) override {
    return ForwardingDisk::link(static_cast<FaultyFile&>(unnamed).inner(), path);
  }
  Result<> remove(std::string_view path) override {
    TRY(fault_->meet(Call::kRemove));
    return ForwardingDisk::remove(path);
  }
  // Of a comparison that reads from the disk itself.
  void forget_cached(std::string_view) override { (void)fault_->meet(Call::kForget); }
  Result<Space> space() override {
    if (fault_->space) return *fault_->space;
    return ForwardingDisk::space();
  }
  Result<> sync_directory(std::string_view directory, SyncPoint point,
                          DiskOrdinal ordinal) override {
    TRY(fault_->meet(Call::kSync));
    return ForwardingDisk::sync_directory(directory, point, ordinal);
  }

 private:
  Result<std::unique_ptr<File>> faulty(Result<std::unique_ptr<File>> opened) {
    TRY(auto file, std::move(opened));
    return std::make_unique<FaultyFile>(fault_, std::move(file));
  }

  std::shared_ptr<Fault> fault_;
};

}  // namespace belfry::segments
