// The console's files, as its build left them.
#pragma once

#include "http/server.h"

#include <string>

namespace belfry::api {

// Pages of the console are routes of its own: a path without a file gets index.html.
Task<> serve_static_file(const std::string& directory, http::Request& request,
                         http::Response& response);

}  // namespace belfry::api
