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

void write_term(std::string& term, Field field, std::string_view value) {
  term.assign(1, static_cast<char>(field)).append(value.substr(0, kValueLengthMax));
}

void write_detail(std::string& term, const Detail& detail) {
  write_term(term, Field::kDetail, detail.name);
  if (detail.value.size() <= kDetailLengthMax) {
    term.append(1, '\0').append(detail.value);
    return;
  }
  const crypto::Digest digest = crypto::sha256(as_view(detail.value));
  term.append(1, '\1').append(as_text(digest).substr(0, kDetailHashLength));
}

std::string term_of(Field field, std::string_view value) {
  std::string term;
  write_term(term, field, value);
  return term;
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

// Every event there is comes by here: one text for all of its terms.
void visit_terms(const EventFacts& facts, const std::function<void(std::string_view)>& visit) {
  std::string term;
  term.reserve(1 + kValueLengthMax);
  const auto tell = [&](Field field, std::string_view value) {
    write_term(term, field, value);
    visit(term);
  };
  tell(Field::kActor, facts.actor);
  tell(Field::kAction, facts.action);
  tell(Field::kClass, std::to_string(facts.event_class));
  tell(Field::kOutcome, std::to_string(facts.outcome));
  if (!facts.resource.empty()) tell(Field::kResource, facts.resource);
  if (!facts.source_ip.empty()) tell(Field::kSource, facts.source_ip);
  if (!facts.reason.empty()) tell(Field::kReason, facts.reason);
  for (const Detail& detail : facts.details) {
    write_detail(term, detail);
    visit(term);
  }
}

std::vector<Condition> conditions_of(const Query& query) {
  std::vector<Condition> conditions;
  conditions.reserve(query.details.size());
  for (const Detail& detail : query.details) write_detail(conditions.emplace_back().term, detail);
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
