// The provider's terms: published, read, accepted.
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {

using nlohmann::json;

json to_json(const iam::TermsVersion& terms) {
  return {{"version", terms.version},
          {"text", {{"en", terms.english}, {"fr", terms.french}}},
          {"published_us", to_us(terms.published)},
          {"in_force_us", to_us(terms.in_force)}};
}

namespace {

Task<Answer> list_terms(Call& call) {
  CO_TRY(auto found, co_await call.host.services.iam.terms().own_terms(call.by));
  json items = json::array();
  for (const iam::OwnTerms& own : found) {
    items.push_back(to_json(own.terms));
    items.back()["accepted_us"] = time_or_null(own.accepted);
  }
  co_return answer({{"items", std::move(items)}});
}

Task<Answer> publish_terms(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string version, text_field(body, "version"));
  auto text = body.find("text");
  if (text == body.end() || !text->is_object())
    co_return fail(Code::kInvalid, "api.missing_field", {{"name", "text"}});
  CO_TRY(std::string english, text_field(*text, "en"));
  CO_TRY(std::string french, text_field(*text, "fr"));
  Timestamp in_force = call.host.services.clock.now();
  if (auto us = body.find("in_force_us"); us != body.end() && !us->is_null()) {
    if (!us->is_number_integer() || *us < 1)
      co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "in_force_us"}});
    in_force = from_us(us->get<std::int64_t>());
  }
  CO_TRY(auto made, co_await call.host.services.iam.terms().publish_terms(call.by, version, english,
                                                                          french, in_force));
  co_return answer(to_json(made), 201);
}

Task<Answer> accept_terms(Call& call) {
  CO_TRY(co_await call.host.services.iam.terms().accept_terms(call.by, call.path[0]));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/terms", "iam:GetTerms", list_terms},
    {"POST", "/api/v1/terms", "iam:PublishTerms", publish_terms},
    {"PUT", "/api/v1/terms/{version}/acceptance", "iam:AcceptTerms", accept_terms},
};

}  // namespace

std::span<const Route> terms_routes() {
  return kRoutes;
}

}  // namespace belfry::api
