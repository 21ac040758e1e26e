// provider.yaml as the daemon reads it.
#pragma once

#include "base/result.h"
#include "topology/topology.h"

#include <string>
#include <utility>

namespace belfry::provider {

// Errors: invalid ("provider.bad_configuration"): argument "faults" has one line a fault,
// "file:line:column: what is wrong and what to write instead".
Result<topology::Topology> load_configuration(const std::string& path);

struct Address {
  std::string host;
  std::uint16_t port;
};
// "127.0.0.1:9000", "[::1]:0". Errors: invalid ("provider.bad_address").
Result<Address> parse_address(const std::string& text);

}  // namespace belfry::provider
