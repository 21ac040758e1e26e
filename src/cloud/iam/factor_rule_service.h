// The implementation of `FactorRules`.
#pragma once

#include "core.h"
#include "iam/factor_rules.h"

namespace belfry::iam {

class FactorRuleService : public FactorRules {
 public:
  explicit FactorRuleService(Core& core) : core_(core) {}

  Task<FactorRule> find_factor_rule(const Principal& by) override;
  Task<FactorRule> set_factor_rule(const Principal& by, FactorNeed needed_by) override;

 private:
  Core& core_;
};

}  // namespace belfry::iam
