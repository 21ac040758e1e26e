// Any octets as a provider.yaml: a topology or faults, never a crash.
#include "base/ensure.h"
#include "topology/topology.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  std::string text(reinterpret_cast<const char*>(data), size);
  belfry::topology::Loaded loaded = belfry::topology::parse(text, "fuzz");
  for (const auto& fault : loaded.faults) ENSURE(fault.line >= 1 && fault.column >= 1);
  if (loaded.faults.empty()) ENSURE(loaded.topology.key_disks.size() == 3);
  return 0;
}
