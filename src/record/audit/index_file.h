// A search index file that was checked, and the making of one.
#pragma once

#include "index_format.h"
#include "index_search.h"
#include "leaf.h"
#include "tenant_log.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace belfry::audit {

struct IndexFile {
  std::shared_ptr<Disk> disk;
  std::string path;
  unsigned level = 0;  // 1: merged
  std::vector<crypto::KeyId> keys;
  Hash digest{};  // of its directory: what lies there later may be another file, as good in itself
  std::int64_t min_ms = 0, max_ms = 0;

  // Fails for one that is not the one that was checked. Errors: those of IndexReader.
  Result<IndexReader> read(const File& open) const;
};

// Gathers events in memory, and writes their sections.
class IndexBuilder {
 public:
  explicit IndexBuilder(crypto::KeyStore& keys) : keys_(keys) {}

  // A leaf that does not open has a row without terms: whoever reads it is told. One whose month
  // has no key any more has none.
  void add(std::uint64_t index, View leaf);
  std::size_t events() const { return events_; }
  bool empty() const { return sections_.empty(); }
  Result<> write(IndexWriter& writer, Random& random) const;

 private:
  // Finds a term by a view of it.
  struct TermHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Section {
    crypto::Key month;
    std::vector<IndexRow> rows;
    std::unordered_map<std::string, std::vector<std::uint32_t>, TermHash, std::equal_to<>> terms;
  };
  void add_event(Section& section, Position place, std::string_view ocsf);

  crypto::KeyStore& keys_;
  std::map<crypto::KeyId, Section> sections_;
  std::set<crypto::KeyId> destroyed_;
  std::size_t events_ = 0;
};

// Writes what the sources have, in their order, as one file; what months without a key had is left
// out.
Result<> merge_indexes(const std::vector<IndexReader>& sources, const MonthSecrets& months,
                       IndexWriter& writer, Random& random);

}  // namespace belfry::audit
