#include "tile_path.h"

#include "destroyed.h"

#include <charconv>
#include <cstdio>
#include <vector>

namespace belfry::audit {

namespace {

constexpr unsigned kLevelMax = 63;
constexpr std::size_t kPathLengthMax = 128;

std::string index_text(std::uint64_t index) {
  char digits[8];
  std::snprintf(digits, sizeof digits, "%03u", unsigned(index % 1000));
  std::string text = digits;
  while ((index /= 1000) != 0) {
    std::snprintf(digits, sizeof digits, "x%03u/", unsigned(index % 1000));
    text = digits + text;
  }
  return text;
}

std::string base_text(Resource resource, TilePlace place) {
  std::string level = resource == Resource::kEntries ? "entries" : std::to_string(place.level);
  return "tile/" + level + "/" + index_text(place.index);
}

std::unexpected<Error> no_such(std::string_view text) {
  return fail(Code::kInvalid, "audit.no_such_tile", {{"path", std::string(text)}});
}

// A decimal number without additional zeros.
bool parse_number(std::string_view text, unsigned& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() &&
         (text.size() == 1 || text[0] != '0');
}

}  // namespace

std::string TilePath::text() const {
  if (resource == Resource::kCheckpoint) return "checkpoint";
  if (resource == Resource::kDestroyed) return std::string(kDestroyedFile);
  if (full()) return base_text(resource, place);
  return partial_folder() + "/" + std::to_string(width);
}

std::string TilePath::partial_folder() const {
  return base_text(resource, place) + ".p";
}

Result<TilePath> parse_tile_path(std::string_view text) {
  if (text == "checkpoint") return TilePath{};
  if (text == kDestroyedFile) return TilePath{.resource = Resource::kDestroyed};
  if (text.size() > kPathLengthMax || !text.starts_with("tile/")) return no_such(text);
  std::vector<std::string_view> parts;
  for (std::string_view rest = text.substr(5);;) {
    const std::size_t slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest = rest.substr(slash + 1);
  }
  if (parts.size() < 2) return no_such(text);
  TilePath path;
  path.resource = parts[0] == "entries" ? Resource::kEntries : Resource::kTile;
  if (path.resource == Resource::kTile &&
      (!parse_number(parts[0], path.place.level) || path.place.level > kLevelMax))
    return no_such(text);
  if (parts.size() > 2 && parts[parts.size() - 2].ends_with(".p")) {
    if (!parse_number(parts.back(), path.width) || path.width == 0 || path.width >= kTileWidth)
      return no_such(text);
    parts.pop_back();
    parts.back().remove_suffix(2);
  }
  if (parts.size() > 6) return no_such(text);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::string_view digits = parts[i];
    if (i + 1 < parts.size()) {
      if (!digits.starts_with('x')) return no_such(text);
      digits.remove_prefix(1);
    }
    if (digits.size() != 3 || digits.find_first_not_of("0123456789") != digits.npos)
      return no_such(text);
    for (char digit : digits) path.place.index = path.place.index * 10 + std::uint64_t(digit - '0');
  }
  // What has another name is not named so: "x000/001" is 1, and that is "001".
  return path.text() == text ? Result<TilePath>(path) : no_such(text);
}

}  // namespace belfry::audit
