#include "sealing.h"

#include "base/ensure.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::string_view kWrapLabel = "belfry object key 1";
constexpr std::string_view kChunkLabel = "belfry object chunk 1";
constexpr std::size_t kPlaceLength = 9;

Buffer bound_to(std::string_view label, BucketId bucket, const std::string& object) {
  Encoder out;
  out.buffer().reserve(label.size() + object.size() + 32);
  return out.raw(as_view(label)).put_i64(bucket.value).string(object).take();
}

std::array<std::byte, crypto::kNonceLength> nonce_of(ChunkPlace place) {
  std::array<std::byte, crypto::kNonceLength> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::byte>(place.number >> (8 * i));
  return nonce;
}

}  // namespace

ChunkCipher::ChunkCipher(BucketId bucket, const std::string& object)
    : associated_(bound_to(kChunkLabel, bucket, object)) {
  associated_.resize(associated_.size() + kPlaceLength);
}

ChunkCipher ChunkCipher::make(const crypto::Key& key, BucketId bucket, const std::string& object,
                              Random& random, Envelope& envelope) {
  ChunkCipher cipher(bucket, object);
  random.fill(cipher.data_key_);
  envelope.key = key.id;
  envelope.version = key.version;
  MutableView wrapped(envelope.wrapped);
  MutableView nonce = wrapped.first(crypto::kNonceLength);
  random.fill(nonce);
  crypto::seal_into(key.secret, nonce, bound_to(kWrapLabel, bucket, object), cipher.data_key_,
                    wrapped.subspan(crypto::kNonceLength));
  return cipher;
}

Result<ChunkCipher> ChunkCipher::unwrap(const crypto::Key& key, BucketId bucket,
                                        const std::string& object, const Envelope& envelope) {
  ChunkCipher cipher(bucket, object);
  View wrapped(envelope.wrapped);
  auto opened = crypto::open_into(key.secret, wrapped.first(crypto::kNonceLength),
                                  bound_to(kWrapLabel, bucket, object),
                                  wrapped.subspan(crypto::kNonceLength), cipher.data_key_);
  if (!opened) return fail(Code::kCorrupt, "object.bad_envelope", {{"key", object}});
  return cipher;
}

View ChunkCipher::associated(ChunkPlace place) {
  std::size_t at = associated_.size() - kPlaceLength;
  for (std::size_t i = 0; i < 8; ++i)
    associated_[at + i] = static_cast<std::byte>(place.number >> (8 * i));
  associated_[at + 8] = std::byte(place.last ? 1 : 0);
  return associated_;
}

void ChunkCipher::seal(ChunkPlace place, View plain, MutableView out) {
  ENSURE(out.size() == plain.size() + crypto::kTagLength);
  crypto::seal_into(data_key_, nonce_of(place), associated(place), plain, out);
}

Result<> ChunkCipher::open(ChunkPlace place, View sealed, View tag, MutableView out) {
  return crypto::open_into(data_key_, nonce_of(place), associated(place), sealed, tag, out);
}

std::uint64_t chunks_of(std::uint64_t plain) {
  return plain == 0 ? 1 : (plain + kChunk - 1) / kChunk;
}

std::uint64_t sealed_size(std::uint64_t plain) {
  return plain + chunks_of(plain) * crypto::kTagLength;
}

void encode_envelope(Encoder& out, const Envelope& envelope) {
  out.put_i64(envelope.key.value).put(envelope.version).raw(envelope.wrapped);
}

Envelope decode_envelope(Decoder& in) {
  Envelope envelope;
  envelope.key.value = in.get_i64();
  envelope.version = in.get<std::uint32_t>();
  View wrapped = in.raw(envelope.wrapped.size());
  if (in.ok()) std::ranges::copy(wrapped, envelope.wrapped.begin());
  return envelope;
}

}  // namespace belfry::objects
