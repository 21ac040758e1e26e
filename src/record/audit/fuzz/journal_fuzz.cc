// A record of the journal from any octets: what is read is written as the same octets.
#include "journal.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  const View octets = std::as_bytes(std::span(data, size));
  auto record = audit::decode_journal_record(octets);
  if (!record) return 0;
  const Buffer again = audit::encode_journal_record(*record);
  // Flags of later releases are passed over, so the first octets may differ.
  if (!std::ranges::equal(View(again).subspan(20), octets.subspan(20))) std::abort();
  return 0;
}
