#include "call.h"
#include "errors.h"
#include "events.h"
#include "list_parameters.h"
#include "s3_facts.h"

namespace belfry::s3 {
namespace {

constexpr std::size_t kSigningKeysMax = 10'000;

std::string name_of(const Claim& claim) {
  return claim.access_key_id + "/" + claim.date + "/" + claim.region + "/" + claim.service;
}

}  // namespace

std::optional<crypto::Digest> SigningKeys::find(const Claim& claim, const std::string& secret) {
  std::string name = name_of(claim);
  std::lock_guard lock(mutex_);
  auto found = entries_.find(name);
  if (found == entries_.end() || found->second.secret != secret) return std::nullopt;
  return found->second.key;
}

void SigningKeys::keep(const Claim& claim, const std::string& secret, const crypto::Digest& key) {
  std::string name = name_of(claim);
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kSigningKeysMax) entries_.clear();
  entries_[std::move(name)] = {secret, key};
}

bool is_anonymous(const Call& call) {
  return call.principal.method == iam::Method::kAnonymous;
}

bool goes_by_tenants_block(const Call& call, const objects::Bucket& bucket) {
  return !bucket.policy.empty() && !bucket.block().restrict_public_buckets &&
         bucket.tenant != call.principal.tenant;
}

Task<> authenticate(Call& call) {
  if (is_unsigned(call.request)) {
    call.principal = iam::anonymous();
    call.principal.source_ip = call.request.peer_ip;
    co_return Result<>();
  }
  CO_TRY(call.claim, read_claim(call.request));
  if (call.claim.service != kS3Service) co_return refuse("AuthorizationHeaderMalformed");
  co_return co_await check_claim(call);
}

namespace {

Result<> check_token(const Call& call, const iam::SigningIdentity& identity) {
  auto checked = iam::check_session_token(identity, call.claim.session_token, call.now);
  if (!checked && checked.error().message() == "iam.wrong_session_token")
    if (auto count = call.service.wrong_signatures.add(call.claim.access_key_id, call.now))
      record_wrong_signature(call, identity.principal.tenant, checked.error(), count);
  return checked;
}

}  // namespace

Task<> check_claim(Call& call) {
  Service& service = call.service;
  CO_TRY(auto identity, co_await service.iam.find_signing_identity(call.claim.access_key_id));
  CO_TRY(check_token(call, identity));
  CO_TRY(check_time(call.claim, call.now));
  auto known = service.signing_keys.find(call.claim, identity.secret);
  call.signing_key = known ? *known
                           : make_signing_key(identity.secret, call.claim.date, call.claim.region,
                                              call.claim.service);
  std::string canonical = canonical_request(call.claim, call.request);
  std::string text = string_to_sign(call.claim, canonical);
  if (!same_signature(sign(call.signing_key, text), call.claim.signature)) {
    const auto wrong =
        refuse("SignatureDoesNotMatch", {{"AWSAccessKeyId", call.claim.access_key_id},
                                         {"StringToSign", text},
                                         {"SignatureProvided", call.claim.signature},
                                         {"CanonicalRequest", canonical}});
    if (auto count = service.wrong_signatures.add(call.claim.access_key_id, call.now))
      record_wrong_signature(call, identity.principal.tenant, wrong.error(), count);
    co_return wrong;
  }
  if (!known) service.signing_keys.keep(call.claim, identity.secret, call.signing_key);
  CO_TRY(check_signed_headers(call.claim, call.request));
  // Not before: until here anybody could have said so.
  call.principal = std::move(identity.principal);
  call.principal.source_ip = call.request.peer_ip;
  co_return Result<>();
}

iam::Resource resource_of(const objects::Bucket& bucket, std::string_view key) {
  return {.name = resource_name(bucket.name, key),
          .tenant = bucket.tenant,
          .policy = bucket.policy,
          .restricts_public = bucket.block().restrict_public_buckets};
}

namespace {

Result<> ask(Call& call, std::string_view action, const objects::Bucket& bucket,
             std::string_view key, const S3Facts& keys) {
  const iam::Context context{call.now, call.request.peer_ip, call.request.secure, &keys};
  return call.service.iam.authorize(call.principal, action, resource_of(bucket, key), context);
}

}  // namespace

Result<> authorize(Call& call, std::string_view action, const objects::Bucket& bucket,
                   std::string_view key) {
  return ask(call, action, bucket, key, S3Facts(call));
}

Result<> authorize_absence(Call& call, const objects::Bucket& bucket, std::string_view key) {
  return ask(call, "s3:ListBucket", bucket, "", S3Facts(call, key));
}

Result<> check_expected_owner(const Call& call, std::string_view field,
                              const objects::Bucket& bucket) {
  auto expected = call.request.fields.find(field);
  if (!expected || *expected == owner_id(bucket.tenant) || *expected == bucket.tenant.text() ||
      *expected == iam::account_of(bucket.tenant))
    return {};
  return refuse("AccessDenied");
}

std::string resource_name(std::string_view bucket, std::string_view key) {
  std::string name = "arn:aws:s3:::";
  name += bucket;
  if (!key.empty()) name.append("/").append(key);
  return name;
}

}  // namespace belfry::s3
