// The aws-chunked framing of a body, signed or not, with or without trailers (S3 API Reference,
// "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks").
//
//   kLine --size > 0--> kData --all taken--> kLine (the empty line after data) --> kLine ...
//   kLine --size = 0--> kLine (trailers) --last line--> kEnd
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "http/server.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::s3 {

// What signs each chunk: the key, and the signature before the first one.
struct ChunkSigner {
  crypto::Digest key{};
  std::string timestamp, scope;
  std::string previous;  // signature
};

class AwsChunkFraming {
 public:
  enum class Want { kLine, kData, kEnd };
  enum class Trailers { kNone, kExpected };

  // Without `signer` chunks are not signed.
  AwsChunkFraming(std::optional<ChunkSigner> signer, Trailers trailers);

  Want want() const { return want_; }
  // Of kLine: without its line end. Errors: InvalidRequest, SignatureDoesNotMatch.
  Result<> line(std::string_view line);
  std::uint64_t data_left() const { return data_left_; }
  // Octets of the chunk, at most data_left(). Errors: SignatureDoesNotMatch at a chunk's end.
  Result<> take(View data);
  // The body may end here although kEnd was not reached: some clients leave the last empty line
  // out.
  bool may_end() const;
  const http::Fields& trailers() const { return trailers_; }

 private:
  enum class State { kSize, kAfterData, kTrailer };

  Result<> size_line(std::string_view line);
  Result<> trailer_line(std::string_view line);
  Result<> check_chunk();
  Result<> check_trailers(std::string_view signature);

  std::optional<ChunkSigner> signer_;
  const bool trailers_expected_;
  bool trailers_checked_ = false;
  Want want_ = Want::kLine;
  State state_ = State::kSize;
  std::uint64_t data_left_ = 0;
  std::string chunk_signature_;
  crypto::Hasher chunk_hash_{crypto::Algorithm::kSha256};
  http::Fields trailers_;
  std::string canonical_trailers_;
  int trailer_lines_ = 0;
};

inline constexpr std::size_t kAwsChunkLineMax = 4096;

}  // namespace belfry::s3
