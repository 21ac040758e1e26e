#include "reading.h"

#include <algorithm>
#include <array>
#include <memory>

namespace belfry::objects {
namespace {

// 512 KiB: each read and each write of less costs calls of the system, of more the processor's
// cache.
constexpr std::uint64_t kChunksAtOnce = 4;
constexpr std::uint64_t kBlock = 4 << 20;  // of the segment store's checksums

class ObjectReading : public Reading {
 public:
  ObjectReading(Engine& engine, crypto::KeyStore& keys, OpenObject object,
                std::optional<Range> range)
      : engine_(engine), keys_(keys), object_(std::move(object)) {
    if (range) at_ = range->first, end_ = range->last + 1;
  }

  const ObjectInfo& info() const override { return object_.value.info; }

  Task<View> next() override {
    if (at_ >= end_) co_return View{};
    CO_TRY(co_await enter_piece());
    const std::uint64_t end = std::min(end_ - piece_start_, object_.value.pieces[piece_].size);
    const std::uint64_t first = (at_ - piece_start_) / kChunk;
    const std::uint64_t count = std::min(kChunksAtOnce, (end + kChunk - 1) / kChunk - first);
    CO_TRY(MutableView plain, co_await load({first, count}));
    const std::uint64_t start = piece_start_ + first * kChunk;
    const std::uint64_t until = std::min(piece_start_ + end, start + plain.size());
    const View wanted = plain.subspan(at_ - start, until - at_);
    at_ = until;
    co_return wanted;
  }

 private:
  // Makes `piece_` the one that holds `at_`.
  Task<> enter_piece() {
    const auto& pieces = object_.value.pieces;
    while (piece_ < pieces.size() && at_ >= piece_start_ + pieces[piece_].size) {
      piece_start_ += pieces[piece_++].size;
      cipher_.reset();
      copy_.reset();
    }
    if (piece_ == pieces.size())
      co_return fail(Code::kCorrupt, "object.bad_value", {{"key", info().key}});
    if (cipher_) co_return Result<>();
    const Envelope& envelope = pieces[piece_].envelope;
    CO_TRY(crypto::Key key, keys_.find(envelope.key));
    CO_TRY(cipher_, ChunkCipher::unwrap(key, object_.entry.bucket, object_.entry.key, envelope));
    if (auto* file = std::get_if<segments::FilePosition>(&object_.entry.blobs[piece_])) {
      CO_TRY(copy_, co_await engine_.open_copy(*file));
    }
    co_return Result<>();
  }

  std::uint64_t chunk_length(std::uint64_t number) const {
    std::uint64_t size = object_.value.pieces[piece_].size;
    return std::min<std::uint64_t>(kChunk, size - number * kChunk);
  }

  struct Chunks {
    std::uint64_t first = 0, count = 0;
  };
  std::uint64_t plain_length(Chunks chunks) const {
    return (chunks.count - 1) * kChunk + chunk_length(chunks.first + chunks.count - 1);
  }
  std::uint64_t sealed_length(Chunks chunks) const {
    return plain_length(chunks) + chunks.count * crypto::kTagLength;
  }

  // The plaintext of these chunks, until the next call.
  Task<MutableView> load(Chunks chunks) {
    const Blob& blob = object_.entry.blobs[piece_];
    if (auto* there = std::get_if<RecordBlob>(&blob)) {
      CO_TRY(sealed_, co_await engine_.read_record_blob(*there));
      const std::uint64_t start = chunks.first * kSealedChunk;
      if (start + sealed_length(chunks) > sealed_.size()) co_return corrupt();
      co_return co_await open_sealed(chunks, MutableView(sealed_).subspan(start));
    }
    const MutableView plain = room_for(plain_length(chunks));
    if (read_cached(chunks, plain)) {
      for (std::uint64_t i = 0; i < chunks.count; ++i) {
        const MutableView chunk = plain.subspan(i * kChunk, chunk_length(chunks.first + i));
        CO_TRY(co_await open_chunk(chunks.first + i, chunk, tags_[i], chunk));
      }
      co_return plain;
    }
    CO_TRY(MutableView sealed,
           co_await read_from_disk(std::get<segments::FilePosition>(blob),
                                   chunks.first * kSealedChunk, sealed_length(chunks)));
    co_return co_await open_sealed(chunks, sealed);
  }

  MutableView room_for(std::uint64_t length) {
    if (plain_size_ < length) plain_ = std::make_unique_for_overwrite<std::byte[]>(length);
    plain_size_ = std::max(plain_size_, length);
    return {plain_.get(), length};
  }

  // The tags, which lie between the chunks, go elsewhere: what is opened in place is one stretch.
  bool read_cached(Chunks chunks, MutableView plain) {
    if (!copy_) return false;
    std::array<MutableView, 2 * kChunksAtOnce> parts;
    for (std::uint64_t i = 0; i < chunks.count; ++i) {
      parts[2 * i] = plain.subspan(i * kChunk, chunk_length(chunks.first + i));
      parts[2 * i + 1] = tags_[i];
    }
    return copy_->read_cached(chunks.first * kSealedChunk,
                              std::span(parts).first(2 * chunks.count));
  }

  Task<MutableView> read_from_disk(const segments::FilePosition& file, std::uint64_t offset,
                                   std::size_t length) {
    if (copy_) {
      CO_TRY(read_, co_await copy_->read(offset, length));
      if (read_) co_return MutableView(read_.get(), length);
      copy_.reset();
    }
    sealed_.resize(length);
    CO_TRY(std::size_t got, co_await engine_.read_file(file, offset, sealed_));
    if (got != length) co_return corrupt();
    co_return sealed_;
  }

  std::unexpected<Error> corrupt() const {
    return fail(Code::kCorrupt, "object.corrupt", {{"key", info().key}});
  }

  // Chunks and tags as they are stored; one alone is opened in place.
  Task<MutableView> open_sealed(Chunks chunks, MutableView sealed) {
    const MutableView plain =
        chunks.count == 1 ? sealed.first(plain_length(chunks)) : room_for(plain_length(chunks));
    for (std::uint64_t i = 0; i < chunks.count; ++i) {
      const std::uint64_t length = chunk_length(chunks.first + i);
      const View stored = sealed.subspan(i * kSealedChunk, length + crypto::kTagLength);
      CO_TRY(co_await open_chunk(chunks.first + i, stored.first(length),
                                 stored.last(crypto::kTagLength),
                                 plain.subspan(i * kChunk, length)));
    }
    co_return plain;
  }

  Task<> open_chunk(std::uint64_t number, View sealed, View tag, MutableView plain) {
    ChunkPlace place{number, number + 1 == chunks_of(object_.value.pieces[piece_].size)};
    if (cipher_->open(place, sealed, tag, plain)) co_return Result<>();
    auto* file = std::get_if<segments::FilePosition>(&object_.entry.blobs[piece_]);
    if (!file) co_return corrupt();
    copy_.reset();
    co_return co_await open_other_copy(*file, place, plain);
  }

  // The copy that was read does not authenticate. Whole blocks are checked by the store, which then
  // takes a good copy and repairs the others. If that does not help, each disk is named as the
  // suspect in turn.
  Task<> open_other_copy(const segments::FilePosition& file, ChunkPlace place, MutableView plain) {
    auto opens = [&](View sealed) {
      return cipher_
          ->open(place, sealed.first(plain.size()), sealed.last(crypto::kTagLength), plain)
          .has_value();
    };
    const std::uint64_t length = plain.size() + crypto::kTagLength;
    const std::uint64_t start = place.number * kSealedChunk, end = start + length;
    std::uint64_t from = start / kBlock * kBlock;
    std::uint64_t until = std::min((end + kBlock - 1) / kBlock * kBlock, file.size.count);
    if (until < end) co_return corrupt();
    Buffer blocks(until - from);
    auto got = co_await engine_.read_file(file, from, blocks);
    if (got && *got == blocks.size() && opens(View(blocks).subspan(start - from, length)))
      co_return Result<>();
    CO_TRY(auto copies, co_await engine_.where(object_.entry));
    Buffer sealed(length);
    for (const segments::Copy& copy : copies) {
      got = co_await engine_.read_file(file, start, sealed, copy.disk);
      if (got && *got == sealed.size() && opens(sealed)) co_return Result<>();
    }
    co_return corrupt();
  }

  Engine& engine_;
  crypto::KeyStore& keys_;
  OpenObject object_;
  std::uint64_t at_ = 0, end_ = 0;  // in the object

  std::size_t piece_ = 0;
  std::uint64_t piece_start_ = 0;  // in the object
  std::optional<ChunkCipher> cipher_;
  std::shared_ptr<const segments::FileCopy> copy_;  // of the piece's file; null if there is none
  // What next() gave out is in one of these.
  Buffer sealed_;
  std::shared_ptr<std::byte[]> read_;
  std::unique_ptr<std::byte[]> plain_;
  std::uint64_t plain_size_ = 0;
  std::array<std::array<std::byte, crypto::kTagLength>, kChunksAtOnce> tags_;
};

}  // namespace

std::unique_ptr<Reading> make_reading(Engine& engine, crypto::KeyStore& keys, OpenObject object,
                                      std::optional<Range> range) {
  return std::make_unique<ObjectReading>(engine, keys, std::move(object), range);
}

}  // namespace belfry::objects
