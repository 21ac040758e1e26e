// What a line of a log tells of who was let in to what.
#pragma once

#include "base/id.h"
#include "base/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace belfry::provider {

struct AccessLine {
  std::int64_t at_us = 0;  // a whole number of milliseconds: events keep no more
  bool allowed = false;
  std::string actor;                 // as the log names who asked
  UserId user;                       // who, in the own log; zero in another's
  bool assumed = false;              // in a session of a role
  std::string bucket;                // empty: it was about none
  std::int64_t intervention_id = 0;  // by which it was done; 0: it names none
  bool tells_source = false;         // from where it came, or that the program did it by itself
};

// Whether it tells of a request that nobody signed. A user may be called as such a request is, and
// has a number.
bool is_anonymous(const AccessLine& line);

// What a line tells of who may come in to a bucket, or to all of its tenant's.
struct PublicSetting {
  std::string bucket;  // empty: all of them
  enum class Kind { kPolicy, kBlock } kind = Kind::kPolicy;
  std::int64_t at_us = 0;
  bool opens = false;
  auto operator<=>(const PublicSetting&) const = default;
};
// Nothing: it tells of something else, or of what was refused. A bucket that is deleted is closed.
std::vector<PublicSetting> public_settings_in(std::string_view ocsf);

// Errors are nothing: a line of another shape tells nothing of an access.
std::optional<AccessLine> access_in(std::string_view ocsf);

// Requests between two instants.
struct AccessSpan {
  std::int64_t requests = 0, first_us = 0, last_us = 0;
  void add(std::int64_t at_us);
};

// Of the provider's staff: whose name, in which bucket, by which intervention.
using StaffAccesses = std::map<std::tuple<std::string, std::string, std::int64_t>, AccessSpan>;

// Of changes: how many of a day, and how many of them tell from where they came.
struct ChangesOfDay {
  std::int64_t changes = 0, sourced = 0;
};
using ChangesByDay = std::map<Timestamp, ChangesOfDay>;

// Of requests that nobody signed: in which bucket, in the minute that began when.
using AnonymousVisits = std::map<std::pair<std::string, Timestamp>, AccessSpan>;

}  // namespace belfry::provider
