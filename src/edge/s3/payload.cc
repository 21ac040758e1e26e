#include "payload.h"

#include "base/text_encoding.h"
#include "errors.h"
#include "still_allowed.h"
#include "upload_checksum.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace belfry::s3 {
namespace {

constexpr std::size_t kBufferSize = 8192;
static_assert(kBufferSize > kAwsChunkLineMax);

template <std::size_t N>
std::optional<std::array<std::byte, N>> to_array(const std::optional<Buffer>& buffer) {
  if (!buffer || buffer->size() != N) return std::nullopt;
  std::array<std::byte, N> out;
  std::ranges::copy(*buffer, out.begin());
  return out;
}

}  // namespace

Result<std::unique_ptr<Payload>> Payload::make(Call& call, Checksums checksums) {
  std::unique_ptr<Payload> payload(new Payload(call, *call.request.body));
  TRY(payload->read_framing());
  TRY(payload->read_size());
  TRY(payload->read_digests());
  if (checksums == Checksums::kOfBody) TRY(payload->read_checksum());
  TRY(payload->read_checksum_trailer());
  return payload;
}

Result<> Payload::read_framing() {
  std::string_view kind = call_.claim.payload;
  if (kind == kUnsignedPayload) return {};
  bool is_signed = kind.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  bool has_trailers = kind.ends_with("-TRAILER");
  if (kind == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" ||
      kind == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" ||
      kind == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    std::optional<ChunkSigner> signer;
    if (is_signed)
      signer = ChunkSigner{call_.signing_key, call_.claim.timestamp, call_.claim.scope(),
                           call_.claim.signature};
    framing_.emplace(std::move(signer), has_trailers ? AwsChunkFraming::Trailers::kExpected
                                                     : AwsChunkFraming::Trailers::kNone);
    return {};
  }
  if (kind.starts_with("STREAMING-")) return refuse("NotImplemented");
  sha256_ = to_array<32>(from_hex(kind));
  if (!sha256_)
    return refuse_with("InvalidArgument",
                       "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING value, or a "
                       "valid sha256 value.");
  return {};
}

Result<> Payload::read_size() {
  size_ = call_.request.content_length;
  if (framing_) {
    size_.reset();
    std::string_view text = call_.request.fields.get("x-amz-decoded-content-length");
    if (!text.empty()) {
      std::uint64_t length = 0;
      auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), length);
      if (ec != std::errc() || end != text.data() + text.size())
        return refuse_with("InvalidArgument", "x-amz-decoded-content-length is not a number.");
      size_ = Bytes{length};
    }
  } else if (!size_ && !call_.request.fields.find("transfer-encoding")) {
    // No length and no chunks: no body (RFC 9112, section 6.3).
    size_ = Bytes{0};
  }
  if (size_ && *size_ > objects::kPutSizeMax) return refuse("EntityTooLarge");
  return {};
}

Result<> Payload::read_digests() {
  auto text = call_.request.fields.find("content-md5");
  if (!text) return {};
  md5_ = to_array<16>(from_base64(*text));
  if (!md5_) return refuse("InvalidDigest");
  return {};
}

Result<> Payload::read_checksum() {
  for (const auto& [name, value] : call_.request.fields.all()) {
    auto kind = checksum_named(name);
    if (!kind) continue;
    if (checksum_)
      return refuse_with("InvalidRequest",
                         "Expecting a single x-amz-checksum- header. Multiple checksum Types are "
                         "not allowed.");
    auto octets = from_base64(value);
    if (!octets || octets->size() != length_of(*kind))
      return refuse_with("InvalidRequest", "Value for " + name + " header is invalid.");
    checksum_ = make_checksum(*kind);
    checksum_kind_ = *kind;
    checksum_expected_ = to_base64(*octets);
    checksum_announced_ = true;
  }
  return {};
}

Result<> Payload::read_checksum_trailer() {
  std::string_view trailer = call_.request.fields.get("x-amz-trailer");
  if (trailer.empty() || !framing_) return {};
  auto kind = checksum_named(trailer);
  if (!kind || checksum_)
    return refuse_with("InvalidRequest",
                       "The value specified in the x-amz-trailer header is not "
                       "supported");
  checksum_ = make_checksum(*kind);
  checksum_kind_ = *kind;
  checksum_in_trailer_ = true;
  checksum_announced_ = true;
  return {};
}

Result<> Payload::compute(ChecksumKind kind) {
  if (checksum_ && checksum_kind_ != kind)
    return refuse_with(
        "InvalidRequest",
        "Checksum Type mismatch occurred, expected checksum Type: " + std::string(name_of(kind)) +
            ", actual checksum Type: " + std::string(name_of(checksum_kind_)));
  if (checksum_) return {};
  checksum_ = make_checksum(kind);
  checksum_kind_ = kind;
  return {};
}

Task<std::size_t> Payload::read(MutableView out) {
  if (finished_ || out.empty()) co_return std::size_t{0};
  CO_TRY(std::size_t count, co_await read_decoded(out));
  // Before the last octets are given out: nothing is stored by a right that has ended meanwhile.
  if (is_due_again(call_)) CO_TRY(co_await check_still_allowed(call_));
  if (checksum_) checksum_->update(out.first(count));
  received_ += count;
  if (size_ && received_ > size_->count) co_return refuse("IncompleteBody");
  if (received_ > objects::kPutSizeMax.count) co_return refuse("EntityTooLarge");
  if (count == 0 || (size_ && received_ == size_->count)) CO_TRY(co_await finish());
  co_return count;
}

Task<> Payload::check_empty() {
  if (!finished_ && size_ == Bytes{0}) CO_TRY(co_await finish());
  co_return Result<>();
}

// Reads on to the end of the framing, where nothing but its own lines may follow.
Task<> Payload::finish() {
  if (finished_) co_return Result<>();
  finished_ = true;
  if (size_ && received_ != size_->count) co_return refuse("IncompleteBody");
  if (framing_) {
    std::byte more[1];
    CO_TRY(std::size_t count, co_await read_framed(more));
    if (count > 0) co_return refuse("IncompleteBody");
  }
  if (!checksum_) co_return Result<>();
  checksum_value_ = checksum_->finish();
  if (!checksum_announced_) co_return Result<>();
  std::string expected = checksum_expected_;
  if (checksum_in_trailer_) expected = framing_->trailers().get(header_of(checksum_kind_));
  if (expected.empty())
    co_return refuse_with("InvalidRequest", "The trailer that x-amz-trailer names is missing.");
  if (expected != checksum_value_)
    co_return refuse_with("BadDigest", "The " + std::string(name_of(checksum_kind_)) +
                                           " you specified did not match the calculated checksum.");
  co_return Result<>();
}

objects::Headers Payload::kept_headers() const {
  if (!checksum_) return {};
  return headers_of(KeptChecksum{checksum_kind_, checksum_value_, ChecksumType::kFullObject});
}

std::pair<std::string, std::string> Payload::checksum_field() const {
  return {std::string(header_of(checksum_kind_)), checksum_value_};
}

Task<std::size_t> Payload::read_decoded(MutableView out) {
  if (framing_) co_return co_await read_framed(out);
  co_return co_await body_.read(out);
}

Task<std::size_t> Payload::read_framed(MutableView out) {
  for (;;) {
    if (framing_->want() == AwsChunkFraming::Want::kEnd) co_return std::size_t{0};
    if (framing_->want() == AwsChunkFraming::Want::kLine) {
      CO_TRY(bool again, co_await take_line());
      if (!again) co_return std::size_t{0};
      continue;
    }
    std::uint64_t left = std::min<std::uint64_t>(out.size(), framing_->data_left());
    MutableView piece = out.first(static_cast<std::size_t>(left));
    std::size_t buffered = buffer_.size() - buffer_begin_;
    std::size_t count = std::min(buffered, piece.size());
    if (buffered > 0) {
      std::memcpy(piece.data(), buffer_.data() + buffer_begin_, count);
      buffer_begin_ += count;
    } else {
      CO_TRY(count, co_await body_.read(piece));
      if (count == 0) co_return refuse("IncompleteBody");
    }
    CO_TRY(framing_->take(piece.first(count)));
    co_return count;
  }
}

// False: the body has ended where it may.
Task<bool> Payload::take_line() {
  for (;;) {
    std::string_view text = as_text(View(buffer_).subspan(buffer_begin_));
    std::size_t end = text.find('\n');
    if (end != text.npos) {
      std::string line(text.substr(0, end));
      if (line.ends_with('\r')) line.pop_back();
      buffer_begin_ += end + 1;
      CO_TRY(framing_->line(line));
      co_return true;
    }
    if (text.size() > kAwsChunkLineMax)
      co_return refuse_with("InvalidRequest", "The aws-chunked body is malformed.");
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(buffer_begin_));
    buffer_begin_ = 0;
    std::size_t size = buffer_.size();
    buffer_.resize(kBufferSize);
    auto count = co_await body_.read(MutableView(buffer_).subspan(size));
    buffer_.resize(size + count.value_or(0));
    if (!count) co_return std::unexpected(count.error());
    if (*count > 0) continue;
    if (size == 0 && framing_->may_end()) co_return false;
    co_return refuse("IncompleteBody");
  }
}

Result<> check_length_said(const http::Request& request) {
  if (request.content_length || request.fields.find("transfer-encoding")) return {};
  return refuse("MissingContentLength");
}

Task<Document> read_document(Call& call, Bytes limit, Payload::Checksums checksums) {
  CO_TRY(auto payload, Payload::make(call, checksums));
  if (payload->size() && *payload->size() > limit) co_return refuse("MalformedXML");
  CO_TRY(co_await payload->check_empty());
  Document document;
  std::byte piece[4096];
  for (;;) {
    CO_TRY(std::size_t count, co_await payload->read(piece));
    if (count == 0) break;
    document.text += as_text(View(piece, count));
    if (document.text.size() > limit.count) co_return refuse("MalformedXML");
  }
  View octets = as_view(document.text);
  if (payload->md5() && crypto::md5(octets) != *payload->md5()) co_return refuse("BadDigest");
  if (payload->sha256() && crypto::sha256(octets) != *payload->sha256())
    co_return refuse("XAmzContentSHA256Mismatch");
  document.has_digest = payload->md5() || payload->has_checksum();
  co_return document;
}

}  // namespace belfry::s3
