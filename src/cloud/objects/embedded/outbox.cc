#include "embedded/outbox.h"

#include <algorithm>

namespace belfry::objects {

Outbox::Ticket Outbox::begin(Sequence floor) {
  std::lock_guard lock(mutex_);
  return begun_.insert(floor);
}

void Outbox::abandon(Ticket ticket) {
  std::lock_guard lock(mutex_);
  begun_.erase(ticket);
}

void Outbox::finish(Ticket ticket, Sequence sequence, std::optional<audit::Leaf> leaf) {
  std::lock_guard lock(mutex_);
  begun_.erase(ticket);
  highest_ = std::max(highest_, sequence);
  if (leaf) leaves_.emplace(sequence, std::move(*leaf));
}

void Outbox::replayed(Sequence sequence, std::optional<audit::Leaf> leaf) {
  std::lock_guard lock(mutex_);
  highest_ = std::max(highest_, sequence);
  if (leaf) leaves_.emplace(sequence, std::move(*leaf));
}

Sequence Outbox::finished_with(std::span<const Ticket> own, Sequence sequence) {
  std::lock_guard lock(mutex_);
  for (auto at = begun_.begin(); at != begun_.end(); ++at)
    if (std::ranges::find(own, at) == own.end()) return *at;
  return std::max(highest_, sequence);
}

Outbox::Batch Outbox::oldest(std::size_t limit) {
  std::lock_guard lock(mutex_);
  Batch batch;
  auto at = leaves_.begin();
  for (; at != leaves_.end() && batch.leaves.size() < limit; ++at) {
    batch.sequences.push_back(at->first);
    batch.leaves.push_back(at->second);
  }
  batch.complete_up_to = at == leaves_.end() ? highest_ : at->first - 1;
  if (!begun_.empty()) batch.complete_up_to = std::min(batch.complete_up_to, *begun_.begin());
  return batch;
}

void Outbox::drained(const Batch& batch) {
  std::lock_guard lock(mutex_);
  for (Sequence sequence : batch.sequences) leaves_.erase(sequence);
}

std::size_t Outbox::waiting() {
  std::lock_guard lock(mutex_);
  return leaves_.size();
}

}  // namespace belfry::objects
