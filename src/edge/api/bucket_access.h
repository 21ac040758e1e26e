// What the routes of buckets share: the way to a bucket, and the events of what was done there.
#pragma once

#include "objects/store.h"
#include "route.h"

#include <string>
#include <vector>

namespace belfry::api {

std::string bucket_arn(const std::string& bucket);
std::string object_arn(const std::string& bucket, const std::string& key);

// What is said of a bucket that is not there and of one that may not be known alike, once the log
// of who asked has its one line. Errors, instead: retry when that takes nothing.
Error tell_missing(const Call& call, const std::string& bucket, const std::string& key);

// The bucket that the path names, if the caller may do what the route does on `key` in it (the
// bucket itself when empty), by its own rights and the bucket's policy. Another tenant's bucket
// that is not open to the caller looks like none.
Task<objects::Bucket> reach(Call& call, const std::string& key);

// The same of a bucket that was found: by what the owner's tenant set of public access lately.
Task<> permit(Call& call, const objects::Bucket& bucket, const std::string& key);

// As `reach`, to change who else may use it: a session proves its second factor anew.
Task<objects::Bucket> reach_to_open(Call& call);

// Whether its policy lets everybody in, and nothing keeps them out.
bool has_public_policy(const objects::Bucket& bucket);
Task<bool> is_open(Call& call, const objects::Bucket& bucket);

// What the caller is told of `error`: who may not list what begins with `key` does not learn that
// it is not there, as in S3.
Error without_missing_key(const Call& call, const objects::Bucket& bucket, const std::string& key,
                          Error error);

// Makes the leaf of a change to something of `tenant` once its outcome is known.
objects::MakeLeaf leaf_of(const Call& call, TenantId tenant, std::string resource,
                          std::vector<audit::Detail> details = {});

// What was read goes to the log of the tenant that owns it.
Result<> record_read(const Call& call, const objects::Bucket& bucket, std::string resource);

}  // namespace belfry::api
