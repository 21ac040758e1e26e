#include "yaml/reader.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace belfry::yaml {
namespace {

// What a key may end in, so that a number never lacks its unit.
constexpr std::array<std::string_view, 27> kUnits = {
    "watts",   "kilowatts", "kw",   "w",  "mib",  "gib",  "tib",    "mb", "gb",
    "tb",      "bytes",     "kib",  "kb", "mbps", "gbps", "us",     "ms", "seconds",
    "minutes", "hours",     "days", "s",  "sec",  "m",    "metres", "u",  "units"};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

// "memory_gib" -> "memory"; "memory" stays.
std::string_view without_unit(std::string_view key) {
  std::size_t underscore = key.rfind('_');
  if (underscore == std::string_view::npos) return key;
  return std::ranges::find(kUnits, key.substr(underscore + 1)) == kUnits.end()
             ? key
             : key.substr(0, underscore);
}

std::string joined(const auto& words) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

// Long values are cut in messages.
std::string shown(std::string_view text) {
  constexpr std::size_t kMax = 80;
  if (text.size() <= kMax) return std::string(text);
  std::size_t end = kMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string_view digits_at_start(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return text.substr(0, count);
}

Error wrong_type(std::string_view message, std::string_view key) {
  return Error(Code::kInvalid, message, {{"key", std::string(key)}});
}

}  // namespace

std::string nearest(std::string_view wrong, const std::vector<std::string>& candidates) {
  // A long word is compared by its start: it is no misspelling anyway.
  wrong = wrong.substr(0, 128);
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 256) continue;
    std::size_t distance = edit_distance(wrong, candidate);
    if (distance < best_distance) best_distance = distance, best = candidate;
  }
  return best;
}

MapReader::MapReader(const Node& node, std::string_view what, std::vector<Fault>& faults)
    : node_(node), what_(what), faults_(faults) {
  if (node.kind != Kind::kMap)
    fault(node.place, Error(Code::kInvalid, "yaml.map_expected", {{"what", what_}}));
}

const Node* MapReader::value(std::string_view key, Presence presence) {
  known_.emplace(key);
  if (node_.kind != Kind::kMap) return nullptr;
  for (const Entry& entry : node_.entries) {
    if (entry.key != key) continue;
    if (entry.value.kind != Kind::kNull) return &entry.value;
    // The place of nothing is the next token's: the key says more.
    fault(entry.place, wrong_type("yaml.no_value", key));
    return nullptr;
  }
  if (presence == Presence::kRequired)
    fault(node_.place,
          Error(Code::kInvalid, "yaml.missing_key", {{"key", std::string(key)}, {"what", what_}}));
  return nullptr;
}

Place MapReader::place_of(std::string_view key) const {
  const Node* found = node_.find(key);
  return found ? found->place : node_.place;
}

Text MapReader::text(std::string_view key, Presence presence) {
  const Node* node = value(key, presence);
  if (!node) return {};
  if (node->kind != Kind::kScalar || node->text.empty()) {
    fault(node->place, wrong_type("yaml.text_expected", key));
    return {};
  }
  return {node->text, node->place};
}

Text MapReader::choice(std::string_view key, Presence presence,
                       std::initializer_list<std::string_view> allowed) {
  Text found = text(key, presence);
  if (!found || std::ranges::find(allowed, found.value) != allowed.end()) return found;
  fault(found.place, Error(Code::kInvalid, "yaml.not_one_of",
                           {{"key", std::string(key)},
                            {"value", shown(found.value)},
                            {"allowed", joined(std::vector<std::string_view>(allowed))}}));
  return {};
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, Presence presence,
                                               Range range) {
  const Node* node = value(key, presence);
  if (!node) return {};
  std::int64_t number = 0;
  const char* end = node->text.data() + node->text.size();
  bool scalar = node->kind == Kind::kScalar && !node->quoted;
  auto [stop, error] = std::from_chars(node->text.data(), end, number);
  if (!scalar || error == std::errc::invalid_argument || (error == std::errc() && stop != end)) {
    std::string_view digits = digits_at_start(node->text);
    bool no_number = digits.empty() || node->kind != Kind::kScalar;
    Error wrong =
        wrong_type(no_number                           ? "yaml.number_expected"
                   : digits.size() < node->text.size() ? "yaml.number_without_unit_expected"
                                                       : "yaml.quoted_number",
                   key);
    fault(node->place, std::move(wrong.with("value", shown(node->text)).with("instead", digits)));
    return {};
  }
  if (error == std::errc() && number >= range.min && number <= range.max) return number;
  fault(node->place, Error(Code::kInvalid, "yaml.out_of_range",
                           {{"key", std::string(key)},
                            {"value", shown(node->text)},
                            {"min", std::to_string(range.min)},
                            {"max", std::to_string(range.max)}}));
  return {};
}

std::optional<bool> MapReader::flag(std::string_view key, Presence presence) {
  const Node* node = value(key, presence);
  if (!node) return {};
  if (node->kind == Kind::kScalar && !node->quoted && node->text == "true") return true;
  if (node->kind == Kind::kScalar && !node->quoted && node->text == "false") return false;
  fault(node->place, wrong_type("yaml.flag_expected", key));
  return {};
}

bool MapReader::count_is_right(std::string_view key, const Node& node, Range count) {
  if (node.kind != Kind::kSequence) {
    fault(node.place, wrong_type("yaml.list_expected", key));
    return false;
  }
  auto size = static_cast<std::int64_t>(node.items.size());
  if (size >= count.min && size <= count.max) return true;
  fault(node.place, Error(Code::kInvalid, "yaml.wrong_count",
                          {{"key", std::string(key)},
                           {"count", std::to_string(size)},
                           {"min", std::to_string(count.min)},
                           {"max", std::to_string(count.max)}}));
  return false;
}

std::vector<Text> MapReader::texts(std::string_view key, Presence presence, Range count) {
  std::vector<Text> out;
  for (const Node& item : list(key, presence, count))
    if (item.kind == Kind::kScalar && !item.text.empty())
      out.push_back({item.text, item.place});
    else
      fault(item.place, wrong_type("yaml.text_expected", key));
  return out;
}

const std::vector<Node>& MapReader::list(std::string_view key, Presence presence, Range count) {
  static const std::vector<Node> none;
  const Node* node = value(key, presence);
  return node && count_is_right(key, *node, count) ? node->items : none;
}

const Node* MapReader::map(std::string_view key, Presence presence) {
  const Node* node = value(key, presence);
  if (!node || node->kind == Kind::kMap) return node;
  fault(node->place, Error(Code::kInvalid, "yaml.map_expected", {{"what", std::string(key)}}));
  return nullptr;
}

void MapReader::unknown(const Entry& entry) {
  for (const std::string& known : known_)
    if (without_unit(known) == without_unit(entry.key)) {
      fault(entry.place,
            Error(Code::kInvalid, "yaml.wrong_unit", {{"key", entry.key}, {"instead", known}}));
      return;
    }
  std::string instead = nearest(entry.key, {known_.begin(), known_.end()});
  if (!instead.empty())
    fault(entry.place, Error(Code::kInvalid, "yaml.unknown_key_near",
                             {{"key", entry.key}, {"instead", instead}, {"what", what_}}));
  else
    fault(entry.place,
          Error(Code::kInvalid, "yaml.unknown_key",
                {{"key", shown(entry.key)}, {"what", what_}, {"allowed", joined(known_)}}));
}

void MapReader::finish() {
  for (const Entry& entry : node_.entries)
    if (!known_.contains(entry.key)) unknown(entry);
}

}  // namespace belfry::yaml
