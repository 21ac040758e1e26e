#include "cookies.h"

namespace belfry::api {
namespace {

std::string set_cookie(std::string_view name, const std::string& value, std::string_view path,
                       std::chrono::seconds lifetime) {
  return std::string(name) + "=" + value + "; Path=" + std::string(path) +
         "; HttpOnly; Secure; SameSite=Strict; Max-Age=" + std::to_string(lifetime.count());
}

}  // namespace

std::optional<std::string> cookie_of(const http::Request& request, std::string_view name) {
  std::string_view rest = request.fields.get("cookie");
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return std::string(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string session_cookie(const std::string& secret, std::chrono::seconds lifetime) {
  return set_cookie(kSessionCookie, secret, "/", lifetime);
}

std::string device_cookie(const std::string& secret) {
  return set_cookie(kDeviceCookie, secret, "/api/v1/session", std::chrono::days(400));
}

}  // namespace belfry::api
