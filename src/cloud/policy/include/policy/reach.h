// Which of many requests policies allow: over the same compiled policies that `decide` reads, with
// what is not known of the requests left open.
#pragma once

#include "policy/policy.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::policy {

// Of all requests that are meant: none, some perhaps, each.
enum class Certainty { kNever, kMaybe, kAlways };

// One resource, or all whose names begin so.
enum class Extent { kExactly, kAllThatBegin };

// What is known of all the requests alike. Of a key that is not known, nothing is said.
class PartialFacts : public Facts {
 public:
  virtual bool is_known(std::string_view key) const = 0;  // in lower case
};

struct Requests {
  std::string_view action;    // "s3:GetObject"
  std::string_view resource;  // "arn:aws:s3:::bucket/photos/"
  Extent extent = Extent::kExactly;
  std::string_view owner;  // account of the resource
  Caller caller;
  // kAllThatBegin: whoever has an ARN that begins with the caller's, as the sessions of a role have
  // "arn:aws:sts::000000000002:assumed-role/backup/".
  Extent callers = Extent::kExactly;
  const PartialFacts& facts;
};

// Which policy of a PolicySet.
enum class Layer { kIdentity, kBoundary, kResource };

// A statement that bears on some of the requests.
struct Bearing {
  Layer layer = Layer::kIdentity;
  std::size_t policy = 0;  // of PolicySet::identity: which
  std::string statement;   // its Sid, or "Statement[2]"
  bool is_deny = false;
  Certainty certainty = Certainty::kMaybe;
  std::vector<std::string> conditions;  // those that are not known to hold
};

struct Reach {
  Certainty certainty = Certainty::kNever;
  std::vector<Bearing> bearings;
};

// What `decide` would say of the requests. kNever: it allows none of them; kAlways: it allows each.
// Where that cannot be told, or takes more work than kStepsMax, kMaybe. Sessions that were narrowed
// are not among the questions: `policies.session` is empty.
Reach find_reach(const PolicySet& policies, const Requests& requests);

// A principal of a resource's policy that an Allow names: an account, an ARN, or "*".
struct NamedPrincipal {
  std::string name;
  std::string statement;
  Certainty certainty = Certainty::kMaybe;  // of the statement for the requests
  std::vector<std::string> conditions;
};
// Whom the statements of `policy` that allow some of the requests name. `requests.caller` does not
// matter. A statement for all but some is told as "*".
std::vector<NamedPrincipal> named_principals(const Policy& policy, const Requests& requests);

// The same of the issuers whose tokens a trust policy lets in; `requests` are about the action of
// assuming a role so. Those that it keeps out whatever they say are left out.
std::vector<NamedPrincipal> named_issuers(const Policy& trust, const Requests& requests);

}  // namespace belfry::policy
