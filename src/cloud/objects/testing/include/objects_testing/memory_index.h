// An index in memory whose crash states are every older batch boundary.
#pragma once

#include "objects/index.h"
#include "runtime/random.h"

#include <map>
#include <mutex>

namespace belfry::objects::testing {

class MemoryIndex : public Index {
 public:
  Result<std::optional<std::string>> get(std::string_view key, IndexRead read) override;
  Result<> scan(std::string_view from, std::string_view until, IndexRead read,
                const std::function<bool(std::string_view, std::string_view)>& visit) override;
  Result<> write(const IndexBatch& batch) override;
  Result<> flush(Wait wait) override;
  Result<> clear() override;

  std::size_t batches();
  // What a crash could have left: the first `batches` of them.
  std::shared_ptr<MemoryIndex> as_of(std::size_t batches);

 private:
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> map_;
  std::vector<IndexBatch> history_;
};

}  // namespace belfry::objects::testing
