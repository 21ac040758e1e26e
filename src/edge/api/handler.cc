#include "authenticate.h"
#include "machine_endpoints.h"
#include "problem.h"
#include "route.h"
#include "static_files.h"

#include <spdlog/spdlog.h>

namespace belfry::api {
namespace {

Task<Answer> run_route(Host& host, http::Request& request, http::Response& response) {
  std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  Match match = find_route(method, request.raw_path);
  if (!match.route && !match.allow.empty()) {
    response.fields.set("Allow", match.allow);
    co_return fail(Code::kInvalid, "api.method_not_allowed", {{"allow", match.allow}});
  }
  if (!match.route) co_return fail(Code::kNotFound, "api.no_such_route");
  Call call{host, request, response, std::move(match.path), {}, match.route->action};
  if (match.route->access == Access::kSignedIn) {
    CO_TRY(call.by, co_await authenticate(host, request));
  }
  call.by.source_ip = request.peer_ip;
  co_return co_await match.route->handler(call);
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
