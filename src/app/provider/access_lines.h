// What a line of a log tells of who was let in to what.
#pragma once

#include "base/id.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::provider {

struct AccessLine {
  std::int64_t at_us = 0;  // a whole number of milliseconds: events keep no more
  bool allowed = false;
  std::string actor;                 // as the log names who asked
  UserId user;                       // who, in the own log; zero in another's
  bool assumed = false;              // in a session of a role
  std::string bucket;                // empty: it was about none
  std::int64_t intervention_id = 0;  // by which it was done; 0: it names none
};

// Errors are nothing: a line of another shape tells nothing of an access.
std::optional<AccessLine> access_in(std::string_view ocsf);

// Requests between two instants.
struct AccessSpan {
  std::int64_t requests = 0, first_us = 0, last_us = 0;
  void add(std::int64_t at_us);
};

}  // namespace belfry::provider
