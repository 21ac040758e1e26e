// What commands print: tables and lines for people, one JSON value for scripts.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "text/catalogue.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace belfry::command_line {

// The language of all that is printed: `--lang`, else the environment's.
void use_language(text::Language language);
text::Language language();
// A message of messages.tsv in it.
std::string say(std::string_view message, const std::vector<Argument>& arguments = {});

// Columns as wide as their widest cell, two spaces between them. On a terminal the last one, which
// holds sentences, is wrapped at the terminal's width.
class Table {
 public:
  // Without heads: a fact a row.
  Table() = default;
  // Heads are messages; the name of a column of the state is no message, and stays.
  explicit Table(const std::vector<std::string>& heads);
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

void print_json(const nlohmann::json& value);
void print_line(const std::string& line);

// What is wrong with a file, by line; nothing where nothing is.
void print_faults(const nlohmann::json& faults);

// Octets into the file, for its owner alone, or to standard output where none or "-" is named. In
// JSON it tells how many there were. Errors: retry ("cli.cannot_write").
Result<> deliver(const std::string& path, const std::string& octets, bool json);

// A bar on standard error, redrawn in place; only on a terminal.
void show_progress(std::string_view what, double fraction);
void end_progress();

// "2026-03-01 12:30:05" UTC, or "-" for null.
std::string time_cell(const nlohmann::json& us);
std::string bytes_cell(std::uint64_t count);  // "1.5 GiB"
// A code of the REST API ("no_data") in the reader's language.
std::string code_cell(const nlohmann::json& code);
// The name of a right, of which `kind` tells whether it is a code: that of a role is one.
std::string right_cell(const nlohmann::json& right);
// Seconds as people write them: "8h".
std::string duration_cell(const nlohmann::json& seconds);
// A JSON scalar as people read it: null is "-".
std::string cell(const nlohmann::json& value);

}  // namespace belfry::command_line
