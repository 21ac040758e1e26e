// Buckets of other tenants that are not there, as far as a caller is told.
#pragma once

#include "call.h"

namespace belfry::s3 {

// Whether the caller, refused, is not told that `bucket` is there, since it has nothing to do with
// it: the bucket is another tenant's, whose policy allows neither the caller's account nor
// everybody anything, and no intervention is open.
bool may_not_know(const Call& call, const objects::Bucket& bucket);

// What is said of a bucket that is not there, and of one that may not be known.
bool is_missing_bucket(const Error& error);
std::unexpected<Error> missing_bucket(std::string_view name);

}  // namespace belfry::s3
