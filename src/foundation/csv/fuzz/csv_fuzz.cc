// A file as somebody sends it: what is read of it, written down, reads the same.
#include "base/ensure.h"
#include "csv/csv.h"

#include <cstdint>

using namespace belfry::csv;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = parse({reinterpret_cast<const char*>(data), size});
  if (!lines) return 0;
  // Two heads, so that commas part the cells.
  std::string written = line_of({"a", "b"});
  for (const Line& line : *lines) written += line_of(line.cells);
  const auto again = parse(written);
  ENSURE(again && again->size() == lines->size() + 1);
  for (std::size_t i = 0; i < lines->size(); ++i)
    ENSURE((*again)[i + 1].cells == (*lines)[i].cells);
  return 0;
}
