#include "call.h"
#include "errors.h"

namespace belfry::s3 {
namespace {

constexpr std::size_t kSigningKeysMax = 10'000;

}  // namespace

crypto::Digest SigningKeys::find(const Claim& claim, const std::string& secret) {
  std::string name = claim.access_key_id + "/" + claim.date + "/" + claim.region;
  {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(name);
    if (found != entries_.end() && found->second.secret == secret) return found->second.key;
  }
  crypto::Digest key = make_signing_key(secret, claim.date, claim.region);
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kSigningKeysMax) entries_.clear();
  entries_[name] = {secret, key};
  return key;
}

Task<> authenticate(Call& call) {
  CO_TRY(call.claim, read_claim(call.request));
  CO_TRY(auto identity, co_await call.service.iam.find_signing_identity(call.claim.access_key_id));
  call.principal = std::move(identity.principal);
  CO_TRY(check_time(call.claim, call.now));
  call.signing_key = call.service.signing_keys.find(call.claim, identity.secret);
  std::string canonical = canonical_request(call.claim, call.request);
  std::string text = string_to_sign(call.claim, canonical);
  if (!same_signature(sign(call.signing_key, text), call.claim.signature))
    co_return refuse("SignatureDoesNotMatch", {{"AWSAccessKeyId", call.claim.access_key_id},
                                               {"StringToSign", text},
                                               {"SignatureProvided", call.claim.signature},
                                               {"CanonicalRequest", canonical}});
  co_return check_signed_headers(call.claim, call.request);
}

Result<> authorize(Call& call, std::string_view action, const objects::Bucket& bucket,
                   std::string_view key) {
  iam::Resource resource{resource_name(bucket.name, key), bucket.tenant};
  iam::Context context{call.now, call.request.peer_ip, call.request.secure};
  return call.service.iam.authorize(call.principal, action, resource, context);
}

std::string resource_name(std::string_view bucket, std::string_view key) {
  std::string name = "arn:aws:s3:::";
  name += bucket;
  if (!key.empty()) name.append("/").append(key);
  return name;
}

}  // namespace belfry::s3
