#include "audit/verify.h"

#include "base/text_encoding.h"
#include "ledger_core.h"

#include <algorithm>
#include <bit>

namespace belfry::audit {

namespace {

constexpr std::string_view kRootProofFile = "root-proof.json";

// Reads the copied folder, whose files may be anything.
class Verification {
 public:
  Verification(const VerifyOptions& options, std::unique_ptr<Disk> folder)
      : options_(options), folder_(std::move(folder)) {}

  Result<VerifyReport> run();

 private:
  Result<Buffer> read(const std::string& path, std::size_t length_max);
  // The octets of a tile or bundle whose full form may stand for the partial one.
  Result<Buffer> read_tile(TilePath path, std::size_t length_max);
  Result<Hashes> level_hashes(unsigned level, std::uint64_t index);
  Result<> check_upper_levels();
  Result<> check_bundle(std::uint64_t index);
  // That the log begins with the tree that the root log committed to.
  Result<> check_root_log();
  Result<> check_leaf(std::uint64_t index, View octets);

  const VerifyOptions& options_;
  std::unique_ptr<Disk> folder_;
  VerifyReport report_;
  Hash root_{};
};

std::unexpected<Error> wrong(std::string_view what, const std::string& where) {
  return fail(Code::kCorrupt, what, {{"path", where}});
}

Result<Buffer> Verification::read(const std::string& path, std::size_t length_max) {
  auto octets = read_whole(*folder_, path, {length_max});
  if (octets) return octets;
  const Code code = octets.error().code();
  if (code == Code::kNotFound) return wrong("audit.verify_missing", path);
  if (code == Code::kCorrupt) return wrong("audit.verify_tile", path);
  return octets;
}

Result<Buffer> Verification::read_tile(TilePath path, std::size_t length_max) {
  auto octets = read(path.text(), length_max);
  if (octets || path.full() || octets.error().message() != "audit.verify_missing") return octets;
  const std::string partial = path.text();
  path.width = kTileWidth;
  auto full = read(path.text(), length_max);
  return full ? full : wrong("audit.verify_missing", partial);
}

// The hashes that a level has for the tree of this size, from one tile.
Result<Hashes> Verification::level_hashes(unsigned level, std::uint64_t index) {
  const std::uint64_t count = report_.size >> 8 * level;
  const auto width = unsigned(std::min<std::uint64_t>(kTileWidth, count - index * kTileWidth));
  const TilePath path{Resource::kTile, {level, index}, width};
  TRY(Buffer octets, read_tile(path, kTileWidth * sizeof(Hash)));
  if (octets.size() % sizeof(Hash) != 0 || octets.size() < width * sizeof(Hash))
    return wrong("audit.verify_tile", path.text());
  Hashes hashes(width);
  for (std::size_t i = 0; i < hashes.size(); ++i)
    std::ranges::copy(View(octets).subspan(i * sizeof(Hash), sizeof(Hash)), hashes[i].begin());
  return hashes;
}

// The root from the right edge, then each full tile against the hash above it.
Result<> Verification::check_upper_levels() {
  const auto source = [this](TilePlace place, unsigned) {
    return level_hashes(place.level, place.index);
  };
  TRY(Hash root, root_of(report_.size, source));
  if (root != root_) return wrong("audit.verify_root", "checkpoint");
  for (unsigned level = 0; report_.size >> 8 * (level + 1) != 0; ++level) {
    const std::uint64_t full = report_.size >> 8 * (level + 1);
    Hashes above;
    for (std::uint64_t index = 0; index < full; ++index) {
      if (index % kTileWidth == 0) {
        TRY(above, level_hashes(level + 1, index / kTileWidth));
      }
      TRY(Hashes hashes, level_hashes(level, index));
      if (tile_root(hashes) != above[index % kTileWidth])
        return wrong("audit.verify_tile", TilePath{Resource::kTile, {level, index}}.text());
    }
  }
  return {};
}

Result<> Verification::check_root_log() {
  auto octets = read_whole(*folder_, kRootProofFile, {kRootProofLengthMax});
  if (!octets && octets.error().code() == Code::kNotFound && options_.witness_keys.empty())
    return {};
  if (!octets) return wrong("audit.verify_missing", std::string(kRootProofFile));
  TRY(RootProof proof, RootProof::decode(as_text(*octets)));
  TRY(CheckedRootProof checked,
      check_root_proof(proof, options_.verifier_key, options_.witness_keys));
  if (checked.origin != report_.origin)
    return fail(Code::kCorrupt, "audit.root_proof_broken", {{"part", "checkpoint"}});
  if (checked.size > report_.size) return wrong("audit.verify_rolled_back", "checkpoint");
  TRY(Hash root, root_of(checked.size, [this](TilePlace place, unsigned) {
        return level_hashes(place.level, place.index);
      }));
  if (root != checked.root) return wrong("audit.verify_forked", "checkpoint");
  report_.root_proof = std::move(checked);
  return {};
}

Result<> Verification::check_leaf(std::uint64_t index, View octets) {
  if (options_.month_keys.empty()) return {};
  auto header = decode_leaf_header(octets);
  // A type of a later release is proved and not opened.
  if (!header && header.error().code() == Code::kInvalid) return {};
  if (!header) return wrong("audit.verify_leaf", "leaf " + std::to_string(index));
  auto key = options_.month_keys.find(header->key.value);
  if (key == options_.month_keys.end()) return {};
  if (key->second.size() != crypto::kKeyLength)
    return fail(Code::kInvalid, "audit.bad_month_key", {{"key", header->key.text()}});
  auto plain = open_leaf(octets, key->second);
  if (!plain) return wrong("audit.verify_leaf", "leaf " + std::to_string(index));
  TRY(auto events, events_of(header->type, *plain));
  ++report_.leaves_opened;
  for (std::string_view event : events)
    if (report_.events.size() < options_.events_max) report_.events.emplace_back(event);
  return {};
}

Result<> Verification::check_bundle(std::uint64_t index) {
  TRY(Hashes hashes, level_hashes(0, index));
  const TilePath path{Resource::kEntries, {0, index}, unsigned(hashes.size())};
  auto there = read_tile(path, std::size_t{kTileWidth} * (kLeafLengthMax + 2));
  // Their hashes are in the tree all the same. Behind the first that is there, none may be missing.
  if (!there && path.full() && report_.leaves_checked == 0 &&
      there.error().message() == "audit.verify_missing") {
    report_.leaves_deleted += kTileWidth;
    return {};
  }
  TRY(Buffer octets, std::move(there));
  const auto entries = split_bundle(octets);
  if (!entries || entries->size() < hashes.size()) return wrong("audit.verify_entry", path.text());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::uint64_t leaf = index * kTileWidth + i;
    if (leaf_hash((*entries)[i]) != hashes[i])
      return wrong("audit.verify_entry", path.text() + ", leaf " + std::to_string(leaf));
    TRY(check_leaf(leaf, (*entries)[i]));
    ++report_.leaves_checked;
  }
  return {};
}

Result<VerifyReport> Verification::run() {
  TRY(VerifierKey key, parse_verifier_key(options_.verifier_key));
  TRY(Buffer note, read("checkpoint", kNoteLengthMax));
  TRY(OpenedCheckpoint checkpoint, open_checkpoint(as_text(note), key));
  report_.origin = checkpoint.origin;
  report_.size = checkpoint.size;
  report_.root_hex = to_hex(checkpoint.root);
  root_ = checkpoint.root;
  // More leaves than the format has room for: nobody signs that by mistake.
  if (checkpoint.size >> 48 != 0) return wrong("audit.note_malformed", "checkpoint");
  TRY(check_upper_levels());
  TRY(check_root_log());
  const std::uint64_t bundles = (report_.size + kTileWidth - 1) / kTileWidth;
  for (std::uint64_t index = 0; index < bundles; ++index) {
    TRY(check_bundle(index));
    if (options_.progress) options_.progress(double(index + 1) / double(bundles));
  }
  return std::move(report_);
}

}  // namespace

Result<VerifyReport> verify_log(const VerifyOptions& options) {
  TRY(auto folder, open_disk(options.directory));
  return Verification(options, std::move(folder)).run();
}

}  // namespace belfry::audit
