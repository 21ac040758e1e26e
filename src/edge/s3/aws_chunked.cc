#include "aws_chunked.h"

#include "base/ascii.h"
#include "base/ensure.h"
#include "base/text_encoding.h"
#include "errors.h"
#include "signature.h"

#include <algorithm>
#include <charconv>

namespace belfry::s3 {
namespace {

constexpr int kTrailerLinesMax = 16;
constexpr std::string_view kSignatureExtension = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

std::unexpected<Error> malformed() {
  return refuse_with("InvalidRequest", "The aws-chunked body is malformed.");
}

}  // namespace

AwsChunkFraming::AwsChunkFraming(std::optional<ChunkSigner> signer, Trailers trailers)
    : signer_(std::move(signer)), trailers_expected_(trailers == Trailers::kExpected) {}

Result<> AwsChunkFraming::line(std::string_view line) {
  ENSURE(want_ == Want::kLine);
  switch (state_) {
    case State::kSize:
      return size_line(line);
    case State::kAfterData:
      state_ = State::kSize;
      return line.empty() ? Result<>() : malformed();
    case State::kTrailer:
      return trailer_line(line);
  }
  return malformed();
}

Result<> AwsChunkFraming::size_line(std::string_view line) {
  std::size_t semicolon = std::min(line.find(';'), line.size());
  std::string_view digits = line.substr(0, semicolon);
  std::uint64_t size = 0;
  auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || digits.size() > 15 || ec != std::errc() ||
      end != digits.data() + digits.size())
    return malformed();
  std::string_view extension = trim(line.substr(std::min(semicolon + 1, line.size())));
  if (signer_) {
    if (!extension.starts_with(kSignatureExtension)) return malformed();
    chunk_signature_ = extension.substr(kSignatureExtension.size());
  }
  if (size > 0) {
    data_left_ = size;
    want_ = Want::kData;
    return {};
  }
  state_ = State::kTrailer;
  return check_chunk();
}

Result<> AwsChunkFraming::take(View data) {
  ENSURE(want_ == Want::kData && data.size() <= data_left_);
  if (signer_) chunk_hash_.update(data);
  data_left_ -= data.size();
  if (data_left_ > 0) return {};
  want_ = Want::kLine;
  state_ = State::kAfterData;
  return check_chunk();
}

Result<> AwsChunkFraming::check_chunk() {
  if (!signer_) return {};
  std::string text = "AWS4-HMAC-SHA256-PAYLOAD\n" + signer_->timestamp + "\n" + signer_->scope +
                     "\n" + signer_->previous + "\n" + to_hex(crypto::sha256({})) + "\n" +
                     to_hex(chunk_hash_.finish());
  std::string expected = sign(signer_->key, text);
  if (!same_signature(expected, chunk_signature_)) return refuse("SignatureDoesNotMatch");
  signer_->previous = std::move(expected);
  return {};
}

Result<> AwsChunkFraming::trailer_line(std::string_view line) {
  if (++trailer_lines_ > kTrailerLinesMax) return malformed();
  if (line.empty()) {
    // Some clients end each trailer with an empty line; the signature comes last.
    if (!signer_ || !trailers_expected_ || trailers_checked_) want_ = Want::kEnd;
    return {};
  }
  std::size_t colon = line.find(':');
  if (!trailers_expected_ || colon == line.npos || colon == 0) return malformed();
  std::string name = to_lower(trim(line.substr(0, colon)));
  std::string_view value = trim(line.substr(colon + 1));
  if (name == kTrailerSignature) return check_trailers(value);
  if (trailers_checked_) return malformed();
  canonical_trailers_.append(name).append(":").append(value).append("\n");
  trailers_.add(std::move(name), std::string(value));
  return {};
}

Result<> AwsChunkFraming::check_trailers(std::string_view signature) {
  if (!signer_) return {};
  std::string text = "AWS4-HMAC-SHA256-TRAILER\n" + signer_->timestamp + "\n" + signer_->scope +
                     "\n" + signer_->previous + "\n" +
                     to_hex(crypto::sha256(as_view(canonical_trailers_)));
  if (!same_signature(sign(signer_->key, text), signature)) return refuse("SignatureDoesNotMatch");
  trailers_checked_ = true;
  return {};
}

bool AwsChunkFraming::may_end() const {
  if (want_ == Want::kEnd) return true;
  bool signature_missing = signer_ && trailers_expected_ && !trailers_checked_;
  return want_ == Want::kLine && state_ == State::kTrailer && !signature_missing;
}

}  // namespace belfry::s3
