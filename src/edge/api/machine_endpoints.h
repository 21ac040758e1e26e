// What other programs ask: is it alive, does it serve, how is it doing.
#pragma once

#include "route.h"

namespace belfry::api {

// /healthz, /readyz, /metrics (Prometheus text format 0.0.4).
Task<> serve_machine_endpoint(Host& host, http::Request& request, http::Response& response);

}  // namespace belfry::api
