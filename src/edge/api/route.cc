#include "route.h"

#include "base/json_text.h"
#include "base/text_encoding.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace belfry::api {
namespace {

constexpr std::size_t kBodyMax = 64 << 10;
constexpr std::size_t kBodyDepthMax = 32;

// The next segment of a path, taken off its front. Both start with a slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// The placeholders' values if `raw_path` has the shape of `pattern`. {name...} takes what is left.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view raw_path) {
  std::vector<std::string> values;
  while (pattern.starts_with('/') && raw_path.starts_with('/')) {
    std::string_view expected = take_segment(pattern);
    if (expected.ends_with("...}")) {
      auto rest = percent_decode(raw_path.substr(1));
      if (!rest) return std::nullopt;
      values.push_back(std::move(*rest));
      return values;
    }
    auto found = percent_decode(take_segment(raw_path));
    if (!found) return std::nullopt;
    if (expected.starts_with('{')) {
      if (found->empty()) return std::nullopt;
      values.push_back(std::move(*found));
    } else if (expected != *found) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !raw_path.empty()) return std::nullopt;
  return values;
}

}  // namespace

std::span<const std::span<const Route>> all_routes() {
  static const std::array groups = {
      session_routes(),       factor_routes(),        people_routes(),
      invitation_routes(),    terms_routes(),         tenant_routes(),
      factor_reset_routes(),  lost_password_routes(), service_account_routes(),
      profile_routes(),       role_routes(),          access_routes(),
      reach_routes(),         review_routes(),        bucket_routes(),
      bucket_policy_routes(), disk_routes(),          annex_routes(),
      topology_routes(),      audit_routes(),         root_log_routes(),
      intervention_routes(),  issuer_routes(),        factor_rule_routes(),
      delegation_routes(),    public_access_routes(), hold_routes(),
      person_routes(),        attestation_routes(),   register_routes(),
      checklist_routes()};
  return groups;
}

bool is_read(const Route& route) {
  return route.method == "GET" || route.telling == Telling::kRead;
}

Match find_route(std::string_view method, std::string_view raw_path) {
  Match found;
  for (std::span<const Route> routes : all_routes()) {
    for (const Route& route : routes) {
      auto values = match(route.pattern, raw_path);
      if (!values) continue;
      if (route.method == method) return {&route, std::move(*values), {}};
      found.allow += (found.allow.empty() ? "" : ", ") + std::string(route.method);
    }
  }
  return found;
}

iam::Context Call::context() const {
  return {host.services.clock.now(), request.peer_ip, request.secure};
}

Result<> Call::ask(std::string_view needed, const iam::Resource& resource,
                   const RequestKeys& keys) const {
  iam::Context asked = context();
  asked.protocol = &keys;
  return host.services.iam.authorize(by, needed, resource, asked);
}

Result<> Call::authorize(std::string_view needed, const iam::Resource& resource,
                         const RequestKeys& keys) const {
  auto allowed = ask(needed, resource, keys);
  if (allowed) {
    if (by.request) by.request->allow_on(resource.tenant, resource.name);
    return {};
  }
  return std::unexpected(refusal(resource.name, std::move(allowed.error())));
}

Error Call::refusal(std::string resource, Error error, std::vector<audit::Detail> details) const {
  audit::Event refused = event(std::move(resource));
  refused.outcome = audit::Outcome::kFailure;
  refused.reason = error.message();
  std::ranges::move(details, std::back_inserter(refused.details));
  auto recorded = host.services.ledger.record_read(by.tenant, std::move(refused));
  if (by.request) by.request->note_refusal();
  return recorded ? std::move(error) : std::move(recorded.error());
}

audit::Event Call::event(std::string resource) const {
  audit::Event event;
  event.time = host.services.clock.now();
  event.action = action;
  event.actor = by.name;
  event.actor_id = by.user;
  event.source_ip = request.peer_ip;
  event.resource = std::move(resource);
  event.details = {{"request_id", request.id}};
  return event;
}

Result<> Call::record_read() const {
  return api::record_read(*this);
}

Task<std::string> Call::read_text(std::size_t octets_max) {
  std::string text;
  std::array<std::byte, 4096> piece;
  while (text.size() <= octets_max) {
    CO_TRY(std::size_t got, co_await request.body->read(piece));
    if (got == 0) break;
    text.append(as_text(View(piece).first(got)));
  }
  text.resize(std::min(text.size(), octets_max + 1));
  co_return text;
}

Task<nlohmann::json> Call::read_body() {
  CO_TRY(std::string text, co_await read_text(kBodyMax));
  if (text.size() > kBodyMax) co_return fail(Code::kInvalid, "api.body_too_large");
  if (const auto fault = fault_of_json(text, kBodyDepthMax)) {
    if (fault->kind == JsonFault::Kind::kNameTwice)
      co_return fail(Code::kInvalid, "api.name_twice", {{"name", fault->name}});
    co_return fail(Code::kInvalid, "api.malformed_body");
  }
  auto body = nlohmann::json::parse(text, nullptr, false);
  if (!body.is_object()) co_return fail(Code::kInvalid, "api.malformed_body");
  co_return body;
}

std::string Call::parameter(std::string_view name) const {
  return std::string(request.parameter(name).value_or(""));
}

Result<std::int64_t> Call::number(std::string_view name, std::int64_t otherwise) const {
  auto text = request.parameter(name);
  if (!text || text->empty()) return otherwise;
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < 0)
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", std::string(name)}});
  return value;
}

Answer answer(const nlohmann::json& body, int status) {
  // Names that come from outside may hold any octets; what is not UTF-8 is replaced.
  return {status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), {}};
}

Result<std::string> text_field(const nlohmann::json& body, const char* name) {
  auto field = body.find(name);
  if (field == body.end() || !field->is_string())
    return fail(Code::kInvalid, "api.missing_field", {{"name", name}});
  return field->get<std::string>();
}

std::string text_field_or(const nlohmann::json& body, const char* name,
                          std::string_view otherwise) {
  auto field = body.find(name);
  return std::string(field != body.end() && field->is_string() ? field->get<std::string>()
                                                               : otherwise);
}

}  // namespace belfry::api
