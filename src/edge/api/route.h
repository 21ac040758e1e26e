// How a request finds its route, and what a route gets and gives.
#pragma once

#include "access_log.h"
#include "api/service.h"
#include "jobs.h"
#include "problem.h"
#include "request_keys.h"
#include "searches.h"
#include "static_files.h"
#include "tenant_places.h"

#include <nlohmann/json_fwd.hpp>

#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::api {

// What handlers share: the services and the work that outlasts a request.
struct Host {
  Host(Services given, Options chosen)
      : services(std::move(given)),
        options(std::move(chosen)),
        console(options.console_directory) {}

  Services services;
  Options options;
  StaticFiles console;
  Jobs jobs;
  // Requests that wait for events: each looks into its log again and again.
  TenantPlaces followers{{.of_all = 200, .of_tenant = 50}};
  Searches searches;
  AccessLog access_log;
  CountedRepeats refused_strangers{std::chrono::seconds(1)};  // by credential and bucket
  // Holds that look at what came since, for who lists or exports them: each takes the vault's turn
  // again and again.
  TenantPlaces catching_up{{.of_all = 8, .of_tenant = 1}};
};

struct Route;

// One request on its way through a handler.
struct Call {
  Host& host;
  http::Request& request;
  http::Response& response;
  std::vector<std::string> path;  // the values of the pattern's {placeholders}, decoded
  iam::Principal by;
  std::string_view action;  // the route's
  const Route& route;
  Timestamp came;
  // Of what is asked again and again by itself: told once in a while, with how often it was.
  bool is_polled = false;

  iam::Context context() const;
  // Whether the caller may do `needed` on `resource`; no log tells that it was asked.
  Result<> ask(std::string_view needed, const iam::Resource& resource) const {
    return ask(needed, resource, RequestKeys(request));
  }
  Result<> ask(std::string_view needed, const iam::Resource& resource,
               const RequestKeys& keys) const;
  // Allows or refuses the route's action on `resource`. A refusal is in the log of the caller's
  // tenant. Errors: those of iam::authorize; retry when the log takes nothing.
  Result<> authorize(const iam::Resource& resource) const {
    return authorize(action, resource, RequestKeys(request));
  }
  // The same, where the route needs another right as well.
  Result<> authorize(std::string_view needed, const iam::Resource& resource,
                     const RequestKeys& keys) const;
  // What the caller does now, for a log.
  audit::Event event(std::string resource) const;
  // Has what was read told, before any of it is sent; the second time nothing. What a handler
  // returns as its answer is told without it. Errors: those of Ledger::record_read.
  Result<> record_read() const;
  // The same, of what the route itself told.
  void note_read() const {
    if (by.request) by.request->note_read();
  }
  // `error`, once the log of the caller's tenant has it as a refusal of the route's action. Errors:
  // retry when the log takes nothing.
  Error refusal(std::string resource, Error error, std::vector<audit::Detail> details = {}) const;
  // What was done; if that was denied, or what was kept is damaged, once the log has it as a
  // refusal.
  template <class T>
  Result<T> told(std::string resource, Result<T> done,
                 std::vector<audit::Detail> details = {}) const {
    if (done || (done.error().code() != Code::kDenied && done.error().code() != Code::kCorrupt))
      return done;
    return std::unexpected(
        refusal(std::move(resource), std::move(done.error()), std::move(details)));
  }
  // The body as it came. Reading ends one octet beyond `octets_max`, which tells that there is
  // more.
  Task<std::string> read_text(std::size_t octets_max);
  // The body as a JSON object, at most 64 KiB. Errors: invalid ("api.malformed_body").
  Task<nlohmann::json> read_body();
  std::string parameter(std::string_view name) const;  // of the query, or empty
  // A positive number of the query, or `otherwise`. Errors: invalid ("api.bad_parameter").
  Result<std::int64_t> number(std::string_view name, std::int64_t otherwise) const;
  bool is_provider_staff() const { return by.tenant == host.services.provider; }
  text::Language language() const { return language_of(request); }
};

// A handler that has answered through `call.response` itself returns an Answer of status 0.
struct Answer {
  int status = 200;
  std::string body;  // JSON
  std::vector<std::pair<std::string, std::string>> fields;

  static Answer sent() { return {0, {}, {}}; }
  static Answer none() { return {204, {}, {}}; }
};
Answer answer(const nlohmann::json& body, int status = 200);

using RouteHandler = Task<Answer> (*)(Call&);

enum class Access { kPublic, kSignedIn };

// kByMethod: what GET reads leaves a line each time. kRead: so does this route, which changes
// nothing either. kPolled: the console asks by itself, and what repeats is counted together.
enum class Telling { kByMethod, kRead, kPolled };

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/users/{user}"
  std::string_view action;   // what `authorize` is asked about: x-belfry-action
  RouteHandler handler;
  Access access = Access::kSignedIn;
  Telling telling = Telling::kByMethod;
};
bool is_read(const Route& route);

std::span<const Route> reach_routes();
std::span<const Route> review_routes();
std::span<const Route> session_routes();
std::span<const Route> factor_routes();
std::span<const Route> people_routes();
std::span<const Route> invitation_routes();
std::span<const Route> tenant_routes();
std::span<const Route> terms_routes();
std::span<const Route> factor_reset_routes();
std::span<const Route> factor_rule_routes();
std::span<const Route> lost_password_routes();
std::span<const Route> service_account_routes();
std::span<const Route> profile_routes();
std::span<const Route> access_routes();
std::span<const Route> delegation_routes();
std::span<const Route> intervention_routes();
std::span<const Route> role_routes();
std::span<const Route> issuer_routes();
std::span<const Route> bucket_routes();
std::span<const Route> bucket_policy_routes();
std::span<const Route> public_access_routes();
std::span<const Route> disk_routes();
std::span<const Route> annex_routes();
std::span<const Route> attestation_routes();
std::span<const Route> topology_routes();
std::span<const Route> audit_routes();
std::span<const Route> root_log_routes();
std::span<const Route> hold_routes();
std::span<const Route> person_routes();
std::span<const Route> register_routes();
std::span<const Route> checklist_routes();

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> path;
  std::string allow;  // methods of the path, when none of its routes has this one
};
std::span<const std::span<const Route>> all_routes();
// Finds the route of a method and a still encoded path.
Match find_route(std::string_view method, std::string_view raw_path);

// The text of a required string of a JSON body, or its default.
Result<std::string> text_field(const nlohmann::json& body, const char* name);
std::string text_field_or(const nlohmann::json& body, const char* name, std::string_view otherwise);

// Ids travel as decimal strings: JSON numbers of JavaScript hold 53 bits only.
template <class IdType>
Result<IdType> parse_id(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0)
    return fail(Code::kNotFound, "api.no_such_thing", {{"id", std::string(text)}});
  return IdType{value};
}

}  // namespace belfry::api
