#include "known_facts.h"

namespace belfry::policy {

const std::vector<std::string>* KnownFacts::find(std::string_view key) const {
  for (const auto& [known, values] : known_)
    if (known == key) return values ? &*values : nullptr;
  const auto& values = known_.emplace_front(key, facts_.find(key)).second;
  return values ? &*values : nullptr;
}

}  // namespace belfry::policy
