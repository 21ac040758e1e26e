// The octets of a search index file: docs/formats/search_index.md.
//
// A file is about a range of leaves of one log. It has a section for each month whose key sealed
// leaves of the range: rows (one an event) and sorted terms with the rows that have them, in pages
// sealed under a key that follows from the month's.
#pragma once

#include "audit/ledger.h"
#include "crypto/key_store.h"
#include "runtime/disk.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

struct SectionPlace {
  crypto::KeyId key;
  std::array<std::byte, 16> id{};  // random
  std::uint64_t footer_at = 0;
  std::uint32_t footer_length = 0;
  Buffer seal;  // the directory's digest, sealed
};

// What stands open at the end of a file.
struct IndexDirectory {
  TenantId tenant;
  std::uint64_t from = 0, until = 0;  // leaves
  std::vector<SectionPlace> sections;
  Hash digest{};  // of all this, but for the seals
};

struct IndexRow {
  Position place;
  std::int64_t time_ms = 0;  // 0: the event has none
};

struct PagePlace {
  std::uint64_t at = 0;
  std::uint32_t length = 0;
};

struct RowPage {
  std::uint32_t first_row = 0, rows = 0;
  std::uint64_t first_leaf = 0;
  std::int64_t min_ms = 0, max_ms = 0;
  PagePlace place;
};

struct TermPage {
  std::string first;  // term
  PagePlace place;
};

// What is sealed at the end of a section.
struct SectionFooter {
  TenantId tenant;
  std::uint64_t from = 0, until = 0;
  Hash leaves{};  // over the roots of the range's bundles: which leaves the file is about
  std::uint32_t rows = 0;
  std::int64_t min_ms = 0, max_ms = 0;
  std::vector<RowPage> row_pages;
  std::vector<TermPage> term_pages;
};

// Which page of a section: the nonce of its seal.
enum class PageNumber : std::uint64_t {
  kFooter = ~std::uint64_t{0},
  kDirectory = ~std::uint64_t{0} - 1,
};

// Seals and opens the pages of one section.
class SectionKey {
 public:
  SectionKey(View month_secret, const std::array<std::byte, 16>& section);
  Buffer seal(PageNumber page, View plain) const;
  // Errors: corrupt.
  Result<Buffer> open(PageNumber page, View sealed) const;

 private:
  Buffer key_;
};

// Writes one section after the other; each first its rows, then its terms.
class IndexWriter {
 public:
  IndexWriter(File& file, IndexDirectory directory, const Hash& leaves);

  void begin_section(crypto::KeyId month, View secret, const std::array<std::byte, 16>& id);
  // In the order of the log. Errors of the file.
  Result<> add_row(const IndexRow& row);
  // In the order of the terms, each once; `rows` rising.
  Result<> add_term(std::string_view term, std::span<const std::uint32_t> rows);
  Result<> end_section();
  Result<> finish();

 private:
  Result<> end_row_page();
  Result<> end_term_page();
  Result<PagePlace> write_page(View plain);
  Result<> put(View octets);
  Result<> flush();

  File& file_;
  IndexDirectory directory_;
  const Hash leaves_;
  Buffer unwritten_;
  std::uint64_t written_ = 0;
  std::vector<SectionKey> keys_;  // of the sections, the last one open
  SectionPlace section_;
  SectionFooter footer_;
  std::uint64_t pages_ = 0;
  std::vector<IndexRow> rows_;  // of the open page
  Buffer terms_;                // of the open page
  std::string first_term_, last_term_;
};

// The rows of a term, rising. Errors: corrupt.
Result<std::vector<std::uint32_t>> rows_of(View list, std::uint32_t rows_max);

// Reads a file; every page is checked. The file must outlive it. Errors: corrupt
// ("audit.index_malformed") for whatever is not as it was written, and those of the file.
class IndexReader {
 public:
  static Result<IndexReader> open(const File& file);
  const IndexDirectory& directory() const { return directory_; }
  // Whose opening shows that the directory is as it was written, too.
  Result<SectionFooter> footer(const SectionPlace& section, const SectionKey& key) const;
  Result<std::vector<IndexRow>> rows(const SectionFooter& footer, const SectionKey& key,
                                     std::size_t page) const;
  // Calls `visit` with each term of the page and the list of its rows, in order, until it returns
  // false.
  Result<> visit_terms(const SectionFooter& footer, const SectionKey& key, std::size_t page,
                       const std::function<bool(std::string_view term, View list)>& visit) const;

 private:
  explicit IndexReader(const File& file) : file_(&file) {}
  Result<Buffer> read(std::uint64_t at, std::size_t length) const;

  const File* file_;
  IndexDirectory directory_;
};

}  // namespace belfry::audit
