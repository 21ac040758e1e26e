// The columns that the first line of a file names.
#pragma once

#include "csv/csv.h"

#include <optional>
#include <span>

namespace belfry::csv {

class Columns {
 public:
  // `known`: what columns may be called; the first of them has to be there. Errors: invalid
  // ("csv.no_columns", "csv.unknown_column", "csv.column_twice").
  static Result<Columns> read(const std::vector<Line>& lines,
                              std::span<const std::string_view> known);

  // What `line` has in the column of that place in `known`, without blanks around it. Nothing where
  // the file has no such column; empty where the line ends before it.
  std::optional<std::string> find(const Line& line, std::size_t column) const;
  // Errors: invalid ("csv.too_many_cells": more than there are columns).
  Result<> check(const Line& line) const;

 private:
  std::vector<std::optional<std::size_t>> places_;  // of each known column in the file
};

}  // namespace belfry::csv
