// The condition keys of a request, for policies.
#pragma once

#include "iam/iam.h"

#include <string>
#include <vector>

namespace belfry::iam {

// Keys of who asks, from where, and of whose the resource is; others are asked of the protocol.
// Holds references: as long-lived as what it was made from.
class RequestFacts : public policy::Facts {
 public:
  RequestFacts(const Principal& principal, const Context& context, TenantId owner,
               const std::vector<std::string>& scopes)
      : principal_(principal), context_(context), owner_(owner), scopes_(scopes) {}

  std::optional<std::vector<std::string>> find(std::string_view key) const override;

 private:
  std::optional<std::string> find_one(std::string_view key) const;

  const Principal& principal_;
  const Context& context_;
  const TenantId owner_;
  const std::vector<std::string>& scopes_;
};

}  // namespace belfry::iam
