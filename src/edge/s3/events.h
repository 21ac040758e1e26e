// The audit events of S3 requests.
#pragma once

#include "call.h"

namespace belfry::s3 {

// The leaf of a change, with what became of it; sealed for the tenant that owns the bucket. Another
// tenant's user has the event in its own log too.
// `call` outlives the function.
objects::MakeLeaf make_leaf(const Call& call, std::vector<audit::Detail> details = {});
// The same of who may use the bucket, whose time is when it holds and not when the request came.
objects::MakeLeaf make_leaf_of_access(const Call& call, std::vector<audit::Detail> details = {});
// The same, of another key than the call's.
objects::MakeLeaf make_leaf_of_key(const Call& call, std::string key);
// A read that is about to be answered. Errors: ServiceUnavailable when it cannot be recorded.
Result<> record_read(const Call& call, std::vector<audit::Detail> details = {});
// The same of the source of a copy that another tenant owns than the copy's bucket.
Result<> record_source_read(const Call& call, const objects::Bucket& bucket, std::string_view key);
// A denial, in the log of the tenant whose bucket was asked for, and in that of who asked.
void record_denial(const Call& call, const Error& error);
void record_denial(const Call& call, std::string_view key, const Error& error,
                   std::size_t count = 1);
// In the log of who asked alone: that there is no such bucket.
void record_missing_bucket(const Call& call);
// The same in the log of the owner of `bucket` alone, who is another than who asked: of a bucket
// that the call named besides its own, or that who asked is told nothing of. Once a second of a
// key, with how many there were: nobody fills another's log.
void record_denial_for_owner(const Call& call, const objects::Bucket& bucket, std::string_view key,
                             const Error& error);
// `count` requests, this the last, named an access key of `tenant` and were not signed with it, or
// came without its session token.
void record_wrong_signature(const Call& call, TenantId tenant, const Error& error,
                            std::uint64_t count);

// A request that nobody signed and that was not answered, at a bucket that is there: in its owner's
// log, with how many there were, once a second and bucket.
void record_refused_anonymous(const Call& call, const Error& error);

}  // namespace belfry::s3
