#include "copied_log.h"

#include "base/text_encoding.h"
#include "note.h"

#include <algorithm>

namespace belfry::audit {
namespace {

constexpr std::string_view kRootProofFile = "root-proof.json";

// The leaves below it have nothing that proves them.
std::unexpected<Error> tile_missing(const TilePath& path, std::uint64_t size) {
  const std::uint64_t width = std::uint64_t{1} << 8 * (path.place.level + 1);
  const std::uint64_t from = path.place.index * width;
  return fail(Code::kCorrupt, "audit.verify_tile_missing",
              {{"path", path.text()}, {"leaves", leaves_text(from, std::min(size, from + width))}});
}

}  // namespace

std::string leaves_text(std::uint64_t from, std::uint64_t to) {
  return std::to_string(from) + "-" + std::to_string(to - 1);
}

std::unexpected<Error> does_not_match(std::string_view what, const std::string& where) {
  return fail(Code::kCorrupt, what, {{"path", where}});
}

Result<> CopiedLog::open(const std::string& verifier_key) {
  TRY(key_, parse_verifier_key(verifier_key));
  TRY(const Buffer note, read("checkpoint", kNoteLengthMax));
  TRY(checkpoint_, read_checkpoint(as_text(note), verifier_key));
  return {};
}

Result<> CopiedLog::check_extends(const SignedTree& older) {
  return audit::check_extends(older, checkpoint_,
                              [this](const std::string& name) -> Result<Buffer> {
                                TRY(const TilePath path, parse_tile_path(name));
                                return read_tile(path, kTileWidth * sizeof(Hash));
                              });
}

Result<Destroyed> CopiedLog::read_destroyed() {
  const std::string path(kDestroyedFile);
  const auto wrong = [&] { return does_not_match("audit.verify_destroyed", path); };
  TRY(const Buffer note, read(path, kNoteLengthMax));
  auto told = open_destroyed(as_text(note), checkpoint_.origin, key_);
  if (!told || told->leaves > checkpoint_.size) return wrong();
  TRY(const Hash root, root_at(told->leaves));
  return root == told->root ? told : wrong();
}

Result<Buffer> CopiedLog::read(const std::string& path, std::size_t length_max) {
  auto octets = read_whole(*folder_, path, {length_max});
  if (octets) return octets;
  const Code code = octets.error().code();
  if (code == Code::kNotFound) return does_not_match("audit.verify_missing", path);
  if (code == Code::kCorrupt) return does_not_match("audit.verify_tile", path);
  return octets;
}

Result<Buffer> CopiedLog::read_tile(TilePath path, std::size_t length_max) {
  auto octets = read(path.text(), length_max);
  if (octets || path.full() || octets.error().message() != "audit.verify_missing") return octets;
  const std::string partial = path.text();
  path.width = kTileWidth;
  auto full = read(path.text(), length_max);
  return full ? full : does_not_match("audit.verify_missing", partial);
}

Result<Hashes> CopiedLog::level_hashes(unsigned level, std::uint64_t index) {
  const std::uint64_t count = checkpoint_.size >> 8 * level;
  const auto width = unsigned(std::min<std::uint64_t>(kTileWidth, count - index * kTileWidth));
  const TilePath path{Resource::kTile, {level, index}, width};
  auto there = read_tile(path, kTileWidth * sizeof(Hash));
  if (!there && there.error().message() == "audit.verify_missing")
    return tile_missing(path, checkpoint_.size);
  TRY(const Buffer octets, std::move(there));
  if (octets.size() % sizeof(Hash) != 0 || octets.size() < width * sizeof(Hash))
    return does_not_match("audit.verify_tile", path.text());
  Hashes hashes(width);
  for (std::size_t i = 0; i < hashes.size(); ++i)
    std::ranges::copy(View(octets).subspan(i * sizeof(Hash), sizeof(Hash)), hashes[i].begin());
  return hashes;
}

Result<Hash> CopiedLog::root_at(std::uint64_t size) {
  return root_of(
      size, [this](TilePlace place, unsigned) { return level_hashes(place.level, place.index); });
}

Result<> CopiedLog::check_root() {
  TRY(const Hash root, root_at(checkpoint_.size));
  return root == checkpoint_.root ? Result<>() : does_not_match("audit.verify_root", "checkpoint");
}

Result<std::optional<CheckedRootProof>> CopiedLog::check_root_log(
    const std::string& verifier_key, const std::vector<std::string>& witness_keys) {
  auto octets = read_whole(*folder_, kRootProofFile, {kRootProofLengthMax});
  if (!octets && octets.error().code() == Code::kNotFound && witness_keys.empty())
    return std::nullopt;
  if (!octets) return does_not_match("audit.verify_missing", std::string(kRootProofFile));
  TRY(RootProof proof, RootProof::decode(as_text(*octets)));
  TRY(CheckedRootProof checked, check_root_proof(proof, verifier_key, witness_keys));
  if (checked.origin != checkpoint_.origin)
    return fail(Code::kCorrupt, "audit.root_proof_broken", {{"part", "checkpoint"}});
  if (checked.size > checkpoint_.size)
    return does_not_match("audit.verify_rolled_back", "checkpoint");
  TRY(const Hash root, root_at(checked.size));
  if (root != checked.root) return does_not_match("audit.verify_forked", "checkpoint");
  return checked;
}

}  // namespace belfry::audit
