#include "reasons.h"

#include "base/placeholders.h"

#include <algorithm>
#include <array>
#include <map>

namespace belfry::measures {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// "copies" or "copies|copy|copies": the number's name, then the words for one and for more.
struct Hole {
  std::string_view name;
  bool is_choice = false;
  std::string_view one, more;
};

std::optional<Hole> read_hole(std::string_view inside) {
  std::size_t bar = inside.find('|');
  Hole hole{.name = inside.substr(0, bar)};
  if (!is_name(hole.name)) return std::nullopt;
  if (bar == inside.npos) return hole;
  std::string_view words = inside.substr(bar + 1);
  std::size_t middle = words.find('|');
  if (middle == words.npos || words.find('|', middle + 1) != words.npos) return std::nullopt;
  hole.is_choice = true;
  hole.one = words.substr(0, middle);
  hole.more = words.substr(middle + 1);
  return hole;
}

struct Recorded {
  std::string_view id;
  std::map<std::string, std::string> arguments;
};

// "one_segment supplies=2 segment=par1-segment-a". A value goes on until the next name that the
// reason has, so that it may hold spaces.
Recorded read_recorded(std::string_view text, const std::set<std::string>& names) {
  std::size_t end = std::min(text.find(' '), text.size());
  Recorded recorded{.id = text.substr(0, end), .arguments = {}};
  std::string* value = nullptr;
  while (end < text.size()) {
    text.remove_prefix(end + 1);
    end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    std::size_t equals = word.find('=');
    std::string name(word.substr(0, equals));
    if (equals != word.npos && names.contains(name) && !recorded.arguments.contains(name)) {
      value = &recorded.arguments[name];
      *value = word.substr(equals + 1);
    } else if (value != nullptr) {
      *value += " " + std::string(word);
    }
  }
  return recorded;
}

const Reason* find_reason(const Measure& measure, std::string_view recorded) {
  std::string_view id = recorded.substr(0, recorded.find(' '));
  auto found = std::ranges::find(measure.reasons, id, &Reason::id);
  return found == measure.reasons.end() ? nullptr : &*found;
}

enum class Zero { kOne, kMore };  // as which it counts

std::string fill(std::string_view pattern, const Recorded& recorded, Zero zero) {
  return fill_placeholders(pattern, [&](std::string_view inside) -> std::optional<std::string> {
    auto hole = read_hole(inside);
    if (!hole) return std::nullopt;
    auto value = recorded.arguments.find(std::string(hole->name));
    if (value == recorded.arguments.end()) return std::nullopt;
    if (!hole->is_choice) return value->second;
    const bool is_one = value->second == "1" || (value->second == "0" && zero == Zero::kOne);
    return std::string(is_one ? hole->one : hole->more);
  });
}

struct Kind {
  std::string_view name, en, fr;
};

// What the subjects of checks are, besides things with a name of their own.
constexpr std::array kKinds = {
    Kind{"bucket", "bucket", "compartiment"},
    Kind{"disk", "disk", "disque"},
    Kind{"object", "object", "objet"},
    Kind{"server", "server", "serveur"},
    Kind{"session", "session", "session"},
    Kind{"set", "set", "ensemble de copies"},
    Kind{"user", "user", "utilisateur"},
    Kind{"users", "users of", "utilisateurs de"},
    Kind{"person", "person", "personne"},
    Kind{"persons", "people of", "personnes de"},
    Kind{"list", "list", "liste"},
    Kind{"key", "access key", "clé d'accès"},
    Kind{"keys", "access keys of", "clés d'accès de"},
    Kind{"log", "log", "journal"},
    Kind{"rule", "rule", "règle"},
    Kind{"profile", "profile", "profil"},
    Kind{"step", "step", "étape"},
    Kind{"tenant", "tenant", "organisation"},
    Kind{"right", "right", "droit"},
    Kind{"review", "review", "revue"},
    Kind{"scope", "scope", "périmètre"},
    Kind{"intervention", "intervention", "intervention"},
    Kind{"system", "system", "système"},
    Kind{"topic", "topic", "sujet"},
};

// What reviews and checklists are about, of subjects of the kinds `scope` and `list`.
constexpr std::array kScopes = {
    Kind{"all", "of all rights", "de tous les droits"},
    Kind{"privileged", "of privileged rights", "des droits privilégiés"},
    Kind{"arrival", "of arrival", "d'arrivée"},
    Kind{"departure", "of departure", "de départ"},
};

const Kind* find_kind(std::string_view subject) {
  std::size_t space = subject.find(' ');
  if (space == subject.npos) return nullptr;
  const auto* found = std::ranges::find(kKinds, subject.substr(0, space), &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

}  // namespace

std::optional<std::set<std::string>> placeholders_of(std::string_view pattern) {
  std::set<std::string> names;
  for (std::size_t open = pattern.find_first_of("{}"); open != pattern.npos;
       open = pattern.find_first_of("{}")) {
    std::size_t close = pattern.find_first_of("{}", open + 1);
    if (pattern[open] != '{' || close == pattern.npos || pattern[close] != '}') return std::nullopt;
    auto hole = read_hole(pattern.substr(open + 1, close - open - 1));
    if (!hole) return std::nullopt;
    names.emplace(hole->name);
    pattern.remove_prefix(close + 1);
  }
  return names;
}

bool is_worded(const Measure& measure, std::string_view recorded) {
  if (recorded.empty()) return true;
  const Reason* reason = find_reason(measure, recorded);
  if (reason == nullptr) return false;
  auto names = placeholders_of(reason->text.en);
  return names && read_recorded(recorded, *names).arguments.size() == names->size();
}

bool is_subject(std::string_view subject) {
  return subject.find(' ') == subject.npos ? !subject.empty() : find_kind(subject) != nullptr;
}

Text reason_text(const Measure& measure, std::string_view recorded) {
  if (recorded.empty() || !is_worded(measure, recorded))
    return {.fr = std::string(recorded), .en = std::string(recorded)};
  const Reason& reason = *find_reason(measure, recorded);
  Recorded read = read_recorded(recorded, *placeholders_of(reason.text.en));
  return {.fr = fill(reason.text.fr, read, Zero::kOne),
          .en = fill(reason.text.en, read, Zero::kMore)};
}

Text subject_text(std::string_view subject) {
  const Kind* kind = find_kind(subject);
  if (kind == nullptr) return {.fr = std::string(subject), .en = std::string(subject)};
  std::string rest(subject.substr(kind->name.size()));
  if (kind->name == "scope" || kind->name == "list") {
    const auto* scope = std::ranges::find(kScopes, std::string_view(rest).substr(1), &Kind::name);
    if (scope != kScopes.end())
      return {.fr = std::string(kind->fr) + " " + std::string(scope->fr),
              .en = std::string(kind->en) + " " + std::string(scope->en)};
  }
  return {.fr = std::string(kind->fr) + rest, .en = std::string(kind->en) + rest};
}

}  // namespace belfry::measures
