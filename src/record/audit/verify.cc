#include "audit/verify.h"

#include "audit/held_lines.h"
#include "base/text_encoding.h"
#include "copied_log.h"
#include "ledger_core.h"

#include <algorithm>
#include <bit>

namespace belfry::audit {

namespace {

// So many ranges of missing leaves are named.
constexpr std::size_t kRangesMax = 8;

// Reads the copied folder, whose files may be anything.
class Verification {
 public:
  Verification(const VerifyOptions& options, std::unique_ptr<Disk> folder)
      : options_(options), log_(std::move(folder)) {}

  Result<VerifyReport> run();

 private:
  Result<> check_upper_levels();
  Result<bool> has(std::string_view path);
  Result<> check_extension();
  Result<> check_destroyed();
  Result<> check_entries();
  Result<> check_bundle(std::uint64_t index);
  void note_missing(std::uint64_t from, std::uint64_t count);
  Result<> none_missing() const;
  Result<> check_leaf(std::uint64_t index, View octets);

  const VerifyOptions& options_;
  CopiedLog log_;
  VerifyReport report_;
  // Leaves without their entries, of which nobody says that they are destroyed: from, to before.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> missing_;
};

// The root from the right edge, then each full tile against the hash above it.
Result<> Verification::check_upper_levels() {
  TRY(log_.check_root());
  for (unsigned level = 0; report_.size >> 8 * (level + 1) != 0; ++level) {
    const std::uint64_t full = report_.size >> 8 * (level + 1);
    Hashes above;
    for (std::uint64_t index = 0; index < full; ++index) {
      if (index % kTileWidth == 0) {
        TRY(above, log_.level_hashes(level + 1, index / kTileWidth));
      }
      TRY(Hashes hashes, log_.level_hashes(level, index));
      if (tile_root(hashes) != above[index % kTileWidth])
        return does_not_match("audit.verify_tile",
                              TilePath{Resource::kTile, {level, index}}.text());
    }
  }
  return {};
}

Result<> Verification::check_leaf(std::uint64_t index, View octets) {
  if (options_.month_keys.empty()) return {};
  auto header = decode_leaf_header(octets);
  // A type of a later release is proved and not opened.
  if (!header && header.error().code() == Code::kInvalid) return {};
  if (!header) return does_not_match("audit.verify_leaf", "leaf " + std::to_string(index));
  auto key = options_.month_keys.find(header->key.value);
  if (key == options_.month_keys.end()) return {};
  if (key->second.size() != crypto::kKeyLength)
    return fail(Code::kInvalid, "audit.bad_month_key", {{"key", header->key.text()}});
  auto plain = open_leaf(octets, key->second);
  if (!plain) return does_not_match("audit.verify_leaf", "leaf " + std::to_string(index));
  TRY(auto events, events_of(header->type, *plain));
  ++report_.leaves_opened;
  for (std::string_view event : events)
    if (report_.events.size() < options_.events_max) report_.events.emplace_back(event);
  return {};
}

Result<> Verification::check_extension() {
  if (options_.extends.empty()) return {};
  TRY(SignedTree older, read_checkpoint(options_.extends, options_.verifier_key));
  TRY(log_.check_extends(older));
  report_.extends = std::move(older);
  return {};
}

// What the log itself says of its destroyed entries, which is nothing as long as there are none.
Result<> Verification::check_destroyed() {
  TRY(const bool is_told, has(kDestroyedFile));
  if (!is_told) return {};
  TRY(const Destroyed told, log_.read_destroyed());
  report_.leaves_destroyed = told.leaves;
  report_.destroyed_until = told.until;
  return {};
}

void Verification::note_missing(std::uint64_t from, std::uint64_t count) {
  if (from + count <= report_.leaves_destroyed) {
    report_.leaves_deleted += count;
  } else if (!missing_.empty() && missing_.back().second == from) {
    missing_.back().second += count;
  } else {
    missing_.emplace_back(from, from + count);
  }
}

Result<> Verification::none_missing() const {
  if (missing_.empty()) return {};
  std::string leaves;
  for (std::size_t i = 0; i < missing_.size() && i < kRangesMax; ++i)
    leaves += (i == 0 ? "" : ", ") + leaves_text(missing_[i].first, missing_[i].second);
  if (missing_.size() > kRangesMax) leaves += ", ...";
  return fail(Code::kCorrupt, "audit.verify_leaves_missing",
              {{"leaves", leaves}, {"destroyed", std::to_string(report_.leaves_destroyed)}});
}

Result<> Verification::check_bundle(std::uint64_t index) {
  TRY(Hashes hashes, log_.level_hashes(0, index));
  const TilePath path{Resource::kEntries, {0, index}, unsigned(hashes.size())};
  auto there = log_.read_tile(path, std::size_t{kTileWidth} * (kLeafLengthMax + 2));
  // Their hashes are in the tree all the same.
  if (!there && there.error().message() == "audit.verify_missing") {
    note_missing(index * kTileWidth, hashes.size());
    return {};
  }
  TRY(Buffer octets, std::move(there));
  const auto entries = split_bundle(octets);
  if (!entries || entries->size() < hashes.size())
    return does_not_match("audit.verify_entry", path.text());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::uint64_t leaf = index * kTileWidth + i;
    if (leaf_hash((*entries)[i]) != hashes[i])
      return does_not_match("audit.verify_entry", path.text() + ", leaf " + std::to_string(leaf));
    TRY(check_leaf(leaf, (*entries)[i]));
    ++report_.leaves_checked;
  }
  return {};
}

Result<bool> Verification::has(std::string_view path) {
  auto found = log_.folder().open(path, Access::kRead);
  if (found) return true;
  // Of what is no file either: it is there.
  return found.error().code() == Code::kNotFound ? Result<bool>(false) : Result<bool>(true);
}

Result<> Verification::check_entries() {
  const std::uint64_t bundles = (report_.size + kTileWidth - 1) / kTileWidth;
  for (std::uint64_t index = 0; index < bundles; ++index) {
    TRY(check_bundle(index));
    if (options_.progress) options_.progress(double(index + 1) / double(bundles));
  }
  return none_missing();
}

Result<VerifyReport> Verification::run() {
  TRY(log_.open(options_.verifier_key));
  report_.origin = log_.origin();
  report_.size = log_.size();
  report_.root_hex = to_hex(log_.root());
  TRY(const bool is_of_hold, has(kHeldFile));
  // A hold's folder has no entries: what has them is a whole log, whatever lies beside it.
  TRY(const bool has_entries, has("tile/entries"));
  if (is_of_hold && !has_entries && !options_.of_hold)
    return fail(Code::kCorrupt, "audit.verify_is_of_hold");
  if (!is_of_hold || has_entries)
    TRY(check_upper_levels());
  else
    TRY(log_.check_root());
  TRY(check_extension());
  TRY(report_.root_proof, log_.check_root_log(options_.verifier_key, options_.witness_keys));
  if (!is_of_hold || has_entries) {
    TRY(check_destroyed());
    TRY(check_entries());
  }
  if (is_of_hold) TRY(verify_held(log_, options_, report_));
  return std::move(report_);
}

}  // namespace

Result<VerifyReport> verify_log(const VerifyOptions& options) {
  TRY(auto folder, open_disk(options.directory));
  return Verification(options, std::move(folder)).run();
}

}  // namespace belfry::audit
