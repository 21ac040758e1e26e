// The implementation of `PublicAccess`.
#pragma once

#include "core.h"
#include "iam/public_access.h"

namespace belfry::iam {

class PublicAccessService : public PublicAccess {
 public:
  explicit PublicAccessService(Core& core) : core_(core) {}

  Task<policy::PublicAccessBlock> find_block(const Principal& by) override;
  Task<policy::PublicAccessBlock> set_block(const Principal& by,
                                            const policy::PublicAccessBlock& block) override;
  Task<policy::PublicAccessBlock> block_of(TenantId tenant) override;
  Task<> keep_up() override;

 private:
  Core& core_;
};

}  // namespace belfry::iam
