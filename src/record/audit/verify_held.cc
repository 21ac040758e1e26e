// Verifying the folder of a legal hold: its leaves alone, each by the tiles above it.
#include "audit/held_lines.h"
#include "copied_log.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace belfry::audit {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{1} << 16;

// The lines of a file that may be anything, one after another.
class Lines {
 public:
  explicit Lines(const File& file) : file_(file) {}

  // Nothing: the end. Errors: corrupt ("audit.held_line": too long, or cut).
  Result<std::optional<std::string>> next() {
    for (;;) {
      if (const std::size_t end = text_.find('\n'); end != text_.npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      if (text_.size() > kHeldLineMax) return fail(Code::kCorrupt, "audit.held_line");
      Buffer more(kReadAtOnce);
      TRY(const std::size_t got, file_.read_at(at_, more));
      if (got == 0 && text_.empty()) return std::nullopt;
      if (got == 0) return fail(Code::kCorrupt, "audit.held_line");
      at_ += got;
      text_ += as_text(View(more).first(got));
    }
  }
  std::uint64_t read_octets() const { return at_; }

 private:
  const File& file_;
  std::uint64_t at_ = 0;
  std::string text_;
};

class HeldCheck {
 public:
  HeldCheck(CopiedLog& log, const VerifyOptions& options, VerifyReport& report)
      : log_(log), options_(options), report_(report) {}

  Result<> check(const HeldLine& line) {
    const HeldLeaf& leaf = *line.leaf;
    const std::string where = "leaf " + std::to_string(leaf.index);
    // A leaf that stands twice is no stand-in for one that is missing.
    for (std::uint32_t part : leaf.parts) {
      const Position place{leaf.index, part};
      if (newest_ && place <= *newest_) return does_not_match("audit.verify_held_order", where);
      newest_ = place;
    }
    if (leaf.parts.empty()) return does_not_match("audit.verify_held_order", where);
    if (leaf.index >= log_.size()) return does_not_match("audit.verify_entry", where);
    TRY(const Hashes hashes, log_.level_hashes(0, leaf.index / kTileWidth));
    if (leaf_hash(leaf.octets) != hashes[leaf.index % kTileWidth])
      return does_not_match("audit.verify_entry", where);
    TRY(check_above(leaf.index / kTileWidth));
    const auto events = leaf.events();
    if (!events) return does_not_match("audit.verify_leaf", where);
    TRY(check_told(*events, line.events, where));
    ++leaves_;
    ++report_.leaves_opened;
    events_ += events->size();
    for (const LoggedEvent& event : *events)
      if (report_.events.size() < options_.events_max) report_.events.push_back(event.ocsf);
    return {};
  }

  Result<> check_end(const HeldLine& last) {
    if (last.count.leaves != leaves_ || last.count.events != events_ ||
        last.count.looked_at > log_.size())
      return does_not_match("audit.verify_missing", std::string(kHeldFile));
    report_.hold = last.hold;
    report_.held_leaves = leaves_;
    report_.leaves_checked += leaves_;
    report_.looked_at = last.count.looked_at;
    return {};
  }

 private:
  // Each tile from the lowest one up, against the one above it, to the right edge, which the root
  // stands for.
  Result<> check_above(std::uint64_t index) {
    for (unsigned level = 0;; ++level, index /= kTileWidth) {
      const bool is_full = index < log_.size() >> 8 * (level + 1);
      if (!is_full || !checked_.insert({level, index}).second) return {};
      TRY(const Hashes hashes, log_.level_hashes(level, index));
      TRY(const Hashes above, log_.level_hashes(level + 1, index / kTileWidth));
      if (tile_root(hashes) != above[index % kTileWidth])
        return does_not_match("audit.verify_tile",
                              TilePath{Resource::kTile, {level, index}}.text());
    }
  }

  static Result<> check_told(const std::vector<LoggedEvent>& events,
                             const std::vector<LoggedEvent>& told, const std::string& where) {
    const auto is_same = [](const LoggedEvent& event, const LoggedEvent& said) {
      return event.part == said.part && nlohmann::json::parse(event.ocsf, nullptr, false) ==
                                            nlohmann::json::parse(said.ocsf, nullptr, false);
    };
    return std::ranges::equal(events, told, is_same) ? Result<>()
                                                     : does_not_match("audit.verify_leaf", where);
  }

  CopiedLog& log_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  std::set<std::pair<unsigned, std::uint64_t>> checked_;
  std::uint64_t leaves_ = 0, events_ = 0;
  std::optional<Position> newest_;
};

}  // namespace

Result<> verify_held(CopiedLog& log, const VerifyOptions& options, VerifyReport& report) {
  TRY(const auto file, log.folder().open(kHeldFile, Access::kRead));
  TRY(const Bytes size, file->size());
  Lines lines(*file);
  HeldCheck check(log, options, report);
  for (;;) {
    TRY(const auto text, lines.next());
    // Without the line that says so it is not complete.
    if (!text) return does_not_match("audit.verify_missing", std::string(kHeldFile));
    TRY(const HeldLine line, parse_held_line(*text));
    if (!line.leaf) {
      TRY(const auto more, lines.next());
      return more ? fail(Code::kCorrupt, "audit.held_line") : check.check_end(line);
    }
    TRY(check.check(line));
    if (options.progress) options.progress(double(lines.read_octets()) / double(size.count));
  }
}

}  // namespace belfry::audit
