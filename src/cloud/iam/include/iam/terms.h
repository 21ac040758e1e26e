// The provider's terms: published by version, accepted by each user.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "runtime/task.h"

#include <optional>
#include <string>
#include <vector>

namespace belfry::iam {

struct Principal;

struct TermsVersion {
  std::string version;  // what the provider calls it: "2026-1"
  std::string english, french;
  Timestamp published, in_force;
};

// A version as one user stands to it.
struct OwnTerms {
  TermsVersion terms;
  std::optional<Timestamp> accepted{};
};

// From the time that a version is in force, the sessions of who has not accepted it may do nothing
// but read and accept it; programs' keys and tokens go on. Every call is safe from any thread and
// leaves an audit event with its change, in one transaction.
class Terms {
 public:
  virtual ~Terms() = default;

  // By the provider's administrators. A version stays as it is from then on. Errors: invalid
  // ("iam.bad_terms_version", "iam.bad_terms_text", "iam.terms_in_the_past",
  // "iam.terms_too_late": more than two years ahead), conflict
  // ("iam.terms_exist": that version, or one from that moment on).
  virtual Task<TermsVersion> publish_terms(const Principal& by, const std::string& version,
                                           const std::string& english, const std::string& french,
                                           Timestamp in_force) = 0;
  // The version in force, then those to come, as the caller stands to them. None: nothing was
  // published.
  virtual Task<std::vector<OwnTerms>> own_terms(const Principal& by) = 0;
  // Safe to repeat. Errors: not_found ("iam.terms_missing"): there is none, or it is past.
  virtual Task<> accept_terms(const Principal& by, const std::string& version) = 0;
};

}  // namespace belfry::iam
