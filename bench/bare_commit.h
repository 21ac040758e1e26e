// The least that a durable write on three files costs: what comes while a batch is being synced
// makes the next one. No index, no recovery.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "runtime/task.h"

#include <filesystem>
#include <memory>

namespace belfry::bench {

class BareCommit {
 public:
  virtual ~BareCommit() = default;
  // Returns when the octets are durable in all three files.
  virtual Task<> append(Buffer octets) = 0;
};

// Makes three zero-written files of `size` in `directory`; a full one is written again from its
// start.
Result<std::unique_ptr<BareCommit>> make_bare_commit(Executor executor,
                                                     const std::filesystem::path& directory,
                                                     Bytes size);

}  // namespace belfry::bench
