// A compiled document: its statements, found by action.
#pragma once

#include "arn.h"
#include "condition.h"
#include "pattern.h"
#include "policy/policy.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace belfry::policy {

enum class Effect { kAllow, kDeny };

// How an element lists what it is about: these (Action), or all but these (NotAction).
enum class Listed { kThese, kAllButThese };

// How near to the caller a Principal element comes.
enum class Naming {
  kNot,        // it does not name the caller
  kByAccount,  // it names the caller's account, which decides by its own policies
  kByRole,     // it names the role or user whose session the caller is
  kDirectly,   // it names the caller, or everybody
};

struct Principals {
  bool everybody = false;
  std::vector<std::string> accounts;
  std::vector<std::string> arns;
  // Of a trust policy alone: an issuer whose tokens are let in (federation.h). It is no caller.
  std::string issuer;

  Naming naming(const Caller& caller) const;
};

struct Statement {
  std::string name;  // its Sid, or its place
  Effect effect = Effect::kDeny;
  Listed actions_are = Listed::kThese;
  std::vector<Pattern> actions;  // in lower case
  Listed resources_are = Listed::kThese;
  std::vector<ResourcePattern> resources;
  Listed principals_are = Listed::kThese;
  Principals principals;  // of a resource's policy alone
  std::vector<Condition> conditions;

  // `action` in lower case.
  bool is_about_action(std::string_view action, const KnownFacts& facts) const;
  // `arn`: the parts of `resource`, when it is one.
  bool is_about_resource(std::string_view resource, const std::optional<Arn>& arn,
                         const KnownFacts& facts) const;
  bool holds(const KnownFacts& facts) const;
  Naming naming(const Caller& caller) const;
  // Whether it allows something to every principal, whatever conditions say.
  bool lets_everybody() const {
    return effect == Effect::kAllow &&
           (principals.everybody || principals_are == Listed::kAllButThese);
  }
  // Of a Deny: whether it is about who comes with a token of the issuer. One for everybody, or for
  // all but some, is.
  bool keeps_out(std::string_view issuer) const;
};

class Policy {
 public:
  Policy(Kind kind, std::vector<Statement> statements);

  Kind kind() const { return kind_; }
  const std::vector<Statement>& statements() const { return statements_; }
  bool is_public() const { return is_public_; }

  // Calls `visit` with each statement that may be about `action` (in lower case), some perhaps
  // twice.
  template <class Visit>
  void each_candidate(std::string_view action, Visit visit) const {
    if (auto [at, end] = by_action_.equal_range(action); at != end)
      for (; at != end; ++at) visit(statements_[at->second]);
    for (std::uint32_t index : by_pattern_) visit(statements_[index]);
  }

 private:
  Kind kind_;
  std::vector<Statement> statements_;
  bool is_public_ = false;  // asked for with each request
  // Statements that name this very action; those with a wildcard or NotAction are in by_pattern_.
  std::multimap<std::string, std::uint32_t, std::less<>> by_action_;
  std::vector<std::uint32_t> by_pattern_;
};

}  // namespace belfry::policy
