#include "csv/columns.h"

#include "base/ascii.h"

#include <algorithm>

namespace belfry::csv {
namespace {

std::string joined(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

}  // namespace

Result<Columns> Columns::read(const std::vector<Line>& lines,
                              std::span<const std::string_view> known) {
  Columns columns;
  columns.places_.resize(known.size());
  const std::vector<std::string> none;
  const std::vector<std::string>& heads = lines.empty() ? none : lines[0].cells;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const std::string head = to_lower(trim(heads[i]));
    const auto found = std::ranges::find(known, head);
    if (found == known.end())
      return fail(Code::kInvalid, "csv.unknown_column",
                  {{"column", head}, {"columns", joined(known)}});
    auto& place = columns.places_[std::size_t(found - known.begin())];
    if (place) return fail(Code::kInvalid, "csv.column_twice", {{"column", head}});
    place = i;
  }
  if (!columns.places_[0])
    return fail(Code::kInvalid, "csv.no_columns",
                {{"column", std::string(known[0])}, {"columns", joined(known)}});
  return columns;
}

std::optional<std::string> Columns::find(const Line& line, std::size_t column) const {
  const auto& place = places_[column];
  if (!place) return std::nullopt;
  return std::string(*place < line.cells.size() ? trim(line.cells[*place]) : "");
}

Result<> Columns::check(const Line& line) const {
  const auto count = std::ranges::count_if(places_, [](const auto& place) { return bool(place); });
  if (line.cells.size() <= std::size_t(count)) return {};
  return fail(Code::kInvalid, "csv.too_many_cells");
}

}  // namespace belfry::csv
