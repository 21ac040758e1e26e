// A request of nobody in particular.
#pragma once

#include "policy/reach.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

class NothingKnown : public policy::PartialFacts {
 public:
  std::optional<std::vector<std::string>> find(std::string_view) const override { return {}; }
  bool is_known(std::string_view) const override { return false; }
};

}  // namespace belfry::iam
