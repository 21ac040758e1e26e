// A tenant's own rule for second factors.
#pragma once

#include "base/result.h"
#include "runtime/task.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace belfry::iam {

struct Principal;

// Who of a tenant does nothing without a second factor but enrol one: those who are privileged,
// always; or everybody. Service accounts are programs: they have no factor, and the rule is for
// persons.
enum class FactorNeed { kPrivileged, kEverybody };
// "privileged", "everybody"
std::string_view name_of(FactorNeed need);
std::optional<FactorNeed> factor_need_named(std::string_view name);

struct FactorRule {
  FactorNeed needed_by = FactorNeed::kPrivileged;
  std::size_t people = 0;          // active persons
  std::size_t without_factor = 0;  // those of them who have enrolled none
};

// Of the caller's own tenant alone: none sets it for those below. Safe from any thread.
class FactorRules {
 public:
  virtual ~FactorRules() = default;

  virtual Task<FactorRule> find_factor_rule(const Principal& by) = 0;
  // By administrators. Holds at once in this process, for open sessions, keys and tokens too, and
  // after at most 6 s in others. The change and its audit event, with the rule before, are one
  // transaction; safe to repeat. Errors: denied ("iam.step_up_needed"), conflict
  // ("iam.no_second_factor": whoever asks everybody for one has one).
  virtual Task<FactorRule> set_factor_rule(const Principal& by, FactorNeed needed_by) = 0;
};

}  // namespace belfry::iam
