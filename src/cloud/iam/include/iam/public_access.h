// Who comes without a signature, and what a tenant keeps from the public in all its buckets.
#pragma once

#include "audit/event.h"
#include "base/id.h"
#include "base/result.h"
#include "policy/public_access.h"
#include "runtime/task.h"

#include <vector>

namespace belfry::iam {

struct Principal;

// Nobody known: what buckets' policies allow to everybody, as far as neither the bucket's nor its
// owner's block keeps it back, and of that what reads alone. "anonymous" in logs.
Principal anonymous();

// The settings, for the event of a change.
std::vector<audit::Detail> details_of(const policy::PublicAccessBlock& block);

// Of the caller's own tenant alone: none lifts it for those below. Safe from any thread.
class PublicAccess {
 public:
  virtual ~PublicAccess() = default;

  virtual Task<policy::PublicAccessBlock> find_block(const Principal& by) = 0;
  // By administrators, with a second factor that a session proved lately. Holds for all the
  // tenant's buckets, at once in this process, after at most 6 s in others. The change and its
  // event, with what was before, are one transaction; safe to repeat. Errors: denied
  // ("iam.step_up_needed").
  virtual Task<policy::PublicAccessBlock> set_block(const Principal& by,
                                                    const policy::PublicAccessBlock& block) = 0;

  // What holds for the buckets of `tenant`, asked by the program itself before a policy is attached
  // or read. Everything, of a tenant that is not there.
  virtual Task<policy::PublicAccessBlock> block_of(TenantId tenant) = 0;
  // Sees to it that `authorize` decides by what was set at most 6 s ago in another process.
  // Mostly waits for nothing.
  virtual Task<> keep_up() = 0;
};

}  // namespace belfry::iam
