// Buckets and objects for the console and programs; S3 clients use edge/s3.
#include "authenticate.h"
#include "base/text_encoding.h"
#include "bucket_access.h"
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::api {
namespace {

using nlohmann::json;

Task<json> shape_of(Call& call, const objects::Bucket& bucket) {
  json shape = to_json(bucket, call.host.services.topology);
  CO_TRY(shape["is_open"], co_await is_open(call, bucket));
  co_return shape;
}

Task<Answer> list_buckets(Call& call) {
  CO_TRY(call.authorize({bucket_arn("*"), call.by.tenant}));
  CO_TRY(auto asked, page_request(call));
  CO_TRY(auto buckets, co_await call.host.services.objects.list_buckets(call.by.tenant));
  std::string next =
      cut_to_page(buckets, asked, [](const objects::Bucket& bucket) { return bucket.name; });
  json items = json::array();
  for (auto& bucket : buckets) {
    CO_TRY(json item, co_await shape_of(call, bucket));
    items.push_back(std::move(item));
  }
  co_return answer(page_of(std::move(items), next));
}

Task<Answer> create_bucket(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  if (body.contains("placement")) co_return fail(Code::kInvalid, "api.placement_is_fixed");
  CO_TRY(call.authorize({bucket_arn(name), call.by.tenant}));
  auto leaf = leaf_of(call, call.by.tenant, bucket_arn(name));
  CO_TRY(auto bucket, co_await call.host.services.objects.create_bucket(call.by.tenant, name,
                                                                        std::nullopt, leaf));
  CO_TRY(json shape, co_await shape_of(call, bucket));
  co_return answer(shape, 201);
}

Task<Answer> get_bucket(Call& call) {
  CO_TRY(auto bucket, co_await reach(call, ""));
  CO_TRY(record_read(call, bucket, bucket_arn(bucket.name)));
  CO_TRY(json shape, co_await shape_of(call, bucket));
  co_return answer(shape);
}

Task<Answer> delete_bucket(Call& call) {
  CO_TRY(auto bucket, co_await reach(call, ""));
  auto leaf = leaf_of(call, bucket.tenant, bucket_arn(bucket.name));
  CO_TRY(co_await call.host.services.objects.delete_bucket(bucket, leaf));
  co_return Answer::none();
}

Task<Answer> list_objects(Call& call) {
  CO_TRY(auto bucket, co_await reach(call, ""));
  objects::ListRequest request{call.parameter("prefix"), call.parameter("delimiter"),
                               call.parameter("cursor"), 100};
  CO_TRY(request.limit, page_limit(call));
  CO_TRY(auto page, co_await call.host.services.objects.list(bucket, request));
  json items = json::array();
  for (auto& object : page.objects) items.push_back(to_json(object));
  json body = page_of(std::move(items), page.truncated ? page.next : "");
  body["common_prefixes"] = page.common_prefixes;
  CO_TRY(record_read(call, bucket, bucket_arn(bucket.name)));
  co_return answer(body);
}

// "bytes=0-99", "bytes=100-", "bytes=-100" (RFC 9110, section 14.1.2); several ranges, or other
// units, are served whole.
Result<std::optional<objects::Range>> range_of(std::string_view field, Bytes size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!field.starts_with(kUnit) || field.contains(',')) return std::nullopt;
  field.remove_prefix(kUnit.size());
  auto dash = field.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto number = [](std::string_view text) {
    std::optional<std::uint64_t> value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc() || end != text.data() + text.size()) value.reset();
    return value;
  };
  auto first = number(field.substr(0, dash)), last = number(field.substr(dash + 1));
  if (!first && !last) return std::nullopt;
  if (!first) {
    first = size.count - std::min(size.count, *last);
    last = size.count - 1;
  }
  if (*first >= size.count || (last && *last < *first))
    return fail(Code::kInvalid, "api.bad_range", {{"size", std::to_string(size.count)}});
  std::uint64_t end = std::min(last.value_or(size.count - 1), size.count - 1);
  return objects::Range{*first, end};
}

// As an attachment: a customer's file never runs as a page of the console.
void describe_download(http::Response& response, const objects::ObjectInfo& info) {
  std::string name = info.key.substr(info.key.rfind('/') + 1);
  http::Fields& fields = response.fields;
  fields.set("Content-Type", "application/octet-stream");
  fields.set("Content-Disposition",
             "attachment; filename*=UTF-8''" + percent_encode(name, Slash::kEncode));
  fields.set("Content-Security-Policy", "sandbox; default-src 'none'");
  fields.set("ETag", "\"" + info.etag + "\"");
  fields.set("Last-Modified", format_http(info.modified));
  fields.set("Accept-Ranges", "bytes");
}

Task<Answer> get_object(Call& call) {
  const std::string& key = call.path[1];
  CO_TRY(auto bucket, co_await reach(call, key));
  std::optional<objects::Range> range;
  auto choose = [&](const objects::ObjectInfo& info) {
    auto chosen = range_of(call.request.fields.get("range"), info.size);
    if (chosen) range = *chosen;
    return chosen;
  };
  auto opened = co_await call.host.services.objects.open(bucket, key, choose);
  if (!opened) co_return std::unexpected(without_missing_key(call, bucket, key, opened.error()));
  auto reading = *std::move(opened);
  if (range) call.response.status = 206;
  CO_TRY(record_read(call, bucket, object_arn(bucket.name, key)));
  const objects::ObjectInfo& info = reading->info();
  describe_download(call.response, info);
  Bytes length = info.size;
  if (range) {
    length = {range->last - range->first + 1};
    call.response.fields.set("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                  std::to_string(range->last) + "/" +
                                                  std::to_string(info.size.count));
  }
  CO_TRY(co_await call.response.start(length));
  bool more = call.request.method != "HEAD";
  StillAllowed allowed(call, bucket, key);
  while (more) {
    CO_TRY(co_await allowed.check());
    CO_TRY(View piece, co_await reading->next());
    more = !piece.empty();
    if (more) CO_TRY(co_await call.response.write(piece));
  }
  co_return Answer::sent();
}

Task<Answer> put_object(Call& call) {
  const std::string& key = call.path[1];
  CO_TRY(auto bucket, co_await reach(call, key));
  objects::PutRequest request;
  request.content_type = std::string(call.request.fields.get("content-type"));
  request.size = call.request.content_length;
  if (!request.size) co_return fail(Code::kInvalid, "api.length_required");
  if (*request.size > objects::kPutSizeMax) co_return fail(Code::kInvalid, "object.too_large");
  request.conditions.if_none_match_any = call.request.fields.get("if-none-match") == "*";
  auto leaf = leaf_of(call, bucket.tenant, object_arn(bucket.name, key));
  StillAllowed allowed(call, bucket, key);
  AllowedBody body(*call.request.body, allowed);
  CO_TRY(auto info, co_await call.host.services.objects.put(bucket, key, request, body, leaf));
  co_return answer(to_json(info));
}

Task<Answer> delete_object(Call& call) {
  const std::string& key = call.path[1];
  CO_TRY(auto bucket, co_await reach(call, key));
  auto leaf = leaf_of(call, bucket.tenant, object_arn(bucket.name, key));
  CO_TRY(co_await call.host.services.objects.remove(bucket, key, leaf));
  co_return Answer::none();
}

// Whose bucket it is sees the object; the provider's staff learns of a customer's object how large
// it is and where it lies, not what it is.
Task<Answer> locate(Call& call) {
  const Services& services = call.host.services;
  const std::string& name = call.path[0];
  const std::string& key = call.path[1];
  std::string arn = object_arn(name, key);
  auto sought = co_await services.objects.find_bucket(name);
  if (!sought && sought.error().message() == "bucket.missing")
    co_return std::unexpected(tell_missing(call, name, key));
  CO_TRY(const auto bucket, std::move(sought));
  // A guest whom the bucket's policy lets read learns nothing of where it lies.
  bool is_own = bucket.tenant == call.by.tenant &&
                call.ask("s3:GetObject", {arn, bucket.tenant, bucket.policy}).has_value();
  if (!is_own) {
    const bool may_know = bucket.tenant == call.by.tenant || call.is_provider_staff();
    if (!may_know && !call.ask(call.action, {arn, services.provider}))
      co_return std::unexpected(tell_missing(call, name, key));
    CO_TRY(call.authorize({arn, services.provider}));
  }
  auto found = co_await services.objects.head(bucket, key);
  if (!found && is_own)
    co_return std::unexpected(without_missing_key(call, bucket, key, found.error()));
  CO_TRY(auto info, std::move(found));
  CO_TRY(auto copies, co_await services.objects.where(bucket, key));
  CO_TRY(record_read(call, bucket, arn));
  Audience audience = call.is_provider_staff() ? Audience::kStaff : Audience::kOutsider;
  json items = json::array();
  for (auto& copy : copies) items.push_back(to_json(copy, services.topology, audience));
  json body = {{"placement", to_json(bucket.placement, services.topology)},
               {"copies", std::move(items)}};
  if (is_own)
    body["object"] = to_json(info);
  else
    body["size_bytes"] = info.size.count;
  co_return answer(body);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/buckets", "s3:ListAllMyBuckets", list_buckets},
    {"POST", "/api/v1/buckets", "s3:CreateBucket", create_bucket},
    {"GET", "/api/v1/buckets/{bucket}", "s3:ListBucket", get_bucket},
    {"DELETE", "/api/v1/buckets/{bucket}", "s3:DeleteBucket", delete_bucket},
    {"GET", "/api/v1/buckets/{bucket}/objects", "s3:ListBucket", list_objects},
    {"GET", "/api/v1/buckets/{bucket}/objects/{key}", "s3:GetObject", get_object},
    {"PUT", "/api/v1/buckets/{bucket}/objects/{key}", "s3:PutObject", put_object},
    {"DELETE", "/api/v1/buckets/{bucket}/objects/{key}", "s3:DeleteObject", delete_object},
    {"GET", "/api/v1/buckets/{bucket}/copies/{key}", "disk:LocateObject", locate},
};

}  // namespace

std::span<const Route> bucket_routes() {
  return kRoutes;
}

}  // namespace belfry::api
