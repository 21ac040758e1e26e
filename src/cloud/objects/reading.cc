#include "reading.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::uint64_t kChunksARead = 8;  // from a disk: each read changes threads
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
    const Piece& piece = object_.value.pieces[piece_];
    std::uint64_t number = (at_ - piece_start_) / kChunk;
    CO_TRY(co_await load(number));
    CO_TRY(co_await open_chunk(number));
    std::uint64_t chunk_start = piece_start_ + number * kChunk;
    std::uint64_t from = at_ - chunk_start;
    std::uint64_t until =
        std::min({end_ - chunk_start, std::uint64_t(kChunk), piece.size - number * kChunk});
    at_ = chunk_start + until;
    co_return plain_.subspan(from, until - from);
  }

 private:
  // Makes `piece_` the one that holds `at_`.
  Task<> enter_piece() {
    const auto& pieces = object_.value.pieces;
    while (piece_ < pieces.size() && at_ >= piece_start_ + pieces[piece_].size) {
      piece_start_ += pieces[piece_++].size;
      cipher_.reset();
      copy_.reset();
      loaded_count_ = 0;
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

  // Brings the sealed octets of chunk `number`, and of some that follow, into memory.
  Task<> load(std::uint64_t number) {
    if (number >= loaded_first_ && number < loaded_first_ + loaded_count_) co_return Result<>();
    const Blob& blob = object_.entry.blobs[piece_];
    std::uint64_t chunks = chunks_of(object_.value.pieces[piece_].size);
    loaded_count_ = 0;
    if (auto* there = std::get_if<RecordBlob>(&blob)) {
      CO_TRY(own_, co_await engine_.read_record_blob(*there));
      sealed_ = own_;
      loaded_first_ = 0;
      loaded_count_ = chunks;
    } else {
      if (load_cached(number)) co_return Result<>();
      const auto& file = std::get<segments::FilePosition>(blob);
      std::uint64_t wanted = (end_ - piece_start_ + kChunk - 1) / kChunk - number;
      std::uint64_t count = std::min({kChunksARead, chunks - number, wanted});
      std::uint64_t length =
          (count - 1) * kSealedChunk + chunk_length(number + count - 1) + crypto::kTagLength;
      CO_TRY(co_await load_from_disk(file, number * kSealedChunk, length));
      loaded_first_ = number;
      loaded_count_ = count;
    }
    co_return Result<>();
  }

  // One chunk at a time, so that it is still near when it is opened.
  bool load_cached(std::uint64_t number) {
    if (!copy_) return false;
    own_.resize(chunk_length(number) + crypto::kTagLength);
    if (!copy_->read_cached(number * kSealedChunk, own_)) return false;
    sealed_ = own_;
    loaded_first_ = number;
    loaded_count_ = 1;
    return true;
  }

  Task<> load_from_disk(const segments::FilePosition& file, std::uint64_t offset,
                        std::size_t length) {
    if (copy_) {
      CO_TRY(read_, co_await copy_->read(offset, length));
      sealed_ = {read_.get(), read_ ? length : 0};
      if (read_) co_return Result<>();
      copy_.reset();
    }
    own_.resize(length);
    sealed_ = own_;
    CO_TRY(std::size_t got, co_await engine_.read_file(file, offset, sealed_));
    if (got != length) co_return corrupt();
    co_return Result<>();
  }

  std::unexpected<Error> corrupt() const {
    return fail(Code::kCorrupt, "object.corrupt", {{"key", info().key}});
  }

  Task<> open_chunk(std::uint64_t number) {
    std::uint64_t length = chunk_length(number) + crypto::kTagLength;
    std::uint64_t start = (number - loaded_first_) * kSealedChunk;
    if (start + length > sealed_.size()) co_return corrupt();
    MutableView sealed = sealed_.subspan(start, length);
    plain_ = sealed.first(chunk_length(number));
    ChunkPlace place{number, number + 1 == chunks_of(object_.value.pieces[piece_].size)};
    if (cipher_->open(place, sealed, plain_)) co_return Result<>();
    auto* file = std::get_if<segments::FilePosition>(&object_.entry.blobs[piece_]);
    if (!file) co_return corrupt();
    copy_.reset();
    co_return co_await open_other_copy(*file, place, sealed);
  }

  // The copy that was read does not authenticate. Whole blocks are checked by the store, which then
  // takes a good copy and repairs the others. If that does not help, each disk is named as the
  // suspect in turn.
  Task<> open_other_copy(const segments::FilePosition& file, ChunkPlace place, MutableView sealed) {
    std::uint64_t start = place.number * kSealedChunk, end = start + sealed.size();
    std::uint64_t from = start / kBlock * kBlock;
    std::uint64_t until = std::min((end + kBlock - 1) / kBlock * kBlock, file.size.count);
    if (until < end) co_return corrupt();
    Buffer blocks(until - from);
    auto got = co_await engine_.read_file(file, from, blocks);
    if (got && *got == blocks.size()) {
      std::ranges::copy(View(blocks).subspan(start - from, sealed.size()), sealed.begin());
      if (cipher_->open(place, sealed, plain_)) co_return Result<>();
    }
    CO_TRY(auto copies, co_await engine_.where(object_.entry));
    for (const segments::Copy& copy : copies) {
      got = co_await engine_.read_file(file, start, sealed, copy.disk);
      if (got && *got == sealed.size() && cipher_->open(place, sealed, plain_))
        co_return Result<>();
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
  Buffer own_;
  std::shared_ptr<std::byte[]> read_;
  MutableView sealed_;                                 // in one of these
  MutableView plain_;                                  // the present chunk, opened in place
  std::uint64_t loaded_first_ = 0, loaded_count_ = 0;  // chunks of the piece in `sealed_`
};

}  // namespace

std::unique_ptr<Reading> make_reading(Engine& engine, crypto::KeyStore& keys, OpenObject object,
                                      std::optional<Range> range) {
  return std::make_unique<ObjectReading>(engine, keys, std::move(object), range);
}

}  // namespace belfry::objects
