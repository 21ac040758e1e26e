// Who can assume the roles of a tenant, and what that gives, put together as `decide` puts it.
#pragma once

#include "core.h"
#include "user_reach.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace belfry::iam {

struct ReadRole {
  RoleId id;
  std::string name, arn;
  bool privileged = false;
  std::vector<std::string> profiles;
  Principal session;                 // one of its sessions, which is not said
  policy::PolicyPtr trust;           // null: it cannot be read, and trusts nobody
  std::vector<std::string> issuers;  // of those that it trusts, the ARNs that are for programs
};

// The roles of a tenant, by name.
Result<std::vector<ReadRole>> read_roles(Core& core, Transaction& transaction, TenantId tenant);

// `session` of a role, in a request of its own.
Principal session_named(const ReadRole& role, const std::string& session);

// Whether `who`, a user of the role's tenant or a session of its roles, may assume it.
UserReach find_assumption(const TenantTree& tree, const Principal& who, const ReadRole& role,
                          const Context* context = nullptr);

// Whom it trusts besides users of its tenant and sessions of its roles: as far as it says.
std::vector<TrustedOther> find_others(const ReadRole& role);

// Ways to roles, of one question: remembers which role's sessions can assume which.
class RoleWays {
 public:
  // Both outlive it.
  RoleWays(const TenantTree& tree, const std::vector<ReadRole>& roles)
      : tree_(tree), roles_(roles) {}

  // To each role that `user` can assume, itself or in sessions of others; the surest and of those
  // the shortest. In the order of the roles.
  std::vector<RoleWay> of(const Principal& user);
  // The roles whose sessions can assume the role at once.
  std::vector<TrustedOther> chained_to(std::size_t role);

 private:
  struct Found {
    policy::Certainty certainty = policy::Certainty::kNever;
    bool needs_second_factor = false;
    std::optional<std::size_t> before{};  // the role in whose session; nothing: the user itself
  };

  const UserReach& step(std::size_t from, std::size_t to);
  void spread(std::vector<Found>& found, policy::Certainty least);

  const TenantTree& tree_;
  const std::vector<ReadRole>& roles_;
  std::map<std::pair<std::size_t, std::size_t>, UserReach> steps_;
};

}  // namespace belfry::iam
