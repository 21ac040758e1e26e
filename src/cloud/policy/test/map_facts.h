// Facts of a request from a map, for tests.
#pragma once

#include "policy/policy.h"

#include <map>
#include <string>
#include <vector>

namespace belfry::policy::testing {

class MapFacts : public Facts {
 public:
  using Map = std::map<std::string, std::vector<std::string>>;  // keys in lower case

  MapFacts() = default;
  explicit MapFacts(Map map) : map_(std::move(map)) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    const auto at = map_.find(std::string(key));
    return at == map_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  Map map_;
};

}  // namespace belfry::policy::testing
