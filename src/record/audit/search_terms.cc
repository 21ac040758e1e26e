#include "search_terms.h"

#include "crypto/hash.h"

#include <algorithm>

namespace belfry::audit {

namespace {

enum class Field : char {
  kActor = 'a',
  kClass = 'c',
  kDetail = 'd',
  kReason = 'e',
  kSource = 'i',
  kAction = 'o',
  kResource = 'r',
  kOutcome = 's',
};

// Longer values are cut: of two that begin alike both are looked at.
constexpr std::size_t kValueLengthMax = 256;
// Details are asked for whole: of a longer one this much of a hash stands for it.
constexpr std::size_t kDetailLengthMax = 16, kDetailHashLength = 12;

std::string term_of(Field field, std::string_view value) {
  std::string term(1, static_cast<char>(field));
  return term.append(value.substr(0, kValueLengthMax));
}

std::string detail_term(const Detail& detail) {
  std::string term = term_of(Field::kDetail, detail.name);
  if (detail.value.size() <= kDetailLengthMax) return term.append(1, '\0').append(detail.value);
  const crypto::Digest digest = crypto::sha256(as_view(detail.value));
  return term.append(1, '\1').append(as_text(digest).substr(0, kDetailHashLength));
}

void add_text(std::vector<Condition>& to, Field field, std::string_view wanted) {
  if (wanted.empty() || wanted == "*") return;
  const bool prefix = wanted.ends_with('*');
  const std::string_view value = wanted.substr(0, wanted.size() - (prefix ? 1 : 0));
  to.push_back({term_of(field, value), prefix && value.size() < kValueLengthMax
                                           ? Condition::Match::kPrefix
                                           : Condition::Match::kWhole});
}

}  // namespace

std::vector<std::string> terms_of(const EventFacts& facts) {
  std::vector<std::string> terms = {term_of(Field::kActor, facts.actor),
                                    term_of(Field::kAction, facts.action),
                                    term_of(Field::kClass, std::to_string(facts.event_class)),
                                    term_of(Field::kOutcome, std::to_string(facts.outcome))};
  if (!facts.resource.empty()) terms.push_back(term_of(Field::kResource, facts.resource));
  if (!facts.source_ip.empty()) terms.push_back(term_of(Field::kSource, facts.source_ip));
  if (!facts.reason.empty()) terms.push_back(term_of(Field::kReason, facts.reason));
  for (const Detail& detail : facts.details) terms.push_back(detail_term(detail));
  std::ranges::sort(terms);
  terms.erase(std::ranges::unique(terms).begin(), terms.end());
  return terms;
}

std::vector<Condition> conditions_of(const Query& query) {
  std::vector<Condition> conditions;
  conditions.reserve(query.details.size());
  for (const Detail& detail : query.details) conditions.push_back({detail_term(detail)});
  add_text(conditions, Field::kActor, query.actor);
  add_text(conditions, Field::kSource, query.source_ip);
  add_text(conditions, Field::kReason, query.reason);
  add_text(conditions, Field::kAction, query.action);
  if (query.event_class)
    conditions.push_back({term_of(Field::kClass, std::to_string(*query.event_class))});
  if (query.outcome)
    conditions.push_back({term_of(Field::kOutcome, std::to_string(int(*query.outcome)))});
  const bool starred = query.resource.empty() || query.resource.ends_with('*');
  add_text(conditions, Field::kResource, query.resource + (starred ? "" : "*"));
  std::ranges::partition(conditions, [](const Condition& condition) {
    return condition.match == Condition::Match::kWhole;
  });
  return conditions;
}

}  // namespace belfry::audit
