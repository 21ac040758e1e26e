#include "pattern.h"

#include "base/ascii.h"

#include <algorithm>
#include <utility>

namespace belfry::policy {
namespace {

constexpr char16_t kAny = 0x100;
constexpr char16_t kOne = 0x101;
// Wildcards and variables of one pattern.
constexpr std::ptrdiff_t kSignsMax = 32;

char16_t octet(char c) {
  return char16_t(static_cast<unsigned char>(c));
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

bool is_same(char16_t unit, char c, Case letters) {
  if (letters == Case::kExact) return unit == octet(c);
  return unit < 0x100 && to_lower(char(unit)) == to_lower(c);
}

// Takes the longest match that the last `*` leaves, and tries again one octet further when that
// fails: at most |units| * |text| steps, and nothing is kept but two places.
bool matches_units(std::u16string_view units, std::string_view text, Case letters,
                   const KnownFacts& facts) {
  std::size_t unit = 0, at = 0;
  std::size_t after_any = std::u16string_view::npos, begun = 0;
  while (at < text.size()) {
    if (!facts.step()) return false;
    if (unit < units.size() && units[unit] == kAny) {
      after_any = ++unit;
      begun = at;
    } else if (unit < units.size() && units[unit] == kOne) {
      ++unit;
      // One character of UTF-8, however many octets it has.
      do ++at;
      while (at < text.size() && is_continuation(text[at]));
    } else if (unit < units.size() && is_same(units[unit], text[at], letters)) {
      ++unit;
      ++at;
    } else if (after_any != std::u16string_view::npos) {
      unit = after_any;
      at = ++begun;
    } else {
      return false;
    }
  }
  while (unit < units.size() && units[unit] == kAny) ++unit;
  return unit == units.size();
}

bool starts_with(std::string_view text, std::string_view prefix, Case letters) {
  if (letters == Case::kExact) return text.starts_with(prefix);
  return text.size() >= prefix.size() && equal_without_case(text.substr(0, prefix.size()), prefix);
}

// The letters, digits and signs of a condition key, with the tag that may follow a slash.
bool is_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return is_alphanumeric(c) || std::string_view(":_-/.@+=").contains(c);
  });
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view text, Wildcards wildcards, Variables variables) {
  Pattern pattern;
  pattern.source_ = text;
  while (!text.empty()) {
    const char c = text.front();
    if (variables == Variables::kMeant && text.starts_with("${")) {
      TRY(Piece piece, read_variable(text));
      pattern.add(std::move(piece));
      continue;
    }
    text.remove_prefix(1);
    if (wildcards == Wildcards::kMeant && c == '*') {
      pattern.add({.kind = Piece::Kind::kAny});
    } else if (wildcards == Wildcards::kMeant && c == '?') {
      pattern.add({.kind = Piece::Kind::kOne});
    } else {
      pattern.add_text({&c, 1});
    }
  }
  const auto signs = std::ranges::count_if(
      pattern.rest_, [](const Piece& piece) { return piece.kind != Piece::Kind::kText; });
  if (signs > kSignsMax)
    return fail(Code::kInvalid, "policy.too_many_signs", {{"maximum", std::to_string(kSignsMax)}});
  if (!pattern.has_variables_) pattern.units_ = *pattern.expand(nullptr);
  return pattern;
}

// `${*}`, `${?}` and `${$}` are the signs themselves; `${key, 'text'}` has a text for when the key
// is missing.
Result<Pattern::Piece> Pattern::read_variable(std::string_view& text) {
  const auto end = text.find('}');
  const auto bad = [&] {
    return fail(Code::kInvalid, "policy.bad_variable",
                {{"variable", std::string(text.substr(0, std::min(end, text.size() - 1) + 1))}});
  };
  if (end == std::string_view::npos) return bad();
  std::string_view inside = text.substr(2, end - 2);
  Piece piece{.kind = Piece::Kind::kText};
  if (inside == "*" || inside == "?" || inside == "$") {
    piece.text = inside;
  } else {
    const auto comma = inside.find(',');
    const std::string_view key = trim(inside.substr(0, comma));
    if (!is_key(key)) return bad();
    piece.kind = Piece::Kind::kVariable;
    piece.text = to_lower(key);
    if (comma != std::string_view::npos) {
      const std::string_view otherwise = trim(inside.substr(comma + 1));
      if (otherwise.size() < 2 || otherwise.front() != '\'' || otherwise.back() != '\'')
        return bad();
      piece.otherwise = otherwise.substr(1, otherwise.size() - 2);
    }
  }
  text.remove_prefix(end + 1);
  return piece;
}

void Pattern::add_text(std::string_view text) {
  if (rest_.empty()) {
    prefix_ += text;
  } else if (rest_.back().kind == Piece::Kind::kText) {
    rest_.back().text += text;
  } else {
    rest_.push_back({.kind = Piece::Kind::kText, .text = std::string(text)});
  }
}

void Pattern::add(Piece piece) {
  if (piece.kind == Piece::Kind::kText) return add_text(piece.text);
  // Two stars in a row are one.
  if (piece.kind == Piece::Kind::kAny && !rest_.empty() && rest_.back().kind == Piece::Kind::kAny)
    return;
  has_variables_ = has_variables_ || piece.kind == Piece::Kind::kVariable;
  rest_.push_back(std::move(piece));
}

std::optional<Pattern::Units> Pattern::expand(const KnownFacts* facts) const {
  Units units;
  const auto append = [&](std::string_view text) {
    for (char c : text)
      if (!facts || facts->step()) units += octet(c);
  };
  for (const Piece& piece : rest_) {
    switch (piece.kind) {
      case Piece::Kind::kText:
        append(piece.text);
        break;
      case Piece::Kind::kAny:
        units += kAny;
        break;
      case Piece::Kind::kOne:
        units += kOne;
        break;
      case Piece::Kind::kVariable: {
        const auto* values = facts ? facts->find(piece.text) : nullptr;
        // Of several values none is the one that was meant.
        if (values && values->size() == 1) {
          append(values->front());
        } else if (!values && piece.otherwise) {
          append(*piece.otherwise);
        } else {
          return std::nullopt;
        }
        break;
      }
    }
  }
  return units;
}

bool Pattern::matches(std::string_view text, const KnownFacts& facts, Case letters) const {
  if (!starts_with(text, prefix_, letters)) return false;
  text.remove_prefix(prefix_.size());
  if (!has_variables_) return matches_units(units_, text, letters, facts);
  const auto units = expand(&facts);
  return units && matches_units(*units, text, letters, facts);
}

namespace {

// Where in `units` a text that went so far may stand: all places at once.
class Places {
 public:
  explicit Places(std::u16string_view units) : units_(units), at_(units.size() + 1) {
    at_[0] = true;
    skip_any();
  }

  void take(char c) {
    std::vector<bool> next(at_.size());
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (!at_[i]) continue;
      const char16_t unit = units_[i];
      if (unit == kAny) next[i] = true;
      if (unit == octet(c) || (unit == kOne && !is_continuation(c))) next[i + 1] = true;
    }
    // The other octets of one character that a `?` took.
    for (std::size_t i = 1; i < at_.size() && is_continuation(c); ++i)
      if (at_[i] && units_[i - 1] == kOne) next[i] = true;
    at_ = std::move(next);
    skip_any();
  }

  Certainty outcome() const {
    Certainty best = Certainty::kNever;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      if (!at_[i]) continue;
      const bool takes_all =
          i < units_.size() && units_.find_first_not_of(kAny, i) == std::u16string_view::npos;
      best = std::max(best, takes_all ? Certainty::kAlways : Certainty::kMaybe);
    }
    return best;
  }

 private:
  // A `*` may stand for nothing.
  void skip_any() {
    for (std::size_t i = 0; i < units_.size(); ++i)
      if (at_[i] && units_[i] == kAny) at_[i + 1] = true;
  }

  std::u16string_view units_;
  std::vector<bool> at_;
};

}  // namespace

Certainty Pattern::covers_from(std::string_view prefix, const KnownFacts& facts) const {
  const auto rest = has_variables_ ? expand(&facts) : std::optional<Units>(units_);
  if (!rest) return Certainty::kNever;
  Units units;
  for (char c : prefix_) units += octet(c);
  units += *rest;
  Places places(units);
  for (char c : prefix) {
    for (std::size_t i = 0; i <= units.size(); ++i)
      if (!facts.step()) return Certainty::kMaybe;
    places.take(c);
  }
  return places.outcome();
}

void Pattern::collect_variables(std::vector<std::string>& keys) const {
  for (const Piece& piece : rest_)
    if (piece.kind == Piece::Kind::kVariable) keys.push_back(piece.text);
}

bool Pattern::covers(std::string_view prefix) const {
  return prefix.starts_with(prefix_) && !rest_.empty() &&
         std::ranges::all_of(rest_,
                             [](const Piece& piece) { return piece.kind == Piece::Kind::kAny; });
}

}  // namespace belfry::policy
