#include "embedded/commit_record.h"

#include "base/ensure.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::uint16_t kVersion = 1;
constexpr std::uint8_t kMustKnow = 0x80;  // kinds with this bit are not to be skipped
constexpr std::uint8_t kKeepsOldBlobs = 1;

enum BlobWhere : std::uint8_t { kInFile = 1, kInOtherRecord = 2, kInThisRecord = 3 };

void put_u32_at(Buffer& out, std::size_t at, std::size_t value) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::byte>(value >> (8 * i));
}

// `area_length`: octets of inline blobs before this change's.
void encode_change(Encoder& out, const Change& change, std::size_t area_length) {
  std::size_t start = out.buffer().size();
  out.put(std::uint32_t(0));
  out.put(static_cast<std::uint8_t>(change.what));
  out.put(static_cast<std::uint8_t>(change.kind));
  out.put(std::uint8_t(change.old_blobs == OldBlobs::kKeep ? kKeepsOldBlobs : 0));
  out.string(change.suffix);
  if (change.what == Change::Kind::kPut) {
    out.string(View(change.value));
    bool has_inline = !change.inline_blob.empty();
    out.put(std::uint32_t(change.blobs.size() + (has_inline ? 1 : 0)));
    for (const Blob& blob : change.blobs) encode_blob(out, blob);
    if (has_inline) {
      out.put(std::uint8_t(kInThisRecord)).put(std::uint32_t(area_length));
      out.put(std::uint32_t(change.inline_blob.size()));
    }
  }
  put_u32_at(out.buffer(), start, out.buffer().size() - start - 4);
}

bool known(std::uint8_t value, std::uint8_t last) {
  return value >= 1 && value <= last;
}

// Nothing for a change to be skipped.
Result<std::optional<Change>> decode_change(View block, const segments::Position& record,
                                            std::uint32_t area_offset) {
  Decoder in(block);
  auto what = in.get<std::uint8_t>();
  auto kind = in.get<std::uint8_t>();
  auto flags = in.get<std::uint8_t>();
  if (!in.ok()) return fail(Code::kCorrupt, "engine.bad_commit");
  bool understood = known(what, 3) && known(kind, 4);
  if (!understood) {
    if ((what | kind) & kMustKnow) return fail(Code::kCorrupt, "engine.unknown_record");
    return std::nullopt;
  }
  Change change{.what = static_cast<Change::Kind>(what), .kind = static_cast<EntryKind>(kind)};
  change.suffix = in.text();
  change.old_blobs = flags & kKeepsOldBlobs ? OldBlobs::kKeep : OldBlobs::kRelease;
  if (change.what == Change::Kind::kPut) {
    change.value = to_buffer(in.string());
    auto count = in.get<std::uint32_t>();
    if (count > block.size()) return fail(Code::kCorrupt, "engine.bad_commit");
    for (std::uint32_t i = 0; i < count; ++i) {
      std::optional<Blob> blob = decode_blob(in, record, area_offset);
      if (!blob) return fail(Code::kCorrupt, "engine.bad_commit");
      change.blobs.push_back(*blob);
    }
  }
  if (!in.ok()) return fail(Code::kCorrupt, "engine.bad_commit");
  return change;
}

Result<std::optional<audit::Leaf>> decode_leaf(View block) {
  if (block.empty()) return std::nullopt;
  Decoder in(block);
  audit::Leaf leaf;
  leaf.tenant.value = in.get_i64();
  View id = in.raw(leaf.id.size());
  if (!in.ok()) return fail(Code::kCorrupt, "engine.bad_commit");
  std::ranges::copy(id, leaf.id.begin());
  leaf.octets = to_buffer(in.rest());
  return leaf;
}

}  // namespace

void encode_blob(Encoder& out, const Blob& blob) {
  if (auto* file = std::get_if<segments::FilePosition>(&blob)) {
    out.put(std::uint8_t(kInFile)).put_i64(file->set.value).raw(file->file);
    out.put(file->size.count);
    return;
  }
  const auto& there = std::get<RecordBlob>(blob);
  out.put(std::uint8_t(kInOtherRecord)).put_i64(there.record.set.value);
  out.put(there.record.segment).put(there.record.offset).put(there.record.length);
  out.put(there.offset).put(there.length);
}

std::optional<Blob> decode_blob(Decoder& in, const segments::Position& own,
                                std::uint32_t area_offset) {
  auto where = in.get<std::uint8_t>();
  if (where == kInFile) {
    segments::FilePosition file;
    file.set.value = in.get_i64();
    View id = in.raw(file.file.size());
    file.size.count = in.get<std::uint64_t>();
    if (!in.ok()) return std::nullopt;
    std::ranges::copy(id, file.file.begin());
    return file;
  }
  RecordBlob blob;
  if (where == kInOtherRecord) {
    blob.record.set.value = in.get_i64();
    blob.record.segment = in.get<std::uint32_t>();
    blob.record.offset = in.get<std::uint32_t>();
    blob.record.length = in.get<std::uint32_t>();
    blob.offset = in.get<std::uint32_t>();
  } else if (where == kInThisRecord) {
    blob.record = own;
    blob.offset = area_offset + in.get<std::uint32_t>();
  } else {
    return std::nullopt;
  }
  blob.length = in.get<std::uint32_t>();
  return in.ok() ? std::optional<Blob>(blob) : std::nullopt;
}

EncodedCommit encode_commit(Commit commit) {
  Encoder out;
  std::size_t expected = 96 + commit.key.size() + (commit.leaf ? commit.leaf->octets.size() : 0);
  for (const Change& change : commit.changes)
    expected += 80 + change.suffix.size() + change.value.size() + 40 * change.blobs.size();
  out.buffer().reserve(expected);
  out.put(kVersion).put(std::uint16_t(0)).put(std::uint32_t(0));  // header length: below
  out.put_i64(commit.bucket.value).string(commit.key);
  out.put(std::uint32_t(commit.changes.size()));
  std::size_t area_length = 0;
  for (const Change& change : commit.changes) {
    encode_change(out, change, area_length);
    area_length += change.inline_blob.size();
  }
  if (commit.leaf) {
    out.put(std::uint32_t(8 + commit.leaf->id.size() + commit.leaf->octets.size()));
    out.put_i64(commit.leaf->tenant.value).raw(commit.leaf->id).raw(commit.leaf->octets);
  } else {
    out.put(std::uint32_t(0));
  }
  std::size_t header_length = out.buffer().size();
  put_u32_at(out.buffer(), 4, header_length);

  EncodedCommit encoded;
  encoded.body.push_back(out.take());
  std::size_t offset = header_length;
  for (Change& change : commit.changes) {
    if (change.inline_blob.empty()) continue;
    auto length = std::uint32_t(change.inline_blob.size());
    change.blobs.push_back(RecordBlob{{}, std::uint32_t(offset), length});
    offset += length;
    encoded.body.push_back(std::exchange(change.inline_blob, {}));
  }
  encoded.commit = {commit.bucket, std::move(commit.key), std::move(commit.changes),
                    std::move(commit.leaf)};
  return encoded;
}

void place(DecodedCommit& commit, const segments::Position& record) {
  for (Change& change : commit.changes) {
    if (change.blobs.empty()) continue;
    auto* last = std::get_if<RecordBlob>(&change.blobs.back());
    if (last && last->record == segments::Position{}) last->record = record;
  }
}

Result<DecodedCommit> decode_commit(View body, const segments::Position& record) {
  Decoder in(body);
  auto version = in.get<std::uint16_t>();
  in.get<std::uint16_t>();
  auto header_length = in.get<std::uint32_t>();
  if (!in.ok() || header_length > body.size() || header_length < 8)
    return fail(Code::kCorrupt, "engine.bad_commit");
  if (version != kVersion)
    return fail(Code::kCorrupt, "engine.unknown_record", {{"version", std::to_string(version)}});
  in = Decoder(body.subspan(8, header_length - 8));
  DecodedCommit commit;
  commit.bucket.value = in.get_i64();
  commit.key = in.text();
  auto count = in.get<std::uint32_t>();
  if (!in.ok() || count > body.size()) return fail(Code::kCorrupt, "engine.bad_commit");
  for (std::uint32_t i = 0; i < count; ++i) {
    View block = in.string();
    if (!in.ok()) return fail(Code::kCorrupt, "engine.bad_commit");
    TRY(std::optional<Change> change, decode_change(block, record, header_length));
    if (!change) continue;
    for (const Blob& blob : change->blobs) {
      auto* there = std::get_if<RecordBlob>(&blob);
      if (!there || there->record != record) continue;
      if (std::uint64_t(there->offset) + there->length > body.size())
        return fail(Code::kCorrupt, "engine.bad_commit");
    }
    commit.changes.push_back(std::move(*change));
  }
  View leaf = in.string();
  if (!in.ok()) return fail(Code::kCorrupt, "engine.bad_commit");
  TRY(commit.leaf, decode_leaf(leaf));
  return commit;
}

}  // namespace belfry::objects
