#include "objects_testing/memory_index.h"

namespace belfry::objects::testing {

Result<std::optional<std::string>> MemoryIndex::get(std::string_view key, IndexRead) {
  std::lock_guard lock(mutex_);
  auto at = map_.find(key);
  return at == map_.end() ? std::nullopt : std::optional(at->second);
}

Result<> MemoryIndex::scan(std::string_view from, std::string_view until, IndexRead,
                           const std::function<bool(std::string_view, std::string_view)>& visit) {
  std::lock_guard lock(mutex_);
  for (auto at = map_.lower_bound(from); at != map_.end(); ++at) {
    if (!until.empty() && at->first >= until) break;
    if (!visit(at->first, at->second)) break;
  }
  return {};
}

Result<> MemoryIndex::write(const IndexBatch& batch) {
  std::lock_guard lock(mutex_);
  for (const auto& [key, value] : batch.changes) {
    if (value)
      map_.insert_or_assign(key, *value);
    else
      map_.erase(key);
  }
  history_.push_back(batch);
  return {};
}

Result<> MemoryIndex::flush(Wait) {
  return {};
}

Result<> MemoryIndex::clear() {
  std::lock_guard lock(mutex_);
  map_.clear();
  history_.clear();
  return {};
}

std::size_t MemoryIndex::batches() {
  std::lock_guard lock(mutex_);
  return history_.size();
}

std::shared_ptr<MemoryIndex> MemoryIndex::as_of(std::size_t batches) {
  auto older = std::make_shared<MemoryIndex>();
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < batches && i < history_.size(); ++i)
    static_cast<void>(older->write(history_[i]));
  return older;
}

}  // namespace belfry::objects::testing
