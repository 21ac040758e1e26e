#include "index_search.h"

#include <algorithm>

namespace belfry::audit {

namespace {

// A bit a row.
class RowSet {
 public:
  explicit RowSet(std::uint32_t rows) : words_(rows / 64 + 1) {}
  void add(std::uint32_t row) { words_[row / 64] |= std::uint64_t{1} << (row % 64); }
  bool has(std::uint32_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }
  bool keep_those_of(const RowSet& other) {
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) any |= words_[i] &= other.words_[i];
    return any != 0;
  }
  bool any_between(std::uint32_t first, std::uint32_t end) const {
    for (std::uint32_t row = first; row < end;) {
      if (row % 64 == 0 && words_[row / 64] == 0) {
        row += 64;
        continue;
      }
      if (has(row)) return true;
      ++row;
    }
    return false;
  }

 private:
  std::vector<std::uint64_t> words_;
};

// One section of a file, open.
struct Section {
  const IndexReader& reader;
  const SectionFooter& footer;
  const SectionKey& key;
};

// The rows with a term that the condition lets through.
Result<RowSet> rows_with(const Section& section, const Condition& condition) {
  RowSet found(section.footer.rows);
  const auto& pages = section.footer.term_pages;
  // The last page that begins at or before the term, and what follows as far as it may match.
  auto page = std::ranges::upper_bound(pages, condition.term, {}, &TermPage::first);
  if (page != pages.begin()) --page;
  Result<> outcome;
  bool more = true;
  const auto take = [&](std::string_view term, View list) {
    const bool prefix = condition.match == Condition::Match::kPrefix;
    if (prefix ? term.starts_with(condition.term) : term == condition.term) {
      auto rows = rows_of(list, section.footer.rows);
      if (!rows) return outcome = std::unexpected(rows.error()), more = false;
      for (std::uint32_t row : *rows) found.add(row);
      return more = prefix;
    }
    return more = term < condition.term;
  };
  for (; page != pages.end() && more; ++page) {
    TRY(section.reader.visit_terms(section.footer, section.key, std::size_t(page - pages.begin()),
                                   take));
  }
  if (!outcome) return std::unexpected(outcome.error());
  return found;
}

bool is_in_bound(const IndexSearch& search, const Position& place) {
  return search.order == Order::kNewestFirst ? place < search.bound : place >= search.bound;
}

bool may_be_in_span(const IndexSearch& search, std::int64_t min_ms, std::int64_t max_ms) {
  return (!search.from_ms || max_ms >= *search.from_ms) &&
         (!search.until_ms || min_ms < *search.until_ms);
}

// Takes what is wanted of a page, until there is enough.
Result<> take_rows(const Section& section, const IndexSearch& search, const RowSet* found,
                   std::size_t number, std::vector<Position>& to) {
  const RowPage& page = section.footer.row_pages[number];
  if (!may_be_in_span(search, page.min_ms, page.max_ms)) return {};
  if (found && !found->any_between(page.first_row, page.first_row + page.rows)) return {};
  TRY(auto rows, section.reader.rows(section.footer, section.key, number));
  const bool newest_first = search.order == Order::kNewestFirst;
  for (std::size_t i = 0; i < rows.size() && to.size() < search.count_max; ++i) {
    const std::size_t at = newest_first ? rows.size() - 1 - i : i;
    const IndexRow& row = rows[at];
    if (found && !found->has(page.first_row + std::uint32_t(at))) continue;
    if (is_in_bound(search, row.place) && may_be_in_span(search, row.time_ms, row.time_ms))
      to.push_back(row.place);
  }
  return {};
}

Result<std::vector<Position>> search_section(const Section& section, const IndexSearch& search) {
  std::vector<Position> places;
  if (!may_be_in_span(search, section.footer.min_ms, section.footer.max_ms)) return places;
  std::optional<RowSet> found;
  for (const Condition& condition : search.conditions) {
    TRY(RowSet rows, rows_with(section, condition));
    if (!found) found = rows;
    if (!found->keep_those_of(rows)) return places;
  }
  const auto& pages = section.footer.row_pages;
  const bool newest_first = search.order == Order::kNewestFirst;
  for (std::size_t i = 0; i < pages.size() && places.size() < search.count_max; ++i) {
    const std::size_t number = newest_first ? pages.size() - 1 - i : i;
    // Pages wholly on the other side of the cursor.
    if (newest_first && pages[number].first_leaf > search.bound.leaf) continue;
    if (!newest_first && number + 1 < pages.size() &&
        pages[number + 1].first_leaf < search.bound.leaf)
      continue;
    TRY(take_rows(section, search, found ? &*found : nullptr, number, places));
  }
  return places;
}

}  // namespace

Result<std::vector<Position>> search_index(const IndexReader& reader, const MonthSecrets& months,
                                           const IndexSearch& search) {
  std::vector<Position> places;
  bool opened = false;
  for (const SectionPlace& place : reader.directory().sections) {
    const auto month = months.find(place.key);
    if (month == months.end()) continue;
    opened = true;
    const SectionKey key(month->second, place.id);
    TRY(const SectionFooter footer, reader.footer(place, key));
    TRY(auto found, search_section({reader, footer, key}, search));
    places.insert(places.end(), found.begin(), found.end());
  }
  // A file that no key opens any more is nobody's; one that never had a section is none of ours.
  if (!opened) return fail(Code::kCorrupt, "audit.index_malformed");
  // Months overlap in a range when leaves were sealed about midnight.
  if (search.order == Order::kNewestFirst)
    std::ranges::sort(places, std::ranges::greater());
  else
    std::ranges::sort(places);
  if (places.size() > search.count_max) places.resize(search.count_max);
  return places;
}

}  // namespace belfry::audit
