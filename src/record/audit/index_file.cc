#include "index_file.h"

#include <algorithm>
#include <queue>

namespace belfry::audit {

Result<IndexReader> IndexFile::read(const File& open) const {
  TRY(IndexReader reader, IndexReader::open(open));
  if (reader.directory().digest != digest) return fail(Code::kCorrupt, "audit.index_malformed");
  return reader;
}

void IndexBuilder::add(std::uint64_t index, View leaf) {
  auto header = decode_leaf_header(leaf);
  if (!header || destroyed_.contains(header->key)) return;
  auto section = sections_.find(header->key);
  if (section == sections_.end()) {
    auto key = keys_.find(header->key);
    if (!key) {
      destroyed_.insert(header->key);
      return;
    }
    section = sections_.emplace(header->key, Section{std::move(*key), {}, {}}).first;
  }
  auto plain = open_leaf(leaf, section->second.month.secret);
  auto events = plain ? events_of(header->type, *plain)
                      : Result<std::vector<std::string_view>>(std::unexpected(plain.error()));
  if (!events) return add_event(section->second, {index, 0}, {});
  for (std::uint32_t part = 0; part < events->size(); ++part)
    add_event(section->second, {index, part}, (*events)[part]);
}

void IndexBuilder::add_event(Section& section, Position place, std::string_view ocsf) {
  const auto facts = facts_of(ocsf);
  const auto row = std::uint32_t(section.rows.size());
  section.rows.push_back({place, facts ? facts->time_ms.value_or(0) : 0});
  ++events_;
  if (!facts) return;
  visit_terms(*facts, [&](std::string_view term) {
    auto found = section.terms.find(term);
    if (found == section.terms.end()) found = section.terms.try_emplace(std::string(term)).first;
    std::vector<std::uint32_t>& rows = found->second;
    if (rows.empty() || rows.back() != row) rows.push_back(row);
  });
}

Result<> IndexBuilder::write(IndexWriter& writer, Random& random) const {
  for (const auto& [id, section] : sections_) {
    writer.begin_section(id, section.month.secret, random.octets<16>());
    for (const IndexRow& row : section.rows) TRY(writer.add_row(row));
    using Term = std::pair<std::string_view, const std::vector<std::uint32_t>*>;
    std::vector<Term> sorted;
    sorted.reserve(section.terms.size());
    for (const auto& [term, rows] : section.terms) sorted.emplace_back(term, &rows);
    std::ranges::sort(sorted, {}, &Term::first);
    for (const auto& [term, rows] : sorted) TRY(writer.add_term(term, *rows));
    TRY(writer.end_section());
  }
  return {};
}

namespace {

// A section of one source of a merge, read from its first term to its last.
class TermCursor {
 public:
  TermCursor(const IndexReader& reader, SectionFooter footer, const SectionKey& key,
             std::uint32_t first_row)
      : reader_(reader), footer_(std::move(footer)), key_(key), first_row_(first_row) {}

  const SectionFooter& footer() const { return footer_; }
  const SectionKey& key() const { return key_; }
  const IndexReader& reader() const { return reader_; }
  std::uint32_t first_row() const { return first_row_; }

  bool done() const { return at_ == terms_.size(); }
  const std::string& term() const { return terms_[at_].first; }
  // Appends the rows of the term, as the merged section numbers them.
  Result<> take(std::vector<std::uint32_t>& to) const {
    TRY(auto rows, rows_of(terms_[at_].second, footer_.rows));
    for (std::uint32_t row : rows) to.push_back(first_row_ + row);
    return {};
  }
  Result<> next() {
    if (at_ < terms_.size()) ++at_;
    while (done() && page_ < footer_.term_pages.size()) {
      terms_.clear();
      at_ = 0;
      TRY(reader_.visit_terms(footer_, key_, page_++, [&](std::string_view term, View list) {
        terms_.emplace_back(term, to_buffer(list));
        return true;
      }));
    }
    return {};
  }

 private:
  const IndexReader& reader_;
  const SectionFooter footer_;
  const SectionKey key_;
  const std::uint32_t first_row_;
  std::size_t page_ = 0, at_ = 0;
  std::vector<std::pair<std::string, Buffer>> terms_;  // of a page
};

// Of equal terms the one with the lower rows comes first.
struct ComesLater {
  bool operator()(const TermCursor* a, const TermCursor* b) const {
    const int order = a->term().compare(b->term());
    return order != 0 ? order > 0 : a->first_row() > b->first_row();
  }
};

Result<> merge_terms(std::vector<TermCursor>& cursors, IndexWriter& writer) {
  std::priority_queue<TermCursor*, std::vector<TermCursor*>, ComesLater> queue;
  const auto advance = [&](TermCursor& cursor) -> Result<> {
    TRY(cursor.next());
    if (!cursor.done()) queue.push(&cursor);
    return {};
  };
  for (TermCursor& cursor : cursors) TRY(advance(cursor));
  std::vector<std::uint32_t> rows;
  while (!queue.empty()) {
    const std::string term = queue.top()->term();
    rows.clear();
    while (!queue.empty() && queue.top()->term() == term) {
      TermCursor* cursor = queue.top();
      queue.pop();
      TRY(cursor->take(rows));
      TRY(advance(*cursor));
    }
    TRY(writer.add_term(term, rows));
  }
  return {};
}

Result<> merge_rows(const std::vector<TermCursor>& cursors, IndexWriter& writer) {
  for (const TermCursor& cursor : cursors)
    for (std::size_t page = 0; page < cursor.footer().row_pages.size(); ++page) {
      TRY(auto rows, cursor.reader().rows(cursor.footer(), cursor.key(), page));
      for (const IndexRow& row : rows) TRY(writer.add_row(row));
    }
  return {};
}

}  // namespace

Result<> merge_indexes(const std::vector<IndexReader>& sources, const MonthSecrets& months,
                       IndexWriter& writer, Random& random) {
  for (const auto& [id, secret] : months) {
    std::vector<TermCursor> cursors;
    std::uint32_t rows = 0;
    for (const IndexReader& reader : sources)
      for (const SectionPlace& place : reader.directory().sections) {
        if (place.key != id) continue;
        const SectionKey key(secret, place.id);
        TRY(SectionFooter footer, reader.footer(place, key));
        const std::uint32_t first = std::exchange(rows, rows + footer.rows);
        cursors.emplace_back(reader, std::move(footer), key, first);
      }
    if (cursors.empty()) continue;
    writer.begin_section(id, secret, random.octets<16>());
    TRY(merge_rows(cursors, writer));
    TRY(merge_terms(cursors, writer));
    TRY(writer.end_section());
  }
  return {};
}

}  // namespace belfry::audit
