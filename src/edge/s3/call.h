// One S3 request on its way: what is known of it so far.
#pragma once

#include "aws_chunked.h"
#include "in_flight.h"
#include "policy/compiled_policies.h"
#include "runtime/counted_repeats.h"
#include "s3/service.h"
#include "signature.h"
#include "signing_keys.h"

#include <string>

namespace belfry::s3 {

struct Operation;

// Of bodies on their way: some 400 large ones.
inline constexpr Bytes kInFlightMax = 512_MiB;
// Of what nobody signed: some 50 large ones. It takes nothing from those who sign.
inline constexpr Bytes kAnonymousInFlightMax = 64_MiB;
// Of refusals to who need not be known: anybody can bring them about, and must not fill a log.
inline constexpr Duration kRefusalsToldEvery = std::chrono::seconds(1);

// What all requests share. Safe from any thread.
struct Service {
  iam::Iam& iam;
  objects::Store& store;
  audit::Ledger& ledger;
  Clock& clock;
  Options options;
  SigningKeys signing_keys{};
  policy::CompiledPolicies bucket_policies{policy::Kind::kResource};
  CountedRepeats wrong_signatures{kRefusalsToldEvery};  // by the id of the key that was claimed
  // By the name of the bucket, which is there; of who signed, by the key too.
  CountedRepeats refused_anonymous{kRefusalsToldEvery};
  CountedRepeats refused_strangers{kRefusalsToldEvery};
  InFlight in_flight{kInFlightMax};
  InFlight anonymous_in_flight{kAnonymousInFlightMax};
};

// Filled from above to below; see service.cc.
struct Call {
  Service& service;
  http::Request& request;
  http::Response& response;
  Timestamp now;

  std::string bucket_name, key;  // empty: none in the path
  Claim claim;
  crypto::Digest signing_key{};
  iam::Principal principal;
  const Operation* operation = nullptr;
  objects::Bucket bucket;   // of operations on one
  Timestamp asked_again{};  // when it was last allowed, while its body runs: still_allowed.h
};

// "arn:aws:s3:::bucket/key"
std::string resource_name(std::string_view bucket, std::string_view key);

// What a decision about a bucket's object (empty: about the bucket) is asked of. It outlives
// neither.
iam::Resource resource_of(const objects::Bucket& bucket, std::string_view key);

// Whether the signature holds; fills claim and signing_key, and principal once it does. A request
// that says nothing of a signature is anonymous.
Task<> authenticate(Call& call);
bool is_anonymous(const Call& call);
// Whether what the caller may do there depends on what the bucket's tenant keeps from the public:
// `iam::PublicAccess::keep_up` comes before `authorize` then.
bool goes_by_tenants_block(const Call& call, const objects::Bucket& bucket);
// The same of a claim that was read already.
Task<> check_claim(Call& call);
// Whether the principal may do `action` on the object `key` of `bucket` (empty: the bucket).
Result<> authorize(Call& call, std::string_view action, const objects::Bucket& bucket,
                   std::string_view key);
// Whether the principal may learn that `key` of `bucket` is not there: who may list what begins
// with it.
Result<> authorize_absence(Call& call, const objects::Bucket& bucket, std::string_view key);

// Whether `bucket` belongs to whom `field` expects, if the request has it: a safeguard against a
// bucket that somebody else made under the same name. Owners are named as listings name them, or
// by the tenant's id. Errors: AccessDenied.
Result<> check_expected_owner(const Call& call, std::string_view field,
                              const objects::Bucket& bucket);

// Answers, with S3's own fields.
Task<> answer_xml(Call& call, std::string document);
Task<> answer_empty(Call& call, int status);

}  // namespace belfry::s3
