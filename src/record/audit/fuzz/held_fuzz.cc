// A line of the folder of a legal hold, from any octets.
#include "audit/held_lines.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  const auto line = audit::parse_held_line(as_text(std::as_bytes(std::span(data, size))));
  if (!line || !line->leaf) return 0;
  // What opens is written so that it is read again.
  const auto again = audit::held_line(*line->leaf);
  if (again && !audit::parse_held_line(*again)) std::abort();
  return 0;
}
