// Plays a customer: makes a user and a profile, is allowed and refused what it should be, deletes
// the user, reads its own log. From outside: by the REST API and S3 alone, with a
// certificate to be trusted, as any customer would.
#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "runtime/clock.h"
#include "runtime/random.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::prober {

struct Target {
  std::string api, s3;  // URLs
  std::string ca_file;  // PEM; a server that it does not vouch for is refused
  // The hosts that listen, where the names in the URLs lead elsewhere; or empty.
  std::string api_host, s3_host;
  // How long what was deleted may go on working, and how long a line of the log may take.
  Duration patience = std::chrono::seconds(60);
};

// The administrator of the probe's own tenant, with a second factor.
struct Administrator {
  std::string tenant, user, password;
  Buffer totp_seed;
};

// An event that an earlier probe left in its own log.
struct Mark {
  Timestamp at;
  std::string resource;
};

struct Step {
  std::string name;  // of kSteps
  bool passed = false;
  std::string got;  // a status, or a count of lines; "-": never came so far
  std::string expected;
  Duration took{};
  Timestamp at;  // of the prober's clock
};

struct Report {
  std::vector<Step> steps;  // every one of kSteps, in that order
  std::optional<Mark> mark;
  bool passed() const;
};

// In the order in which they are walked.
inline constexpr std::string_view kSteps[] = {
    "sign_in",        "designate",       "served",          "stranger_refused",
    "forger_refused", "nobody_refused",  "create_profile",  "refused_before",
    "give_profile",   "allowed_s3",      "allowed_rest",    "denied_s3",
    "denied_rest",    "enrol",           "factor_demanded", "factor_accepted",
    "event_found",    "old_event_found", "other_lines",     "other_log_refused",
    "delete_user",    "deleted_sign_in", "deleted_session", "deleted_key"};

// Walks all steps; what cannot be reached because an earlier step failed has failed too. Removes
// buckets that an earlier probe left, and its own. Blocks for some seconds, at worst some minutes;
// once `is_cancelled` says so, until the request underway is answered.
Report probe(const Target& target, const Administrator& administrator,
             const std::vector<Mark>& marks, Clock& clock, Random& random,
             const std::function<bool()>& is_cancelled);

}  // namespace belfry::prober
