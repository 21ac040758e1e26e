// Comma-separated values (RFC 4180), as spreadsheets write them.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::csv {

struct Line {
  std::size_t number = 0;  // of the file's line on which it begins; the first is 1
  std::vector<std::string> cells;
};

// The lines that hold something, a byte order mark left out. Semicolons part the cells where the
// first line has no comma, as spreadsheets do in French. Errors: invalid ("csv.not_utf8",
// "csv.bad_line", argument line).
Result<std::vector<Line>> parse(std::string_view text);

// Whether who sent the file can mend it: an error of this module, or of `module` ("people"); else
// the database has failed.
bool is_fault_of_file(const Error& error, std::string_view module);

// One line with its end, quoted where it must be.
std::string line_of(const std::vector<std::string>& cells);

// Whether spreadsheets take it for a formula.
bool is_formula(std::string_view text);
// Whether it is one line of words: UTF-8, not empty, no blank before or behind, no control
// character, nothing that turns the order of reading.
bool is_plain(std::string_view text, std::size_t octets_max);

}  // namespace belfry::csv
