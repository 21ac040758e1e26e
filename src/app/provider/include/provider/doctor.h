// What of a provider's data is there, what is lost, and what follows: without a daemon, changing
// nothing.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <vector>

namespace belfry::provider {

enum class Condition {
  kGood,
  kRebuilt,   // missing, but made again from what is there at the next start
  kDegraded,  // fewer copies than promised, which healing restores; or an operator has to act
  kLost,      // gone, and nothing here brings it back
};

struct Finding {
  Error subject;  // a message: "state database", "disk par1-s1-d1"
  Condition condition;
  Error message;  // what it means and what to do (Code::kInternal carries no meaning here)
};

// Errors: those of the configuration.
Result<std::vector<Finding>> examine(const std::string& config, const std::string& data,
                                     Timestamp now);

}  // namespace belfry::provider
