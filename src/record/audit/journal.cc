#include "journal.h"

#include "base/codec.h"
#include "leaf.h"

#include <cstring>

namespace belfry::audit {

namespace {

constexpr std::uint16_t kVersion = 1;
constexpr std::uint16_t kHasSource = 1;

}  // namespace

Buffer encode_closed_record(Timestamp written) {
  Encoder out;
  return out.put(kVersion).put_i64(to_us(written)).take();
}

Buffer encode_savepoint_record(const SavepointRecord& record) {
  Encoder out;
  return out.put(kVersion).put_i64(to_us(record.written)).put(record.sequence).take();
}

Result<SavepointRecord> decode_savepoint_record(View body) {
  Decoder in(body);
  const auto version = in.get<std::uint16_t>();
  if (in.ok() && version != kVersion)
    return fail(Code::kInvalid, "audit.journal_unknown", {{"version", std::to_string(version)}});
  SavepointRecord record{from_us(in.get_i64())};
  record.sequence = in.get<std::uint64_t>();
  if (!in.done()) return fail(Code::kCorrupt, "audit.journal_malformed");
  return record;
}

Buffer encode_journal_record(const JournalRecord& record) {
  Encoder out;
  std::size_t length = 64 + 8 * record.reading.size();
  for (const Leaf& leaf : record.leaves) length += 12 + leaf.octets.size();
  out.buffer().reserve(length);
  out.put(kVersion).put(std::uint16_t(record.source_complete_up_to ? kHasSource : 0));
  out.put_i64(to_us(record.written)).put(record.source_complete_up_to.value_or(0));
  out.put(std::uint32_t(record.reading.size())).put(std::uint32_t(record.leaves.size()));
  for (TenantId tenant : record.reading) out.put_i64(tenant.value);
  for (const Leaf& leaf : record.leaves) out.put_i64(leaf.tenant.value).string(View(leaf.octets));
  return out.take();
}

Result<JournalRecord> decode_journal_record(View body) {
  Decoder in(body);
  const auto version = in.get<std::uint16_t>();
  const auto flags = in.get<std::uint16_t>();
  if (in.ok() && version != kVersion)
    return fail(Code::kInvalid, "audit.journal_unknown", {{"version", std::to_string(version)}});
  JournalRecord record;
  record.written = from_us(in.get_i64());
  const auto source = in.get<std::uint64_t>();
  if ((flags & kHasSource) != 0) record.source_complete_up_to = source;
  const auto reading = in.get<std::uint32_t>();
  const auto leaves = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < reading && in.ok(); ++i) record.reading.push_back({in.get_i64()});
  for (std::uint32_t i = 0; i < leaves && in.ok(); ++i) {
    Leaf leaf;
    leaf.tenant.value = in.get_i64();
    leaf.octets = to_buffer(in.string());
    if (!in.ok()) break;
    auto id = leaf_id(leaf.octets);
    if (!id || leaf.tenant.value < 0) return fail(Code::kCorrupt, "audit.journal_malformed");
    leaf.id = *id;
    record.leaves.push_back(std::move(leaf));
  }
  if (!in.done()) return fail(Code::kCorrupt, "audit.journal_malformed");
  return record;
}

// The id is random already.
std::size_t LeafIdHash::operator()(const LeafId& id) const {
  std::size_t value;
  std::memcpy(&value, id.data(), sizeof value);
  return value;
}

const Receipt* RecentLeaves::find(const LeafId& id) const {
  auto found = receipts_.find(id);
  return found == receipts_.end() ? nullptr : found->second;
}

void RecentLeaves::add(const LeafId& id, Receipt receipt) {
  if (receipts_.contains(id)) return;
  receipts_.emplace(id, &order_.emplace_back(id, receipt).second);
  if (order_.size() <= kCount) return;
  receipts_.erase(order_.front().first);
  order_.pop_front();
}

}  // namespace belfry::audit
