// Looking something up in one search index file.
#pragma once

#include "audit/query.h"
#include "index_format.h"
#include "search_terms.h"

#include <map>
#include <optional>
#include <vector>

namespace belfry::audit {

// Secrets of the month keys that a file's sections are sealed under; one that is missing was
// destroyed, and so was what its section knew.
using MonthSecrets = std::map<crypto::KeyId, Buffer>;

struct IndexSearch {
  std::vector<Condition> conditions;
  std::optional<std::int64_t> from_ms, until_ms;  // `until_ms` is not part of the span
  Order order = Order::kNewestFirst;
  // Newest first: only what is before it. Oldest first: it and what comes later.
  Position bound;
  std::size_t count_max = 0;
};

// The first places, in that order, that can be wanted: none that is wanted is missing before the
// last one. Fewer than `count_max`: there are no more. Errors: those of IndexReader.
Result<std::vector<Position>> search_index(const IndexReader& reader, const MonthSecrets& months,
                                           const IndexSearch& search);

}  // namespace belfry::audit
