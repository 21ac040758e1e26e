// The policy of a bucket.
#include "errors.h"
#include "events.h"
#include "payload.h"
#include "policy/policy.h"
#include "route.h"
#include "text/catalogue.h"
#include "xml_writer.h"

namespace belfry::s3 {
namespace {

constexpr Bytes kPolicyBodyMax{policy::kDocumentOctetsMax};

// S3's name for what is wrong with a document, and our sentence.
std::unexpected<Error> refuse_policy(const Error& error) {
  const std::string_view code = error.code() == Code::kDenied ? "AccessDenied" : "MalformedPolicy";
  return refuse_with(code, text::text(error, text::Language::kEnglish));
}

std::unexpected<Error> refuse_missing(const Call& call) {
  return refuse("NoSuchBucketPolicy", {{"BucketName", call.bucket.name}});
}

}  // namespace

Task<> get_bucket_policy(Call& call) {
  CO_TRY(record_read(call));
  if (call.bucket.policy.empty()) co_return refuse_missing(call);
  call.response.fields.add("Content-Type", "application/json");
  co_return co_await call.response.send(call.bucket.policy);
}

Task<> put_bucket_policy(Call& call) {
  CO_TRY(Document document, co_await read_document(call, kPolicyBodyMax));
  auto compiled = policy::compile_bucket_policy(document.text, resource_name(call.bucket.name, ""));
  if (!compiled) co_return refuse_policy(compiled.error());
  CO_TRY(const auto of_tenant,
         co_await call.service.iam.public_access().block_of(call.bucket.tenant));
  if (auto held = policy::check_block(**compiled, stricter(call.bucket.block(), of_tenant)); !held)
    co_return refuse_policy(held.error());
  CO_TRY(co_await call.service.store.set_bucket_policy(
      call.bucket, document.text, make_leaf_of_access(call, {{"policy", document.text}})));
  co_return co_await answer_empty(call, 204);
}

Task<> delete_bucket_policy(Call& call) {
  CO_TRY(co_await call.service.store.set_bucket_policy(call.bucket, "", make_leaf_of_access(call)));
  co_return co_await answer_empty(call, 204);
}

Task<> get_bucket_policy_status(Call& call) {
  CO_TRY(record_read(call));
  if (call.bucket.policy.empty()) co_return refuse_missing(call);
  auto compiled = policy::compile(call.bucket.policy, policy::Kind::kResource);
  XmlWriter xml;
  xml.open_root("PolicyStatus");
  xml.element("IsPublic", compiled && policy::is_public(**compiled));
  xml.close("PolicyStatus");
  co_return co_await answer_xml(call, xml.take());
}

}  // namespace belfry::s3
