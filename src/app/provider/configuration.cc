#include "configuration.h"

#include "text/catalogue.h"

#include <charconv>

namespace belfry::provider {

Result<topology::Topology> load_configuration(const std::string& path) {
  TRY(auto loaded, topology::load(path));
  if (loaded.faults.empty()) return std::move(loaded.topology);
  std::string faults;
  for (const topology::Fault& fault : loaded.faults)
    faults += fault.file + ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column) +
              ": " + text::text(fault.error, text::system_language()) + "\n";
  return fail(Code::kInvalid, "provider.bad_configuration", {{"path", path}, {"faults", faults}});
}

Result<Address> parse_address(const std::string& text) {
  auto colon = text.rfind(':');
  auto bad = [&] { return fail(Code::kInvalid, "provider.bad_address", {{"address", text}}); };
  if (colon == std::string::npos || colon == 0) return bad();
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  Address address{host, 0};
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || stop != end) return bad();
  return address;
}

}  // namespace belfry::provider
