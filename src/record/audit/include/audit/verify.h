// Verifying a copied log without a daemon (`belfry verify`).
#pragma once

#include "audit/extension.h"
#include "audit/root_proof.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/key_store.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace belfry::audit {

struct VerifyOptions {
  // With checkpoint, tile/, as the daemon writes them; or of a hold, with held.jsonl instead of
  // entries, or besides (docs/formats/vault.md).
  std::string directory;
  std::string verifier_key;                   // "name+hash+key" of the signed note
  std::map<std::int64_t, Buffer> month_keys;  // opens the leaves; empty: only the tree is checked
  // Verifier keys of witnesses that must have cosigned; empty: those that the copy's
  // root-proof.json names, if it has one, and as far as they did.
  std::vector<std::string> witness_keys;
  // Whether a folder of a hold is meant, which has none of a log's entries: without, one is refused
  // (corrupt, "audit.verify_is_of_hold"), for a log becomes one by leaving its entries out.
  bool of_hold = false;
  std::string extends;         // an earlier signed checkpoint of the log; empty: none
  std::size_t events_max = 0;  // how many events of opened leaves the report lists
  std::function<void(double fraction)> progress;
};

struct VerifyReport {
  std::string origin;
  std::uint64_t size = 0;
  std::string root_hex;
  std::uint64_t leaves_checked = 0, leaves_opened = 0;
  // Whose entries the copy has not, because their months are destroyed.
  std::uint64_t leaves_deleted = 0;
  // The first leaves, of which the log itself says that their entries are destroyed, and that none
  // of them was written later than `destroyed_until`. 0: it says so of none.
  std::uint64_t leaves_destroyed = 0;
  Timestamp destroyed_until;
  // Of a hold's lines: which hold, how many of the leaves above, and of how many leaves of the log
  // they have all that is held (0: not told). Without entries nothing else is checked.
  std::string hold;
  std::uint64_t held_leaves = 0, looked_at = 0;
  std::optional<SignedTree> extends;           // that the log goes on from, if it was asked for
  std::optional<CheckedRootProof> root_proof;  // of root-proof.json, when the copy has one
  std::vector<std::string> events;             // OCSF lines of the first opened leaves, as asked
};

// Checks the note's signature, every tile against the root, every entry against its leaf hash, that
// no entry is missing but those that the log's own note says are destroyed, and,
// with keys, that each leaf opens and that its commitment holds; and, with a root proof, that the
// log is the one that the root log and its witnesses know. Of a hold the same of what is held
// alone, which opens with the keys that the folder has. Errors: corrupt, with what does not match
// and where; invalid for an unusable key.
Result<VerifyReport> verify_log(const VerifyOptions& options);

}  // namespace belfry::audit
