// A witness: for each log that it knows, the newest checkpoint that it cosigned, and never one that
// does not extend it (https://c2sp.org/tlog-witness, tlog-cosignature). It runs on a host of its
// own, so that a provider cannot show two histories.
//
// Invariants
//  1. Of two checkpoints of one log that it cosigned, one extends the other; the later one is not
//     smaller. That holds over restarts, kills and power cuts: a state is durable before its
//     cosignature leaves.
//  2. Its key never changes.
#pragma once

#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

// What a request may have at most: 63 hashes and a checkpoint.
inline constexpr std::size_t kWitnessRequestMax = 64 << 10;

class Witness {
 public:
  virtual ~Witness() = default;

  // An answer of HTTP.
  struct Answer {
    int status = 200;
    std::string content_type;
    std::string body;
  };
  // POST add-checkpoint: 200 with the line of a cosignature, or 400, 403, 404, 409, 422 as the
  // protocol has it; 500 once its disk failed. Blocks. Any thread.
  virtual Answer add_checkpoint(std::string_view body) = 0;
  // "name+hash+key", of type 4: what the provider and its customers are given.
  virtual std::string verifier_key() const = 0;
};

struct WitnessOptions {
  std::string name;                   // of its key: a URL without scheme
  std::vector<std::string> log_keys;  // verifier keys; the name of each is the log's origin
};

// Opens what `folder` has, or makes the key on the first start: durable before this returns. No two
// at a time on one folder. Errors: invalid ("audit.bad_verifier_key", "witness.bad_name",
// "witness.other_name"), corrupt ("witness.damaged": a file makes no sense; to begin anew with the
// same key would allow a second history).
Result<std::unique_ptr<Witness>> open_witness(std::shared_ptr<Disk> folder, Clock& clock,
                                              Random& random, const WitnessOptions& options);

}  // namespace belfry::audit
