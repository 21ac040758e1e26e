// The condition keys of a request, for policies.
#pragma once

#include "iam/iam.h"
#include "tenant_tree.h"

#include <string>
#include <vector>

namespace belfry::iam {

// Keys of who asks, from where, and of whose the resource is; others are asked of the protocol.
// Holds references: as long-lived as what it was made from.
class RequestFacts : public policy::Facts {
 public:
  // `owner`: whose the resource is; never zero.
  RequestFacts(const TenantTree& tree, const Principal& principal, const Resource& resource,
               TenantId owner, const Context& context)
      : tree_(tree), principal_(principal), resource_(resource), owner_(owner), context_(context) {}

  std::optional<std::vector<std::string>> find(std::string_view key) const override;
  // Whether the resource is the account of who asks.
  bool is_self() const;

 private:
  std::optional<std::string> find_one(std::string_view key) const;
  std::optional<std::string> find_of_user(std::string_view key) const;
  std::optional<std::string> find_of_session(std::string_view key) const;
  std::vector<std::string> scopes() const;

  const TenantTree& tree_;
  const Principal& principal_;
  const Resource& resource_;
  const TenantId owner_;
  const Context& context_;
};

}  // namespace belfry::iam
