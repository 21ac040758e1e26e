#include "savepoint.h"

#include "base/codec.h"
#include "crypto/hash.h"

#include <algorithm>
#include <optional>

namespace belfry::audit {

namespace {

constexpr std::string_view kMagic = "BELFRYSP";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kLogsCount = kSavepointHead + 8 + 8 + 4 + 4;  // where their number is
constexpr unsigned kLevelsMax = 8;                                  // of 256 ^ 8 leaves

std::uint64_t bundles_of(std::uint64_t size) {
  return (size + kTileWidth - 1) / kTileWidth;
}

std::unexpected<Error> malformed() {
  return fail(Code::kCorrupt, "audit.savepoint_malformed");
}

std::optional<Edge> read_edge(Decoder& in, std::uint64_t size) {
  const auto levels = in.get<std::uint16_t>();
  if (levels > kLevelsMax) return std::nullopt;
  std::vector<Hashes> partial(levels);
  for (unsigned level = 0; level < levels && in.ok(); ++level) {
    partial[level].resize(size >> 8 * level & (kTileWidth - 1));
    for (Hash& hash : partial[level]) {
      const View octets = in.raw(sizeof(Hash));
      if (!in.ok()) return std::nullopt;
      std::ranges::copy(octets, hash.begin());
    }
  }
  // A level above those would have to be empty.
  if (levels < kLevelsMax && size >> 8 * levels != 0) return std::nullopt;
  return Edge(size, std::move(partial));
}

std::optional<SavedLog> read_log(Decoder& in) {
  SavedLog log;
  log.tenant.value = in.get_i64();
  log.counted = in.get<std::uint64_t>();
  const auto size = in.get<std::uint64_t>();
  log.deleted = in.get<std::uint64_t>();
  log.removed = in.get<std::uint64_t>();
  if (!in.ok() || log.counted > size || log.deleted > size / kTileWidth ||
      log.removed > log.deleted)
    return std::nullopt;
  auto edge = read_edge(in, size);
  if (!edge) return std::nullopt;
  log.edge = std::move(*edge);
  for (std::uint64_t bundle = log.deleted; bundle < bundles_of(size); ++bundle) {
    const Timestamp written = from_us(in.get_i64());
    log.bundles.push_back({written, in.get<std::uint32_t>()});
    if (!in.ok()) return std::nullopt;
  }
  return log;
}

}  // namespace

SavepointEncoder::SavepointEncoder(const Savepoint& head) {
  Encoder out;
  out.raw(as_view(kMagic)).put(kVersion).put(std::uint16_t{0}).put(head.sequence);
  out.put_i64(to_us(head.last_written)).put(head.source_watermark);
  out.put(std::uint32_t(head.reading.size())).put(std::uint32_t(head.recent.size()));
  out.put(std::uint32_t{0});
  for (TenantId tenant : head.reading) out.put_i64(tenant.value);
  for (const auto& [id, receipt] : head.recent)
    out.raw(id).put_i64(receipt.tenant.value).put(receipt.index);
  octets_ = out.take();
}

void SavepointEncoder::add(const SavedLog& log) {
  Encoder out;
  out.buffer() = std::move(octets_);
  out.put_i64(log.tenant.value).put(log.counted).put(log.edge.size());
  out.put(log.deleted).put(log.removed).put(std::uint16_t(log.edge.partial().size()));
  for (const Hashes& tile : log.edge.partial())
    for (const Hash& hash : tile) out.raw(hash);
  for (const SavedBundle& bundle : log.bundles)
    out.put_i64(to_us(bundle.written)).put(bundle.octets);
  octets_ = out.take();
  ++logs_;
}

Buffer SavepointEncoder::finish() {
  Encoder count;
  count.put(logs_);
  std::ranges::copy(count.buffer(), octets_.begin() + kLogsCount);
  const auto digest = crypto::sha256(octets_);
  octets_.insert(octets_.end(), digest.begin(), digest.end());
  return std::move(octets_);
}

Result<Savepoint> decode_savepoint(View octets) {
  if (octets.size() < sizeof(Hash)) return malformed();
  const View body = octets.first(octets.size() - sizeof(Hash));
  if (!std::ranges::equal(crypto::sha256(body), octets.subspan(body.size()))) return malformed();
  Decoder in(body);
  if (as_text(in.raw(kMagic.size())) != kMagic) return malformed();
  const auto version = in.get<std::uint16_t>();
  if (in.ok() && version != kVersion)
    return fail(Code::kInvalid, "audit.savepoint_unknown", {{"version", std::to_string(version)}});
  in.get<std::uint16_t>();
  Savepoint out;
  out.sequence = in.get<std::uint64_t>();
  out.last_written = from_us(in.get_i64());
  out.source_watermark = in.get<std::uint64_t>();
  const auto reading = in.get<std::uint32_t>();
  const auto recent = in.get<std::uint32_t>();
  const auto logs = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < reading && in.ok(); ++i) out.reading.insert({in.get_i64()});
  for (std::uint32_t i = 0; i < recent && in.ok(); ++i) {
    auto& [id, receipt] = out.recent.emplace_back();
    std::ranges::copy(in.raw(id.size()), id.begin());
    receipt.tenant.value = in.get_i64();
    receipt.index = in.get<std::uint64_t>();
  }
  for (std::uint32_t i = 0; i < logs && in.ok(); ++i) {
    auto log = read_log(in);
    if (!log) return malformed();
    out.logs.push_back(std::move(*log));
  }
  if (!in.done() || out.sequence == 0) return malformed();
  return out;
}

segments::Sequence savepoint_sequence(View head) {
  Decoder in(head);
  if (as_text(in.raw(kMagic.size())) != kMagic) return 0;
  in.raw(4);
  const auto sequence = in.get<std::uint64_t>();
  return in.ok() ? sequence : 0;
}

}  // namespace belfry::audit
