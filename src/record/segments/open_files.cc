#include "open_files.h"

namespace belfry::segments {

static_assert(OpenFiles::kParts == 16, "part_of() takes the first four bits");

std::shared_ptr<File> OpenFiles::find(const Key& key) {
  Part& part = part_of(key);
  std::lock_guard lock(part.mutex);
  auto place = part.places.find(key);
  if (place == part.places.end()) return nullptr;
  part.uses.splice(part.uses.begin(), part.uses, place->second);
  return place->second->second;
}

void OpenFiles::keep(const Key& key, std::shared_ptr<File> file) {
  Part& part = part_of(key);
  std::shared_ptr<File> left_out;  // closed without the lock
  std::lock_guard lock(part.mutex);
  if (auto place = part.places.find(key); place != part.places.end()) {
    left_out = std::exchange(place->second->second, std::move(file));
    return;
  }
  if (part.uses.size() == part_max_) {
    left_out = std::move(part.uses.back().second);
    part.places.erase(part.uses.back().first);
    part.uses.pop_back();
  }
  part.uses.emplace_front(key, std::move(file));
  part.places[key] = part.uses.begin();
}

void OpenFiles::forget(const Key& key) {
  Part& part = part_of(key);
  std::shared_ptr<File> left_out;
  std::lock_guard lock(part.mutex);
  auto place = part.places.find(key);
  if (place == part.places.end()) return;
  left_out = std::move(place->second->second);
  part.uses.erase(place->second);
  part.places.erase(place);
}

void OpenFiles::forget(SetId set) {
  for (Part& part : parts_) {
    Uses left_out;
    std::lock_guard lock(part.mutex);
    auto place = part.places.lower_bound({set, 0, 0});
    while (place != part.places.end() && place->first.set == set) {
      left_out.splice(left_out.begin(), part.uses, place->second);
      place = part.places.erase(place);
    }
  }
}

}  // namespace belfry::segments
