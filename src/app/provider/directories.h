// Exchanges with the directories of tenants, whose addresses customers choose.
#pragma once

#include "data_directory.h"
#include "oidc/directories.h"
#include "topology/topology.h"

#include <memory>
#include <string>

namespace belfry::provider {

// Whether customers may have the program connect to `address`: none of this machine, of private
// networks or of anything that is not one host (RFC 6890).
bool is_public_address(const std::string& address);

oidc::Fetch directory_fetch(const topology::Topology& topology, const DataDirectory& directory);
oidc::Transport directory_transport(const topology::Topology& topology);

}  // namespace belfry::provider
