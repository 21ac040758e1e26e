#include "authenticate.h"
#include "iam/stopped.h"
#include "machine_endpoints.h"
#include "problem.h"
#include "route.h"
#include "static_files.h"

#include <spdlog/spdlog.h>

namespace belfry::api {
namespace {

// Has the log tell what became of it, before it is answered: what was read, or who was refused.
Result<Answer> told(const Call& call, Result<Answer> done) {
  if (!call.by.request) return done;
  if (!done && status_of(done.error()) == 403) record_refusal(call, done.error());
  if (done && is_read(call.route)) TRY(call.record_read());
  return done;
}

// So that what the log tells can be compared with what was answered.
void count(const Call& call, const Result<Answer>& done) {
  const auto& on_served = call.host.options.on_served;
  if (!on_served || !call.by.request || !is_read(call.route)) return;
  const bool is_refused = !done && status_of(done.error()) == 403;
  if (!done && !is_refused && !call.response.started()) return;
  const std::string_view action = call.action;
  on_served({call.by.tenant, call.request.id, call.came,
             std::string(action.substr(0, action.find(':'))), call.by.request->is_repeat()});
}

Task<Answer> run_route(Host& host, http::Request& request, http::Response& response) {
  std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  Match match = find_route(method, request.raw_path);
  if (!match.route && !match.allow.empty()) {
    response.fields.set("Allow", match.allow);
    co_return fail(Code::kInvalid, "api.method_not_allowed", {{"allow", match.allow}});
  }
  if (!match.route) co_return fail(Code::kNotFound, "api.no_such_route");
  const Route& route = *match.route;
  Call call{.host = host,
            .request = request,
            .response = response,
            .path = std::move(match.path),
            .by = {},
            .action = route.action,
            .route = route,
            .came = host.services.clock.now(),
            .is_polled = route.telling == Telling::kPolled};
  if (route.access == Access::kSignedIn) {
    auto by = co_await authenticate(host, request);
    // Of who showed nothing there is nothing to tell; who is stopped is no stranger, and told of.
    const bool is_stranger = !by && by.error().code() == Code::kDenied &&
                             by.error().message() != "api.sign_in_first" &&
                             !iam::says_stopped(by.error());
    if (is_stranger) record_stranger(host, request, route, by.error());
    CO_TRY(call.by, std::move(by));
    call.by.request = std::make_shared<iam::ServedRequest>(request.id, call.by.tenant);
  }
  call.by.source_ip = request.peer_ip;
  Result<Answer> done = told(call, co_await route.handler(call));
  count(call, done);
  co_return done;
}

Task<> serve_api(Host& host, http::Request& request, http::Response& response) {
  response.fields.set("Cache-Control", "no-store");
  response.fields.set("X-Request-Id", request.id);
  Result<Answer> outcome = co_await run_route(host, request, response);
  if (!outcome && response.started()) co_return std::unexpected(outcome.error());
  if (!outcome) {
    if (outcome.error().code() == Code::kInternal || outcome.error().code() == Code::kCorrupt)
      spdlog::error("{} {} ({}): {}", request.method, request.raw_path, request.id,
                    outcome.error().describe());
    co_return co_await send_problem(request, response, outcome.error());
  }
  if (outcome->status == 0) co_return Result<>();
  response.status = outcome->status;
  for (auto& [name, value] : outcome->fields) response.fields.add(name, value);
  if (!outcome->body.empty()) response.fields.set("Content-Type", "application/json");
  co_return co_await response.send(std::move(outcome->body));
}

Task<> serve(Host& host, http::Request& request, http::Response& response) {
  response.fields.set("Strict-Transport-Security", "max-age=31536000");
  response.fields.set("X-Content-Type-Options", "nosniff");
  if (request.path.starts_with("/api/")) co_return co_await serve_api(host, request, response);
  if (request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics")
    co_return co_await serve_machine_endpoint(host, request, response);
  co_return co_await serve_static_file(host.console, *host.services.pool, request, response);
}

class RunningApi : public Api {
 public:
  RunningApi(Services services, Options options) : host_(std::move(services), std::move(options)) {}

  http::Handler handler() override {
    return [host = &host_](http::Request& request, http::Response& response) -> Task<> {
      return serve(*host, request, response);
    };
  }
  boost::asio::awaitable<void> stop() override { return host_.jobs.stop(host_.services.clock); }

 private:
  Host host_;
};

}  // namespace

std::unique_ptr<Api> make_api(Services services, Options options) {
  return std::make_unique<RunningApi>(std::move(services), std::move(options));
}

}  // namespace belfry::api
