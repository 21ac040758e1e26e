// PUT, GET, HEAD and DELETE of one object.
#include "conditions.h"
#include "errors.h"
#include "events.h"
#include "http/range.h"
#include "object_fields.h"
#include "payload.h"
#include "route.h"

namespace belfry::s3 {
namespace {

// What a read was found to be, beside its octets.
struct ReadPlan {
  objects::ObjectInfo info;
  std::optional<http::OctetRange> range;
};

// Conditions, then the range, in the order of RFC 9110, section 13.2.2.
Result<std::optional<objects::Range>> plan_read(const Call& call, const objects::ObjectInfo& info,
                                                ReadPlan& plan) {
  plan.info = info;
  TRY(check_conditions(call.request.fields, info));
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
    call.response.fields.add("ETag", quoted(plan.info.etag));
    call.response.fields.add("Last-Modified", format_http(plan.info.modified));
    co_return co_await answer_empty(call, 304);
  }
  if (status == 416) call.response.fields.add("Content-Range", http::content_range(plan.info.size));
  co_return std::unexpected(std::move(error));
}

void begin_answer(Call& call, const ReadPlan& plan) {
  http::Response& response = call.response;
  add_object_fields(response, plan.info);
  apply_overrides(response, call.request);
  if (!plan.range) return;
  response.status = 206;
  response.fields.add("Content-Range", http::content_range(*plan.range, plan.info.size));
}

// Versions come later: the one there is has the id "null".
Result<> check_version(const http::Request& request) {
  auto version = request.parameter("versionId");
  if (!version || *version == "null" || version->empty()) return {};
  return refuse("NoSuchVersion", {{"VersionId", std::string(*version)}});
}

Result<> check_part_number(const http::Request& request) {
  if (!request.parameter("partNumber")) return {};
  return refuse("NotImplemented");
}

}  // namespace

Task<> put_object(Call& call) {
  CO_TRY(check_length_said(call.request));
  CO_TRY(auto payload, Payload::make(call));
  CO_TRY(objects::PutRequest put, read_put_request(call, *payload));
  CO_TRY(auto share, call.service.in_flight.take(payload->size()));
  CO_TRY(co_await payload->check_empty());
  CO_TRY(objects::ObjectInfo info,
         co_await call.service.store.put(call.bucket, call.key, put, *payload, make_leaf(call)));
  add_stored_fields(call.response, info.etag, *payload);
  co_return co_await answer_empty(call, 200);
}

Task<> get_object(Call& call) {
  CO_TRY(check_version(call.request));
  CO_TRY(check_part_number(call.request));
  ReadPlan plan;
  auto choose = [&call, &plan](const objects::ObjectInfo& info) {
    return plan_read(call, info, plan);
  };
  auto reading = co_await call.service.store.open(call.bucket, call.key, choose);
  if (!reading) co_return co_await answer_refused_read(call, plan, std::move(reading.error()));
  CO_TRY(auto share, call.service.in_flight.take(length_of(plan)));
  // Before the head leaves: an object that cannot be read is an error, not a 200 cut short.
  CO_TRY(View piece, co_await (*reading)->next());
  Bytes length = length_of(plan);
  CO_TRY(record_read(call, {{"size_bytes", std::to_string(length.count)}}));
  begin_answer(call, plan);
  CO_TRY(co_await call.response.start(length));
  while (!piece.empty()) {
    CO_TRY(co_await call.response.write(piece));
    CO_TRY(piece, co_await (*reading)->next());
  }
  co_return Result<>();
}

Task<> head_object(Call& call) {
  CO_TRY(check_version(call.request));
  CO_TRY(check_part_number(call.request));
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
