// Errors as RFC 9457 says them, in the reader's language.
#pragma once

#include "base/result.h"
#include "http/server.h"

namespace belfry::api {

Task<> send_problem(const http::Request& request, http::Response& response, const Error& error);

}  // namespace belfry::api
