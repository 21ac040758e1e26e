// The ordered map under the embedded engine: RocksDB, or a plain map in simulations. It is a cache
// of the segments: what a crash takes from it is replayed, as long as it loses whole batches from
// the end, never from the middle.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::objects {

// Changes that become visible, and survive, together.
struct IndexBatch {
  std::vector<std::pair<std::string, std::optional<std::string>>> changes;  // nothing: erase

  void put(std::string key, std::string value) {
    changes.emplace_back(std::move(key), std::move(value));
  }
  void erase(std::string key) { changes.emplace_back(std::move(key), std::nullopt); }
};

// Whether a read may wait for the disk or answers retry ("index.not_cached") instead.
enum class IndexRead { kMayBlock, kCacheOnly };

// Safe to use from any thread. Errors: corrupt, exhausted, retry.
class Index {
 public:
  virtual ~Index() = default;

  virtual Result<std::optional<std::string>> get(std::string_view key, IndexRead read) = 0;
  // Visits [from, until) in order until `visit` answers false. The views last for the call.
  virtual Result<> scan(std::string_view from, std::string_view until, IndexRead read,
                        const std::function<bool(std::string_view, std::string_view)>& visit) = 0;
  // Applied in the order of calls. Survives a crash only as a prefix of all batches.
  virtual Result<> write(const IndexBatch& batch) = 0;
  // Starts making everything written durable; `kWait` returns when it is.
  enum class Wait { kNo, kYes };
  virtual Result<> flush(Wait wait) = 0;
  // Empties it.
  virtual Result<> clear() = 0;
};

// Opens or makes the index at `path`. One that is damaged is discarded: it comes again by replay.
Result<std::shared_ptr<Index>> open_rocksdb_index(const std::string& path);

}  // namespace belfry::objects
