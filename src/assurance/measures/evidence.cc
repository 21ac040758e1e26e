#include "evidence.h"

#include "base/codec.h"
#include "base/ensure.h"

#include <bit>
#include <span>

namespace belfry::measures {
namespace {

using crypto::Digest;
using Leaves = std::span<const Digest>;

Digest node_hash(const Digest& left, const Digest& right) {
  Encoder encoder;
  encoder.put(std::uint8_t{1}).raw(left).raw(right);
  return crypto::sha256(encoder.buffer());
}

// The largest power of two below `size`, which is above 1.
std::size_t split_of(std::size_t size) {
  return std::bit_floor(size - 1);
}

Digest root_of(Leaves leaves) {
  if (leaves.empty()) return crypto::sha256({});
  if (leaves.size() == 1) return leaves[0];
  std::size_t split = split_of(leaves.size());
  return node_hash(root_of(leaves.first(split)), root_of(leaves.subspan(split)));
}

void append_path(Leaves leaves, std::size_t position, std::vector<Digest>& path) {
  if (leaves.size() <= 1) return;
  std::size_t split = split_of(leaves.size());
  if (position < split) {
    append_path(leaves.first(split), position, path);
    path.push_back(root_of(leaves.subspan(split)));
  } else {
    append_path(leaves.subspan(split), position - split, path);
    path.push_back(root_of(leaves.first(split)));
  }
}

Digest climb(const Digest& leaf, std::size_t position, std::size_t size, Leaves path) {
  if (size <= 1 || path.empty()) return leaf;
  std::size_t split = split_of(size);
  Leaves below = path.first(path.size() - 1);
  if (position < split) return node_hash(climb(leaf, position, split, below), path.back());
  return node_hash(path.back(), climb(leaf, position - split, size - split, below));
}

// What every event on a measure says; its details are the caller's.
audit::Event finding_of(const Status& status, std::string action) {
  audit::Event event;
  event.time = *status.checked_at;
  event.event_class = audit::EventClass::kComplianceFinding;
  event.action = std::move(action);
  bool pass = status.verdict == Verdict::kPass;
  event.outcome = pass ? audit::Outcome::kSuccess : audit::Outcome::kFailure;
  event.reason = status.verdict == Verdict::kFail ? "measures.violations" : status.reason;
  event.actor = "system";
  event.resource = "measure:" + status.id;
  return event;
}

}  // namespace

Digest leaf_hash(const Salt& salt, const EvaluatedRow& row) {
  Encoder encoder;
  encoder.put(std::uint8_t{0}).raw(salt).put_i64(row.tenant.value).string(row.subject);
  encoder.string(row.pass ? "pass" : "fail").string(row.reason);
  return crypto::sha256(encoder.buffer());
}

Digest tree_root(const std::vector<Digest>& leaves) {
  return root_of(leaves);
}

std::vector<Digest> tree_path(const std::vector<Digest>& leaves, std::size_t position) {
  ENSURE(position < leaves.size());
  std::vector<Digest> path;
  append_path(leaves, position, path);
  return path;
}

Digest root_from(const Digest& leaf, std::size_t position, std::size_t size,
                 const std::vector<Digest>& path) {
  return climb(leaf, position, size, path);
}

audit::Event evidence_event(const Evaluation& evaluation, std::string_view definition_sha256) {
  const Status& status = evaluation.status;
  audit::Event event = finding_of(status, "measure:Evaluated");
  event.details = {{"section", status.section},
                   {"verdict", std::string(name_of(status.verdict))},
                   {"proof", std::string(name_of(status.proof))},
                   {"population", std::to_string(status.population)},
                   {"violations", std::to_string(status.violations)},
                   {"rows", std::to_string(evaluation.rows.size())},
                   {"rows_root", evaluation.rows_root_hex},
                   {"definition_sha256", std::string(definition_sha256)}};
  return event;
}

audit::Event change_event(const Status& before, const Status& after) {
  audit::Event event = finding_of(after, "measure:VerdictChanged");
  event.details = {{"from", std::string(name_of(before.verdict))},
                   {"to", std::string(name_of(after.verdict))},
                   {"violations", std::to_string(after.violations)}};
  return event;
}

}  // namespace belfry::measures
