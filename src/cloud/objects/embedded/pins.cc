#include "embedded/pins.h"

namespace belfry::objects {

std::shared_ptr<void> Pins::pin(const Entry& entry) {
  auto pin = std::make_shared<Pin>();
  pin->table = table_;
  for (const Blob& blob : entry.blobs)
    if (auto* file = std::get_if<segments::FilePosition>(&blob)) pin->files.push_back(*file);
  std::lock_guard lock(table_->mutex);
  for (const auto& file : pin->files) ++table_->uses[file].readers;
  return pin;
}

Pins::Pin::~Pin() {
  std::vector<segments::FilePosition> gone;
  Drop drop;
  {
    std::lock_guard lock(table->mutex);
    for (const auto& file : files) {
      auto at = table->uses.find(file);
      if (--at->second.readers > 0) continue;
      if (at->second.released) gone.push_back(file);
      table->uses.erase(at);
    }
    drop = table->drop;
  }
  if (drop)
    for (const auto& file : gone) drop(file);
}

void Pins::release(const std::vector<segments::FilePosition>& files) {
  std::vector<segments::FilePosition> gone;
  Drop drop;
  {
    std::lock_guard lock(table_->mutex);
    for (const auto& file : files) {
      auto at = table_->uses.find(file);
      if (at == table_->uses.end())
        gone.push_back(file);
      else
        at->second.released = true;
    }
    drop = table_->drop;
  }
  if (drop)
    for (const auto& file : gone) drop(file);
}

void Pins::close() {
  std::lock_guard lock(table_->mutex);
  table_->drop = nullptr;
}

}  // namespace belfry::objects
