// The body of a request as its sender meant it: taken out of aws-chunked framing, its signatures
// and checksums verified on the way.
#pragma once

#include "aws_chunked.h"
#include "call.h"
#include "checksum.h"
#include "runtime/stream.h"

#include <array>

namespace belfry::s3 {

// Invariant: the last octets are given out only when all that follows them (the last chunk's
// signature, the trailers, the checksum) holds, so that a reader that counts needs no further read.
class Payload final : public Source {
 public:
  // What the x-amz-checksum fields are of: of Complete, the object that it makes.
  enum class Checksums { kOfBody, kOfObject };
  // From the request's fields. Errors: EntityTooLarge, InvalidDigest, InvalidRequest,
  // NotImplemented.
  static Result<std::unique_ptr<Payload>> make(Call& call,
                                               Checksums checksums = Checksums::kOfBody);

  Task<std::size_t> read(MutableView out) override;
  // What an empty body promised; nothing for others, which read() checks.
  Task<> check_empty();

  std::optional<Bytes> size() const { return size_; }  // decoded
  const std::optional<std::array<std::byte, 16>>& md5() const { return md5_; }
  const std::optional<std::array<std::byte, 32>>& sha256() const { return sha256_; }
  bool has_checksum() const { return checksum_ != nullptr; }
  // Has the checksum of `kind` computed, whether the sender gave it or not. Errors: InvalidRequest
  // when the sender gave one of another kind.
  Result<> compute(ChecksumKind kind);
  // Once all was read: the checksum as it is kept with what was stored; nothing if there is none.
  objects::Headers kept_headers() const;
  // Once all was read: the field that repeats the checksum to the client.
  std::pair<std::string, std::string> checksum_field() const;

 private:
  Payload(Call& call, Source& body) : call_(call), body_(body) {}

  Result<> read_framing();
  Result<> read_size();
  Result<> read_digests();
  Result<> read_checksum();
  Result<> read_checksum_trailer();
  Task<std::size_t> read_decoded(MutableView out);
  Task<std::size_t> read_framed(MutableView out);
  Task<bool> take_line();
  Task<> finish();

  Call& call_;
  Source& body_;
  std::optional<Bytes> size_;
  std::optional<std::array<std::byte, 16>> md5_;
  std::optional<std::array<std::byte, 32>> sha256_;
  std::optional<AwsChunkFraming> framing_;
  Buffer buffer_;  // read and not yet used, of framed bodies
  std::size_t buffer_begin_ = 0;
  std::unique_ptr<Checksum> checksum_;
  ChecksumKind checksum_kind_ = ChecksumKind::kCrc32;
  std::string checksum_expected_;  // empty: comes in the trailers
  std::string checksum_value_;
  bool checksum_in_trailer_ = false;
  bool checksum_announced_ = false;  // else it is computed for us alone
  std::uint64_t received_ = 0;
  bool finished_ = false;
};

// A whole small body, its digests verified. Errors, besides: MalformedXML when it is longer than
// `limit`.
struct Document {
  std::string text;
  bool has_digest = false;  // Content-MD5 or a checksum came with it
};
Task<Document> read_document(Call& call, Bytes limit,
                             Payload::Checksums checksums = Payload::Checksums::kOfBody);

// Of what is stored: no length and no chunks would be an empty object by mistake. Errors:
// MissingContentLength.
Result<> check_length_said(const http::Request& request);

}  // namespace belfry::s3
