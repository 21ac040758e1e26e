// A log for tests of a witness: leaves, signed checkpoints of any size, proofs, and branches.
#pragma once

#include "note.h"
#include "tree.h"
#include "witness_request.h"

#include <string>
#include <vector>

namespace belfry::audit {

class WitnessedLog {
 public:
  // Logs of one `branch` number have the same leaves; up to `common` all have.
  explicit WitnessedLog(std::string origin, std::uint64_t branch = 0, std::uint64_t common = 0)
      : origin_(std::move(origin)) {
    for (std::uint64_t i = 0; i < 200; ++i) {
      const std::string leaf = std::to_string(i) + "/" + std::to_string(i < common ? 0 : branch);
      leaves_.push_back(leaf_hash(as_view(leaf)));
    }
  }

  VerifierKey key() const { return make_verifier_key(origin_, crypto::public_key_of(seed_)); }
  Hash root(std::uint64_t size) const { return root_of(size, tiles()).value(); }
  std::string note(std::uint64_t size) const {
    return sign_checkpoint(origin_, size, root(size), key(), seed_);
  }
  std::string request(std::uint64_t old_size, std::uint64_t size) const {
    const std::string signed_note = note(size);
    return encode_add_checkpoint(
        {old_size, consistency_path(old_size, size, tiles()).value(), signed_note});
  }

 private:
  TileSource tiles() const {
    return [this](TilePlace, unsigned) -> Result<Hashes> { return leaves_; };
  }

  std::string origin_;
  Buffer seed_ = Buffer(32, std::byte{11});
  Hashes leaves_;
};

}  // namespace belfry::audit
