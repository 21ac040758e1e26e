// Comma-separated values (RFC 4180), as spreadsheets write them.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::people {

struct CsvLine {
  std::size_t number = 0;  // of the file's line on which it begins; the first is 1
  std::vector<std::string> cells;
};

// The lines that hold something, a byte order mark left out. Semicolons part the cells where the
// first line has no comma, as spreadsheets do in French. Errors: invalid ("people.not_utf8",
// "people.bad_csv", argument line).
Result<std::vector<CsvLine>> parse_csv(std::string_view text);

// One line with its end, quoted where it must be.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace belfry::people
