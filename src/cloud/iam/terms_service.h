// The implementation of `Terms`.
#pragma once

#include "core.h"
#include "iam/terms.h"

namespace belfry::iam {

class TermsService : public Terms {
 public:
  explicit TermsService(Core& core) : core_(core) {}

  Task<TermsVersion> publish_terms(const Principal& by, const std::string& version,
                                   const std::string& english, const std::string& french,
                                   Timestamp in_force) override;
  Task<std::vector<OwnTerms>> own_terms(const Principal& by) override;
  Task<> accept_terms(const Principal& by, const std::string& version) override;

  // What a new user has to accept now; nothing if there is nothing in force.
  Result<std::optional<TermsVersion>> in_force(Transaction& transaction);
  // Errors: as accept_terms.
  Result<> accept(Transaction& transaction, const Principal& by, const std::string& version);

 private:
  Core& core_;
};

// SQL: how many versions in force at :now_us the user `u` has not accepted, 0 or 1. The prober is
// nobody who could accept.
inline constexpr std::string_view kTermsDue =
    "(SELECT count(*) FROM terms t WHERE t.in_force_us = (SELECT max(n.in_force_us) FROM terms n "
    "WHERE n.in_force_us <= :now_us) AND NOT EXISTS (SELECT 1 FROM terms_acceptance a WHERE "
    "a.version = t.version AND a.user_id = u.id) AND NOT EXISTS (SELECT 1 FROM tenant o WHERE "
    "o.id = u.tenant_id AND o.probe = 1))";

}  // namespace belfry::iam
