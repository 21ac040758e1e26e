// What commands print: tables and lines for people, one JSON value for scripts.
#pragma once

#include "base/time.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace belfry::command_line {

// Columns as wide as their widest cell, two spaces between them. On a terminal the last one, which
// holds sentences, is wrapped at the terminal's width.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

void print_json(const nlohmann::json& value);
void print_line(const std::string& line);

// A bar on standard error, redrawn in place; only on a terminal.
void show_progress(std::string_view what, double fraction);
void end_progress();

// "2026-03-01 12:30:05" UTC, or "-" for null.
std::string time_cell(const nlohmann::json& us);
std::string bytes_cell(std::uint64_t count);  // "1.5 GiB"
// A JSON scalar as people read it: null is "-".
std::string cell(const nlohmann::json& value);

}  // namespace belfry::command_line
