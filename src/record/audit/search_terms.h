// What an index is asked for: terms, which are a field and a value in one text, so that a prefix of
// a value is a range of terms.
#pragma once

#include "event_facts.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

// The terms of an event: docs/formats/search_index.md. One may come twice; each lasts until the
// next.
void visit_terms(const EventFacts& facts, const std::function<void(std::string_view)>& visit);

struct Condition {
  std::string term;
  enum class Match { kWhole, kPrefix } match = Match::kWhole;
};

// What every event that the query wants has; there may be others that have it too, for long values
// are cut or hashed. The ones that are looked up cheapest come first.
std::vector<Condition> conditions_of(const Query& query);

}  // namespace belfry::audit
