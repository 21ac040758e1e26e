#include "output.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

namespace belfry::command_line {
namespace {

using nlohmann::json;

// Code points, as a terminal's columns; wide ones do not occur in what we print.
std::size_t width_of(const std::string& text) {
  return std::size_t(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void Table::print() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  for (auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    print_line(line);
  }
}

void print_json(const json& value) {
  print_line(value.dump(2, ' ', false, json::error_handler_t::replace));
}

void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
}

void show_progress(std::string_view what, double fraction) {
  if (!::isatty(STDERR_FILENO)) return;
  constexpr int kWidth = 30;
  int filled = int(std::clamp(fraction, 0.0, 1.0) * kWidth);
  std::fprintf(stderr, "\r%.*s [%s%s] %3.0f %%", int(what.size()), what.data(),
               std::string(std::size_t(filled), '#').c_str(),
               std::string(std::size_t(kWidth - filled), '.').c_str(), fraction * 100);
  std::fflush(stderr);
}

void end_progress() {
  if (::isatty(STDERR_FILENO)) std::fprintf(stderr, "\n");
}

std::string time_cell(const json& us) {
  if (!us.is_number_integer()) return "-";
  std::string text = format_rfc3339(from_us(us.get<std::int64_t>()));
  return text.substr(0, 10) + " " + text.substr(11, 8);
}

std::string bytes_cell(std::uint64_t count) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = double(count);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) value /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", count) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string cell(const json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.dump();
}

}  // namespace belfry::command_line
