#include "origins.h"

#include <algorithm>

namespace belfry::provider {
namespace {

constexpr std::uint16_t kHttpsPort = 443;

// A name that stands for one host, and for no address: those end in digits or have colons.
bool is_host_name(const std::string& name) {
  return name.find_first_of("*:") == std::string::npos && !name.empty() &&
         (name.back() < '0' || name.back() > '9');
}

}  // namespace

std::string certified_name(const topology::Topology& topology, const Address& listening) {
  // A generated certificate is for it, whatever else.
  if (topology.tls.certificate_file.empty()) return "localhost";
  const auto name = std::ranges::find_if(topology.tls.names, is_host_name);
  return name == topology.tls.names.end() ? listening.host : *name;
}

std::string connectable(const std::string& host) {
  return host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
}

std::vector<std::string> console_origins(const topology::Topology& topology,
                                         const Address& listening) {
  std::vector<std::string> origins = topology.api_origins;
  const std::string port = listening.port == kHttpsPort ? "" : ":" + std::to_string(listening.port);
  const auto add = [&](const std::string& name) {
    std::string origin = "https://" + name + port;
    if (is_host_name(name) && std::ranges::find(origins, origin) == origins.end())
      origins.push_back(std::move(origin));
  };
  for (const std::string& name : topology.tls.names) add(name);
  const std::string& host = listening.host;
  if (host.starts_with("127.") || host == "localhost" || host == "::1" || host == "::" ||
      host == "0.0.0.0")
    add("localhost");
  return origins;
}

}  // namespace belfry::provider
