// Who changes a file's copies: one at a time, so that nobody takes a file that is on some disks for
// a moment for one that is damaged.
#pragma once

#include "segments/store.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

namespace belfry::segments {

// Thread-safe.
class FileClaims {
 public:
  // Held until it goes; empty when another holds the file.
  class Claim {
   public:
    Claim() = default;
    Claim(FileClaims& claims, FileId file) : claims_(&claims), file_(file) {}
    Claim(Claim&& other) noexcept
        : claims_(std::exchange(other.claims_, nullptr)), file_(other.file_) {}
    Claim& operator=(Claim&& other) noexcept {
      std::swap(claims_, other.claims_);
      std::swap(file_, other.file_);
      return *this;
    }
    ~Claim() {
      if (claims_) claims_->give(file_);
    }
    explicit operator bool() const { return claims_ != nullptr; }

   private:
    FileClaims* claims_ = nullptr;
    FileId file_{};
  };

  [[nodiscard]] Claim try_take(const FileId& file) {
    std::lock_guard lock(mutex_);
    return held_.insert(file).second ? Claim(*this, file) : Claim();
  }
  // Waits on this thread: only for one who gives it back without this thread's help.
  [[nodiscard]] Claim take_within(const FileId& file, Duration limit) {
    std::unique_lock lock(mutex_);
    const bool is_free = given_.wait_for(lock, limit, [&] { return !held_.contains(file); });
    if (!is_free) return {};
    held_.insert(file);
    return Claim(*this, file);
  }

 private:
  void give(const FileId& file) {
    {
      std::lock_guard lock(mutex_);
      held_.erase(file);
    }
    given_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable given_;
  std::set<FileId> held_;
};

}  // namespace belfry::segments
