// The proof that a tenant's checkpoint is in the root log, and who cosigned that: what
// `belfry verify` and third parties check without a daemon. docs/formats/root_log.md.
#pragma once

#include "audit/hash.h"
#include "base/bytes.h"
#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

inline constexpr std::size_t kRootProofLengthMax = 256 << 10;

struct RootProof {
  std::string checkpoint;  // the tenant's signed note
  // Its place among the slots of a round.
  std::array<std::byte, 32> salt{};
  std::uint64_t slot = 0, slots = 0;
  std::vector<Hash> slot_path;
  Buffer leaf;  // of the root log: the round
  // Its place in the root log.
  std::uint64_t index = 0;
  std::vector<Hash> path;
  std::string root_checkpoint;            // the root log's note, with cosignatures
  std::string root_key;                   // its verifier key, as the provider names it
  std::vector<std::string> witness_keys;  // those of its witnesses, as the provider names them

  // JSON: the body of GET /api/v1/audit/root-proof, and the file root-proof.json of a copied log.
  std::string encode() const;
  // Errors: corrupt ("audit.root_proof_malformed").
  static Result<RootProof> decode(std::string_view text);
};

struct CosignedBy {
  std::string witness;
  std::uint64_t seconds = 0;  // since 1970 UTC
};

struct CheckedRootProof {
  std::string origin;  // of the tenant's checkpoint
  std::uint64_t size = 0;
  Hash root{};
  std::uint64_t root_log_size = 0;
  std::vector<CosignedBy> cosigned;
};

// Checks all of it: the tenant's checkpoint by `tenant_key`, its slot, the round's place in the
// root log, the root log's checkpoint, and the cosignatures by `witness_keys`.
// Errors: corrupt ("audit.root_proof_broken", argument "part"; "audit.not_cosigned" by one of
// `required`), invalid for an unusable key.
Result<CheckedRootProof> check_root_proof(const RootProof& proof, const std::string& tenant_key,
                                          const std::vector<std::string>& required_witnesses);

}  // namespace belfry::audit
