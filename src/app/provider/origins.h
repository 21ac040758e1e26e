// Where browsers open the console.
#pragma once

#include "configuration.h"
#include "topology/topology.h"

#include <string>
#include <vector>

namespace belfry::provider {

// "https://belfry.example.net": those declared, those of the certificate's declared names at the
// port, and localhost when that reaches the listener. No IP addresses: passkeys belong to host
// names (WebAuthn, section 5.1.2). The first is the one to tell people; there may be none.
std::vector<std::string> console_origins(const topology::Topology& topology,
                                         const Address& listening);

// A name or address that the certificate of the listeners is for.
std::string certified_name(const topology::Topology& topology, const Address& listening);
// What reaches from this machine who listens at `host`: of "any address", loopback.
std::string connectable(const std::string& host);

}  // namespace belfry::provider
