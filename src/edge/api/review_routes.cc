// Reviews of rights. Rights are checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Reviews& reviews(const Call& call) {
  return call.host.services.iam.reviews();
}

json to_json(const iam::Review& review) {
  return {{"id", review.id.text()},
          {"tenant", review.tenant.text()},
          {"name", review.name},
          {"scope", name_of(review.scope)},
          {"profile", text_or_null(text_of_id(review.profile))},
          {"opened_by", text_or_null(text_of_id(review.opened_by))},
          {"opened_us", to_us(review.opened)},
          {"due_us", to_us(review.due)},
          {"repeat_days", review.repeat_days},
          {"completed_us", time_or_null(review.completed)},
          {"items", review.items},
          {"pending", review.pending},
          {"alarms", review.alarms}};
}

json to_json(const iam::ReviewItem& item) {
  return {{"id", item.id.text()},
          {"grant", api::to_json(item.grant)},
          {"last_used_us", time_or_null(item.last_used)},
          {"decision", name_of(item.decision)},
          {"reason", item.reason},
          {"decided_by", text_or_null(text_of_id(item.decided_by))},
          {"decided_by_name", text_or_null(item.decided_by_name)},
          {"decided_us", time_or_null(item.decided)},
          {"applied_us", time_or_null(item.applied)},
          {"alarm", text_or_null(item.alarm)}};
}

Result<std::int64_t> days_field(const json& body, const char* name, std::int64_t otherwise) {
  const auto field = body.find(name);
  if (field == body.end() || field->is_null()) return otherwise;
  constexpr std::int64_t kDaysMax = 100'000;
  if (!field->is_number_integer() || field->get<std::int64_t>() < 0 ||
      field->get<std::int64_t>() > kDaysMax)
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return field->get<std::int64_t>();
}

Result<iam::NewReview> wanted_of(const json& body) {
  iam::NewReview wanted;
  TRY(wanted.name, text_field(body, "name"));
  const auto scope = iam::review_scope_named(text_field_or(body, "scope", "all"));
  if (!scope) return fail(Code::kInvalid, "api.bad_parameter", {{"name", "scope"}});
  wanted.scope = *scope;
  if (const std::string profile = text_field_or(body, "profile", ""); !profile.empty()) {
    TRY(wanted.profile, parse_id<iam::ProfileId>(profile));
  }
  TRY(wanted.due_days, days_field(body, "due_days", wanted.due_days));
  TRY(wanted.repeat_days, days_field(body, "repeat_days", wanted.repeat_days));
  const auto reviewers = body.find("reviewers");
  if (reviewers == body.end() || reviewers->is_null()) return wanted;
  if (!reviewers->is_array())
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "reviewers"}});
  for (const json& reviewer : *reviewers) {
    if (!reviewer.is_string())
      return fail(Code::kInvalid, "api.bad_parameter", {{"name", "reviewers"}});
    TRY(const UserId user, parse_id<UserId>(reviewer.get<std::string>()));
    wanted.reviewers.push_back(user);
  }
  return wanted;
}

Task<Answer> list_reviews(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await reviews(call).list_reviews(call.by, std::move(page)));
  json items = json::array();
  for (const auto& review : found.things) items.push_back(to_json(review));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> open_review(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(iam::NewReview wanted, wanted_of(body));
  CO_TRY(auto opened, co_await reviews(call).open(call.by, wanted));
  co_return answer(to_json(opened), 201);
}

Task<Answer> get_review(Call& call) {
  CO_TRY(auto id, parse_id<iam::ReviewId>(call.path[0]));
  CO_TRY(auto found, co_await reviews(call).find_review(call.by, id));
  co_return answer(to_json(found));
}

Task<Answer> list_items(Call& call) {
  CO_TRY(auto id, parse_id<iam::ReviewId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await reviews(call).list_items(call.by, id, std::move(page)));
  json items = json::array();
  for (const auto& item : found.things) items.push_back(to_json(item));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> decide_item(Call& call) {
  CO_TRY(auto review, parse_id<iam::ReviewId>(call.path[0]));
  CO_TRY(auto item, parse_id<iam::ReviewItemId>(call.path[1]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string decision, text_field(body, "decision"));
  if (decision != "keep" && decision != "remove")
    co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "decision"}});
  const std::string reason = text_field_or(body, "reason", "");
  CO_TRY(auto decided,
         co_await reviews(call).decide(call.by, review, item, decision == "keep", reason));
  co_return answer(to_json(decided));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/reviews", "iam:GetReview", list_reviews},
    {"POST", "/api/v1/reviews", "iam:OpenReview", open_review},
    {"GET", "/api/v1/reviews/{review}", "iam:GetReview", get_review},
    {"GET", "/api/v1/reviews/{review}/items", "iam:GetReview", list_items},
    {"PUT", "/api/v1/reviews/{review}/items/{item}", "iam:DecideReview", decide_item},
};

}  // namespace

std::span<const Route> review_routes() {
  return kRoutes;
}

}  // namespace belfry::api
