// A copied log in a folder: its checkpoint and tiles, as `belfry verify` reads them.
#pragma once

#include "audit/extension.h"
#include "audit/root_proof.h"
#include "audit/verify.h"
#include "destroyed.h"
#include "runtime/disk.h"
#include "tile_path.h"
#include "tree.h"

#include <memory>
#include <string>

namespace belfry::audit {

std::unexpected<Error> does_not_match(std::string_view what, const std::string& where);

// "256-511", of leaves from one to before another.
std::string leaves_text(std::uint64_t from, std::uint64_t to);

class CopiedLog {
 public:
  explicit CopiedLog(std::unique_ptr<Disk> folder) : folder_(std::move(folder)) {}

  // Reads the checkpoint, once its signature holds. Errors: corrupt, invalid (the key).
  Result<> open(const std::string& verifier_key);
  // What the log says of its destroyed entries; it is about the beginning of this very tree.
  // Errors: corrupt ("audit.verify_destroyed").
  Result<Destroyed> read_destroyed();
  const std::string& origin() const { return checkpoint_.origin; }
  std::uint64_t size() const { return checkpoint_.size; }
  const Hash& root() const { return checkpoint_.root; }
  // That the log goes on from an earlier checkpoint. Errors: those of audit::check_extends().
  Result<> check_extends(const SignedTree& older);
  Disk& folder() { return *folder_; }

  Result<Buffer> read(const std::string& path, std::size_t length_max);
  // The tile, or the full one of its place: a later fetch into the folder has it instead of a
  // partial one.
  Result<Buffer> read_tile(TilePath path, std::size_t length_max);
  // The hashes that a level has for the tree of this size, from one tile.
  Result<Hashes> level_hashes(unsigned level, std::uint64_t index);
  // That the right edge of the tree is what the checkpoint says.
  Result<> check_root();
  // Of its first leaves, as the tiles have them. Errors: those of level_hashes().
  Result<Hash> root_at(std::uint64_t size);
  // That the log begins with the tree that the root log committed to; nothing when the folder has
  // no root proof and `witness_keys` are none.
  Result<std::optional<CheckedRootProof>> check_root_log(
      const std::string& verifier_key, const std::vector<std::string>& witness_keys);

 private:
  std::unique_ptr<Disk> folder_;
  VerifierKey key_;
  SignedTree checkpoint_;
};

// Of a folder of a hold (docs/formats/vault.md): every held leaf against the tree, its key, its
// commitment, and the events that the folder says it has.
Result<> verify_held(CopiedLog& log, const VerifyOptions& options, VerifyReport& report);

}  // namespace belfry::audit
