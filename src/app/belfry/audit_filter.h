// What events of the log are asked for by, on the command line.
#pragma once

#include "base/result.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace belfry::command_line {

struct AuditFilter {
  std::string from, until, actor, action, resource, outcome, source, event_class, reason;
  std::vector<std::string> details;
  std::string tenant;  // of the log; empty: the caller's own
  std::size_t limit = 50;
  bool limited = false;  // the limit was given
  bool follow = false;
  std::string file;  // of an export
};

// Microseconds of a date or a time; nothing for none. Errors: invalid ("cli.bad_time").
Result<std::string> time_of(const std::string& text);

// The options for all of it but how many, and whether they follow.
void add_filter_options(CLI::App& command, AuditFilter& filter);

// The number of a tile as C2SP tlog-tiles writes it: 1234067 is x001/x234/067.
std::string tile_number(std::uint64_t number);

}  // namespace belfry::command_line
