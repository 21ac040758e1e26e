// PUT, GET, HEAD and DELETE of one object.
#include "conditions.h"
#include "errors.h"
#include "events.h"
#include "http/range.h"
#include "multipart.h"
#include "object_fields.h"
#include "payload.h"
#include "route.h"
#include "still_allowed.h"

namespace belfry::s3 {
namespace {

// What a read was found to be, beside its octets.
struct ReadPlan {
  objects::ObjectInfo info;
  std::optional<http::OctetRange> range;
  std::optional<std::uint32_t> part;  // whose range it is
};

// Nothing: the request asks for no part.
Result<std::optional<std::uint32_t>> read_part_number(const http::Request& request) {
  auto text = request.parameter("partNumber");
  if (!text) return std::optional<std::uint32_t>();
  TRY(std::uint32_t number, part_number_of(*text));
  if (request.fields.find("range"))
    return refuse_with("InvalidRequest",
                       "Cannot specify both Range header and partNumber query parameter");
  return std::optional(number);
}

// The octets of a part; an object that was sent whole is its own first part.
Result<std::optional<http::OctetRange>> range_of_part(const objects::ObjectInfo& info,
                                                      std::uint32_t number) {
  std::vector<objects::ObjectInfo::PartExtent> extents = info.part_extents;
  if (info.parts == 0) extents = {{1, info.size}};
  std::uint64_t first = 0;
  for (const auto& extent : extents) {
    if (extent.number != number) {
      first += extent.size.count;
      continue;
    }
    if (info.size == 0_B) return std::optional<http::OctetRange>();
    if (extent.size == 0_B) return refuse("InvalidRange");
    return std::optional(http::OctetRange{first, first + extent.size.count - 1});
  }
  return refuse("InvalidPartNumber", {{"PartNumberRequested", std::to_string(number)},
                                      {"ActualPartCount", std::to_string(extents.size())}});
}

// Conditions, then the range, in the order of RFC 9110, section 13.2.2.
Result<std::optional<objects::Range>> plan_read(const Call& call, const objects::ObjectInfo& info,
                                                ReadPlan& plan) {
  plan.info = info;
  TRY(check_conditions(call.request.fields, info));
  TRY(plan.part, read_part_number(call.request));
  if (plan.part) {
    TRY(plan.range, range_of_part(info, *plan.part));
    if (!plan.range) return std::optional<objects::Range>();
    return std::optional(objects::Range{plan.range->first, plan.range->last});
  }
  http::RangeAnswer answer = http::range_of(call.request.fields, info.size, info.etag);
  if (std::holds_alternative<http::Unsatisfiable>(answer))
    return refuse("InvalidRange",
                  {{"RangeRequested", std::string(call.request.fields.get("range"))},
                   {"ActualObjectSize", std::to_string(info.size.count)}});
  if (auto* range = std::get_if<http::OctetRange>(&answer)) plan.range = *range;
  if (!plan.range) return std::optional<objects::Range>();
  return std::optional(objects::Range{plan.range->first, plan.range->last});
}

Bytes length_of(const ReadPlan& plan) {
  if (plan.range) return Bytes{plan.range->length()};
  return plan.info.size;
}

// An error of plan_read with the fields that belong to it; others as they are.
Task<> answer_refused_read(Call& call, const ReadPlan& plan, Error error) {
  int status = kind_of(error).status;
  if (status == 304) {
    CO_TRY(record_read(call));
    call.response.fields.add("ETag", quoted(plan.info.etag));
    call.response.fields.add("Last-Modified", format_http(plan.info.modified));
    co_return co_await answer_empty(call, 304);
  }
  if (status == 416) call.response.fields.add("Content-Range", http::content_range(plan.info.size));
  co_return std::unexpected(std::move(error));
}

// Of what is read: of a range there is none, but of a part; its type is that of the object.
std::optional<KeptChecksum> checksum_of(const ReadPlan& plan) {
  const objects::ObjectInfo& info = plan.info;
  auto whole = kept_checksum(info.headers);
  if (!plan.range || (plan.part && info.parts == 0)) return whole;
  for (const auto& extent : info.part_extents) {
    if (plan.part != extent.number) continue;
    auto own = kept_checksum(extent.headers);
    if (own && whole) own->type = whole->type;
    return own;
  }
  return std::nullopt;
}

void begin_answer(Call& call, const ReadPlan& plan) {
  http::Response& response = call.response;
  add_object_fields(response, plan.info);
  apply_overrides(response, call.request);
  add_checksum_fields(response, call.request, checksum_of(plan));
  if (!plan.range) return;
  response.status = 206;
  response.fields.add("Content-Range", http::content_range(*plan.range, plan.info.size));
}

}  // namespace

Result<> check_version(const http::Request& request) {
  auto version = request.parameter("versionId");
  if (!version || *version == "null" || version->empty()) return {};
  return refuse("NoSuchVersion", {{"VersionId", std::string(*version)}});
}

Task<> put_object(Call& call) {
  CO_TRY(check_length_said(call.request));
  CO_TRY(auto payload, Payload::make(call));
  CO_TRY(objects::PutRequest put, read_put_request(call, *payload));
  put.headers_of_body = [&payload] { return payload->kept_headers(); };
  CO_TRY(auto share, call.service.in_flight.take(payload->size()));
  CO_TRY(co_await payload->check_empty());
  CO_TRY(objects::ObjectInfo info,
         co_await call.service.store.put(call.bucket, call.key, put, *payload, make_leaf(call)));
  add_stored_fields(call.response, info.etag, *payload);
  co_return co_await answer_empty(call, 200);
}

Task<> get_object(Call& call) {
  CO_TRY(check_version(call.request));
  CO_TRY(check_no_customer_key(call.request.fields));
  CO_TRY(check_overrides(call));
  ReadPlan plan;
  auto choose = [&call, &plan](const objects::ObjectInfo& info) {
    return plan_read(call, info, plan);
  };
  auto reading = co_await call.service.store.open(call.bucket, call.key, choose);
  if (!reading) co_return co_await answer_refused_read(call, plan, std::move(reading.error()));
  Service& service = call.service;
  CO_TRY(
      auto share,
      (is_anonymous(call) ? service.anonymous_in_flight : service.in_flight).take(length_of(plan)));
  // Before the head leaves: an object that cannot be read is an error, not a 200 cut short.
  CO_TRY(View piece, co_await (*reading)->next());
  Bytes length = length_of(plan);
  CO_TRY(record_read(call, {{"size_bytes", std::to_string(length.count)}}));
  begin_answer(call, plan);
  CO_TRY(co_await call.response.start(length));
  while (!piece.empty()) {
    CO_TRY(co_await call.response.write(piece));
    if (is_due_again(call)) CO_TRY(co_await check_read_goes_on(call));
    CO_TRY(piece, co_await (*reading)->next());
  }
  co_return Result<>();
}

Task<> head_object(Call& call) {
  CO_TRY(check_version(call.request));
  CO_TRY(check_no_customer_key(call.request.fields));
  CO_TRY(check_overrides(call));
  CO_TRY(objects::ObjectInfo info, co_await call.service.store.head(call.bucket, call.key));
  ReadPlan plan;
  auto planned = plan_read(call, info, plan);
  if (!planned) co_return co_await answer_refused_read(call, plan, std::move(planned.error()));
  CO_TRY(record_read(call));
  begin_answer(call, plan);
  co_return co_await call.response.start(length_of(plan));
}

Task<> delete_object(Call& call) {
  CO_TRY(check_version(call.request));
  CO_TRY(auto conditions, read_remove_conditions(call.request.fields));
  CO_TRY(co_await call.service.store.remove(call.bucket, call.key, std::move(conditions),
                                            make_leaf(call)));
  co_return co_await answer_empty(call, 204);
}

}  // namespace belfry::s3
