// From a request to its operation:
//
//   STS? (sts.h) -> locate (bucket and key) -> authenticate -> route -> find the bucket ->
//   authorise -> run
//
// Invariants
//  1. No operation runs without a signature that holds and a right that was granted; or, without
//     any, what the bucket's policy opens to everybody (iam::anonymous).
//  2. A change is made only while the ledger can take its event.
//  3. Who does not sign is told nothing of what it may not have: not whether the bucket is there.
//     Who signs learns nothing of another tenant's bucket that has nothing to do with it
//     (may_know.h): it is not there.
//  4. Every failure is an error that S3 has a name for; HEAD gets its status alone.
#include "s3/service.h"

#include "base/text_encoding.h"
#include "call.h"
#include "conditions.h"
#include "errors.h"
#include "events.h"
#include "may_know.h"
#include "route.h"
#include "sts.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

Result<> locate(Call& call) {
  std::string_view path = call.request.path;
  if (!path.starts_with('/') || !is_utf8(path) || path.find('\0') != path.npos)
    return refuse("InvalidURI", {{"URI", call.request.raw_path}});
  path.remove_prefix(1);
  std::size_t slash = std::min(path.find('/'), path.size());
  call.bucket_name = path.substr(0, slash);
  call.key = path.substr(std::min(slash + 1, path.size()));
  if (!call.bucket_name.empty() && !objects::is_bucket_name(call.bucket_name))
    return refuse("InvalidBucketName", {{"BucketName", call.bucket_name}});
  if (call.bucket_name.empty() && !call.key.empty()) return refuse("InvalidBucketName");
  if (call.key.size() > objects::kKeyLengthMax.count)
    return refuse("KeyTooLongError",
                  {{"Size", std::to_string(call.key.size())}, {"MaxSizeAllowed", "1024"}});
  return {};
}

// The bucket of who did not sign, and whether it may do what it asks. A bucket that is not there is
// looked for and decided about like one that is, and the answer is the same.
Task<> find_and_authorize_anonymous(Call& call, const Result<const Operation*>& routed) {
  if (call.bucket_name.empty()) co_return refuse("AccessDenied");
  auto found = co_await call.service.store.find_bucket(call.bucket_name);
  if (!found && !is_missing_bucket(found.error()))
    co_return std::unexpected(std::move(found.error()));
  objects::Bucket bucket = found ? std::move(*found) : objects::Bucket{.name = call.bucket_name};
  call.bucket = std::move(bucket);
  if (routed) call.operation = *routed;
  if (goes_by_tenants_block(call, call.bucket))
    CO_TRY(co_await call.service.iam.public_access().keep_up());
  const std::string_view action = routed ? call.operation->action : std::string_view();
  if (!authorize(call, action, call.bucket, call.key)) co_return refuse("AccessDenied");
  co_return check_expected_owner(call, "x-amz-expected-bucket-owner", call.bucket);
}

// The right to do what the call asks on its bucket.
Task<> authorize_on_bucket(Call& call) {
  const Operation& operation = *call.operation;
  if (goes_by_tenants_block(call, call.bucket))
    CO_TRY(co_await call.service.iam.public_access().keep_up());
  if (!operation.action.empty()) {
    CO_TRY(authorize(call, operation.action, call.bucket, call.key));
  } else if (may_not_know(call, call.bucket)) {
    // A batch asks for each of its keys; here none of them can be granted.
    co_return refuse("AccessDenied");
  }
  // The outcome of a comparison tells what is compared with.
  if (operation.effect == Effect::kWrites && compares_with_stored(call.request.fields))
    CO_TRY(authorize(call, "s3:GetObject", call.bucket, call.key));
  co_return check_expected_owner(call, "x-amz-expected-bucket-owner", call.bucket);
}

// The bucket of the call, and the right to do what it asks.
Task<> find_and_authorize(Call& call) {
  const Operation& operation = *call.operation;
  if (operation.target == Target::kService || operation.target == Target::kNewBucket) {
    objects::Bucket own;
    own.name = operation.target == Target::kService ? "*" : call.bucket_name;
    own.tenant = call.principal.tenant;
    co_return authorize(call, operation.action, own, "");
  }
  auto found = co_await call.service.store.find_bucket(call.bucket_name);
  if (!found && !is_missing_bucket(found.error())) co_return std::unexpected(found.error());
  // One that is not there is decided about like one that is.
  call.bucket = found ? std::move(*found) : objects::Bucket{.name = call.bucket_name};
  auto allowed = co_await authorize_on_bucket(call);
  if (found &&
      (allowed || kind_of(allowed.error()).status != 403 || !may_not_know(call, call.bucket)))
    co_return allowed;
  if (found) record_denial_for_owner(call, call.bucket, call.key, allowed.error());
  record_missing_bucket(call);
  co_return missing_bucket(call.bucket_name);
}

Task<> perform(Call& call) {
  CO_TRY(locate(call));
  CO_TRY(co_await authenticate(call));
  auto routed = route(call);
  if (is_anonymous(call)) {
    CO_TRY(co_await find_and_authorize_anonymous(call, routed));
  } else {
    CO_TRY(call.operation, std::move(routed));
    CO_TRY(co_await find_and_authorize(call));
  }
  if (call.operation->effect == Effect::kWrites && !call.service.ledger.healthy())
    co_return refuse("ServiceUnavailable");
  auto performed = co_await call.operation->run(call);
  // Who may not list the bucket does not learn which keys are there.
  if (!performed && performed.error().message() == "object.missing" && !call.response.started())
    CO_TRY(authorize_absence(call, call.bucket, call.key));
  co_return performed;
}

std::string host_id(const Call& call) {
  return to_base64(as_view("belfry/" + call.request.id));
}

void add_own_fields(Call& call) {
  call.response.fields.add("x-amz-request-id", call.request.id);
  call.response.fields.add("x-amz-id-2", host_id(call));
  call.response.fields.add("Server", "Belfry");
}

// Names what S3 names in its errors.
void add_names(const Call& call, Error& error) {
  // Of a copy it may be the source's.
  if (is_missing_bucket(error))
    error = refuse("NoSuchBucket", {{"BucketName", std::string(error.argument("bucket"))}}).error();
  if (error.message() == "object.missing") error = refuse("NoSuchKey", {{"Key", call.key}}).error();
  if (error.message() == "iam.unknown_key")
    error = refuse("InvalidAccessKeyId", {{"AWSAccessKeyId", call.claim.access_key_id}}).error();
}

Task<> answer_error(Call& call, Error error) {
  add_names(call, error);
  const ErrorKind& kind = kind_of(error);
  if (is_anonymous(call))
    record_refused_anonymous(call, error);
  else if (kind.status == 403)
    record_denial(call, error);
  http::Response& response = call.response;
  // A Content-Range of a 416 stays; an ETag or type that a read had begun with does not.
  auto range = response.fields.find("content-range");
  http::Fields fields;
  if (range && kind.status == 416) fields.add("Content-Range", std::string(*range));
  response.fields = std::move(fields);
  response.status = kind.status;
  add_own_fields(call);
  if (kind.status == 503) response.fields.add("Retry-After", "1");
  if (kind.code == "MethodNotAllowed") response.fields.add("Allow", "GET, HEAD, PUT, POST, DELETE");
  response.fields.add("Content-Type", "application/xml");
  std::string id = host_id(call);
  std::string document = error_document(error, {call.request.path, call.request.id, id});
  if (call.request.method == "HEAD") document.clear();
  co_return co_await response.send(std::move(document));
}

// Of who did not sign, what was served is in the log of the bucket's owner.
void count(const Call& call) {
  const auto& on_served = call.service.options.on_served;
  const TenantId tenant = is_anonymous(call) ? call.bucket.tenant : call.principal.tenant;
  if (on_served && tenant) on_served({tenant, call.request.id, call.now, is_anonymous(call)});
}

Task<> handle(std::shared_ptr<Service> service, http::Request& request, http::Response& response) {
  Call call{*service, request, response, service->clock.now()};
  add_own_fields(call);
  if (is_for_sts(request)) co_return co_await serve_sts(call);
  auto performed = co_await perform(call);
  if (performed || response.started()) {
    count(call);
    co_return performed;
  }
  auto answered = co_await answer_error(call, std::move(performed.error()));
  if (response.status == 403 && !is_anonymous(call)) count(call);
  co_return answered;
}

}  // namespace

Task<> answer_xml(Call& call, std::string document) {
  call.response.fields.add("Content-Type", "application/xml");
  co_return co_await call.response.send(std::move(document));
}

Task<> answer_empty(Call& call, int status) {
  call.response.status = status;
  co_return co_await call.response.send("");
}

http::Handler make_handler(iam::Iam& iam, objects::Store& store, audit::Ledger& ledger,
                           Clock& clock, Options options) {
  std::shared_ptr<Service> service(new Service{iam, store, ledger, clock, std::move(options)});
  return [service](http::Request& request, http::Response& response) {
    return handle(service, request, response);
  };
}

}  // namespace belfry::s3
