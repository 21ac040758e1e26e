// What is known of the request by which somebody acts, as its log needs it: which it is, whose
// things it may see, and whether a line tells of it already. Safe from any thread.
#pragma once

#include "base/id.h"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace belfry::iam {

class ServedRequest {
 public:
  // `own`: the tenant of who asks.
  ServedRequest(std::string id, TenantId own) : id_(std::move(id)), own_(own) {}

  const std::string& id() const { return id_; }

  // What it is about.
  struct Subject {
    TenantId owner;  // zero: the provider
    std::string resource;
  };
  // It may do what it asked with that. Of several, what is another tenant's is what it is about;
  // else the first.
  void allow_on(TenantId owner, std::string_view resource) {
    std::lock_guard lock(mutex_);
    if (!subject_ || (subject_->owner == own_ && owner != own_))
      subject_ = Subject{owner, std::string(resource)};
  }
  std::optional<Subject> subject() const {
    std::lock_guard lock(mutex_);
    return subject_;
  }

  // The log tells that it, or a part of it, was refused.
  void note_refusal() {
    std::lock_guard lock(mutex_);
    is_refusal_told_ = true;
  }
  bool is_refusal_told() const {
    std::lock_guard lock(mutex_);
    return is_refusal_told_;
  }
  // The log tells what it read.
  void note_read() {
    std::lock_guard lock(mutex_);
    is_read_told_ = true;
  }
  bool is_read_told() const {
    std::lock_guard lock(mutex_);
    return is_read_told_;
  }
  // It reads what was read a moment ago: a line that tells of that counts it.
  void note_repeat() {
    std::lock_guard lock(mutex_);
    is_repeat_ = true;
  }
  bool is_repeat() const {
    std::lock_guard lock(mutex_);
    return is_repeat_;
  }

 private:
  const std::string id_;
  const TenantId own_;
  mutable std::mutex mutex_;
  std::optional<Subject> subject_;
  bool is_refusal_told_ = false;
  bool is_read_told_ = false;
  bool is_repeat_ = false;
};

}  // namespace belfry::iam
