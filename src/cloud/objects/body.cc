#include "body.h"

#include "base/text_encoding.h"

#include <algorithm>

namespace belfry::objects {
namespace {

// Octets without the cost of zeroing them first.
class Octets {
 public:
  void reserve(std::size_t size) {
    if (size <= size_) return;
    octets_ = std::make_unique_for_overwrite<std::byte[]>(size);
    size_ = size;
  }
  MutableView first(std::size_t count) { return {octets_.get(), count}; }

 private:
  std::unique_ptr<std::byte[]> octets_;
  std::size_t size_ = 0;
};

// Reads until `out` is full or the body ends.
Task<std::size_t> fill(Source& body, MutableView out) {
  std::size_t done = 0;
  while (done < out.size()) {
    CO_TRY(std::size_t got, co_await body.read(out.subspan(done)));
    if (got == 0) break;
    done += got;
  }
  co_return done;
}

// The digests of the plaintext that the request needs.
class Digests {
 public:
  explicit Digests(const PutRequest& request) : request_(request), md5_(crypto::Algorithm::kMd5) {
    if (request.sha256) sha256_.emplace(crypto::Algorithm::kSha256);
  }
  void update(View plain) {
    md5_.update(plain);
    if (sha256_) sha256_->update(plain);
  }
  // Errors: invalid when a digest is not what the request says.
  Result<> finish(SealedBody& body) {
    std::ranges::copy(md5_.finish(), body.piece.md5.begin());
    if (request_.md5 && *request_.md5 != body.piece.md5)
      return fail(Code::kInvalid, "object.bad_digest");
    if (!sha256_) return {};
    Buffer sha256 = sha256_->finish();
    if (!std::ranges::equal(*request_.sha256, sha256))
      return fail(Code::kInvalid, "object.wrong_sha256");
    body.sha256_hex = to_hex(sha256);
    return {};
  }

 private:
  const PutRequest& request_;
  crypto::Hasher md5_;
  std::optional<crypto::Hasher> sha256_;
};

// How many octets the next chunk can have: one more than announced shows a body that is too long.
std::size_t next_length(const PutRequest& request, std::uint64_t read) {
  if (!request.size) return kChunk;
  std::uint64_t left = request.size->count > read ? request.size->count - read : 0;
  return std::clamp<std::uint64_t>(left, 1, kChunk);
}

Result<> check_length(const PutRequest& request, std::uint64_t read, bool ended) {
  if (read > kPutSizeMax.count) return fail(Code::kInvalid, "object.too_large");
  if (!request.size) return {};
  bool wrong = read > request.size->count || (ended && read < request.size->count);
  if (wrong) return fail(Code::kInvalid, "object.incomplete_body");
  return {};
}

}  // namespace

void SealedBody::move_into(Change& change) {
  if (file) change.blobs.push_back(*file);
  change.inline_blob = std::move(inline_blob);
}

Task<SealedBody> store_body(Engine& engine, Random& random, BodyPlace place,
                            const PutRequest& request, Source& body) {
  SealedBody out;
  ChunkCipher cipher =
      ChunkCipher::make(place.tenant_key, place.bucket.id, place.key, random, out.piece.envelope);
  Digests digests(request);
  CO_TRY(check_length(request, request.size.value_or(Bytes{}).count, false));
  // One chunk is read ahead, for the last one is sealed as such.
  Octets now, ahead;
  std::size_t capacity = next_length(request, 0);
  now.reserve(capacity);
  CO_TRY(std::size_t length, co_await fill(body, now.first(capacity)));
  std::uint64_t read = length;
  std::unique_ptr<segments::FileWriter> file;
  Octets sealed;
  for (std::uint64_t number = 0;; ++number) {
    std::size_t length_ahead = 0;
    if (length == capacity) {
      std::size_t capacity_ahead = next_length(request, read);
      ahead.reserve(capacity_ahead);
      CO_TRY(length_ahead, co_await fill(body, ahead.first(capacity_ahead)));
      capacity = capacity_ahead;
    }
    bool last = length_ahead == 0;
    read += length_ahead;
    CO_TRY(check_length(request, read, last));
    View plain = now.first(length);
    digests.update(plain);
    if (last && number == 0) {
      out.inline_blob.resize(length + crypto::kTagLength);
      cipher.seal({number, last}, plain, out.inline_blob);
      break;
    }
    if (!file) {
      CO_TRY(file, co_await engine.create_file(place.bucket.placement));
    }
    sealed.reserve(kSealedChunk);
    cipher.seal({number, last}, plain, sealed.first(length + crypto::kTagLength));
    CO_TRY(co_await file->write(sealed.first(length + crypto::kTagLength)));
    if (last) break;
    std::swap(now, ahead);
    length = length_ahead;
  }
  out.piece.size = read;
  CO_TRY(digests.finish(out));
  if (file) {
    CO_TRY(out.file, co_await file->finish());
  }
  co_return out;
}

}  // namespace belfry::objects
