#include "authenticate.h"

#include "bucket_access.h"
#include "cookies.h"

namespace belfry::api {
namespace {

constexpr auto kAskAgainAfter = std::chrono::seconds(1);

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

Task<iam::Principal> authenticate(Host& host, const http::Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view authorization = request.fields.get("authorization");
  if (authorization.starts_with(kBearer))
    co_return co_await host.services.iam.authenticate_token(
        std::string(authorization.substr(kBearer.size())));
  auto session = cookie_of(request, kSessionCookie);
  if (!session) co_return fail(Code::kDenied, "api.sign_in_first");
  if (!is_safe(request.method) && request.fields.get("x-belfry-request").empty())
    co_return fail(Code::kDenied, "api.request_header_needed");
  co_return co_await host.services.iam.authenticate_session(
      *session, {request.peer_ip, std::string(request.fields.get("user-agent"))});
}

Task<> StillAllowed::check() {
  const Timestamp now = call_.host.services.clock.now();
  if (now - asked_ < kAskAgainAfter) co_return Result<>();
  asked_ = now;
  auto by = co_await authenticate(call_.host, call_.request);
  // What fails otherwise tells nothing of the right.
  if (!by && by.error().code() != Code::kDenied) co_return Result<>();
  if (!by) co_return std::unexpected(std::move(by.error()));
  // Who asked at first is whom the log of what was done names.
  const iam::Principal first = std::exchange(call_.by, *std::move(by));
  auto allowed = co_await permit(call_, bucket_, key_);
  call_.by = first;
  co_return allowed;
}

Task<std::size_t> AllowedBody::read(MutableView out) {
  CO_TRY(const std::size_t count, co_await body_.read(out));
  CO_TRY(co_await allowed_.check());
  co_return count;
}

}  // namespace belfry::api
