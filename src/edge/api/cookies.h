// What browsers keep for the console (RFC 6265bis). No script reads it, no other site sends it.
#pragma once

#include "http/server.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::api {

inline constexpr std::string_view kSessionCookie = "belfry_session";
inline constexpr std::string_view kDeviceCookie = "belfry_device";

std::optional<std::string> cookie_of(const http::Request& request, std::string_view name);

// The field Set-Cookie of a session's secret; an empty one ends it.
std::string session_cookie(const std::string& secret, std::chrono::seconds lifetime);
// Of iam::Iam::OpenedSession::device: sent where users sign in alone, and kept as long as any.
std::string device_cookie(const std::string& secret);

}  // namespace belfry::api
