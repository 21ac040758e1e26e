// Segments that are open, so that a read need not open one: a bounded number over all sets, those
// used last. Reads of different segments rarely meet at a lock.
#pragma once

#include "format.h"
#include "runtime/disk.h"

#include <array>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace belfry::segments {

// Thread-safe.
class OpenFiles {
 public:
  struct Key {
    SetId set;
    unsigned ordinal;
    std::uint32_t segment;
    auto operator<=>(const Key&) const = default;
  };

  // At least one in each of kParts.
  explicit OpenFiles(std::size_t count_max)
      : part_max_(std::max<std::size_t>(1, count_max / kParts)) {}

  // Null: it is not open.
  std::shared_ptr<File> find(const Key& key);
  void keep(const Key& key, std::shared_ptr<File> file);
  void forget(const Key& key);
  void forget(SetId set);

  static constexpr std::size_t kParts = 16;

 private:
  using Uses = std::list<std::pair<Key, std::shared_ptr<File>>>;  // the last one in front
  struct Part {
    std::mutex mutex;
    Uses uses;
    std::map<Key, Uses::iterator> places;
  };

  Part& part_of(const Key& key) {
    const auto mixed = std::uint64_t(key.set.value) * 31 + key.segment * 3 + key.ordinal;
    return parts_[mixed * 0x9e3779b97f4a7c15 >> 60];
  }

  const std::size_t part_max_;
  std::array<Part, kParts> parts_;
};

}  // namespace belfry::segments
