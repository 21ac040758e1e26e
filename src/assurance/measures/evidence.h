// What a run leaves in the ledger: docs/formats/measure.md, Evidence.
#pragma once

#include "audit/event.h"
#include "crypto/hash.h"
#include "measures/measures.h"

#include <array>
#include <vector>

namespace belfry::measures {

using Salt = std::array<std::byte, 16>;

// SHA-256 of a zero octet, the salt, and the row: tenant (64 bits, little-endian), subject, status
// ("pass" or "fail"), reason, each text behind its length (32 bits). The salt keeps a reader of the
// tree from guessing rows of others.
crypto::Digest leaf_hash(const Salt& salt, const EvaluatedRow& row);

// RFC 6962, 2.1: the root over the leaves; of none, SHA-256 of nothing.
crypto::Digest tree_root(const std::vector<crypto::Digest>& leaves);
// RFC 6962, 2.1.1: the path from leaf `position` to the root. `position` is below the size.
std::vector<crypto::Digest> tree_path(const std::vector<crypto::Digest>& leaves,
                                      std::size_t position);
// The root that a leaf and its path lead to.
crypto::Digest root_from(const crypto::Digest& leaf, std::size_t position, std::size_t size,
                         const std::vector<crypto::Digest>& path);

audit::Event evidence_event(const Evaluation& evaluation, std::string_view definition_sha256);
audit::Event change_event(const Status& before, const Status& after);

}  // namespace belfry::measures
