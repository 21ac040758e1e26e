// Reading what a request says of its signature.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "errors.h"
#include "signature.h"

#include <algorithm>
#include <charconv>

namespace belfry::s3 {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kSignedHeadersMax = 128;
constexpr std::size_t kAccessKeyIdMax = 128;
constexpr std::size_t kRegionMax = 32;
constexpr std::int64_t kLifetimeMax = 604'800;  // seconds: a week

constexpr std::string_view kTokenField = "x-amz-security-token";

std::optional<std::string> text_of(std::optional<std::string_view> found) {
  return found ? std::optional(std::string(*found)) : std::nullopt;
}

std::string_view take_until(std::string_view& rest, char end) {
  std::size_t at = std::min(rest.find(end), rest.size());
  std::string_view head = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return head;
}

bool is_signature(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// Any region is served, but what names one is short.
bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kRegionMax &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

// "AKID/20130524/us-east-1/s3/aws4_request". The key's id may hold slashes; the rest has four.
bool read_credential(std::string_view text, Claim& claim) {
  std::vector<std::string_view> tail;
  for (int i = 0; i < 4; ++i) {
    std::size_t slash = text.rfind('/');
    if (slash == text.npos) return false;
    tail.push_back(text.substr(slash + 1));
    text = text.substr(0, slash);
  }
  bool is_date = tail[3].size() == 8 && std::ranges::all_of(tail[3], is_digit);
  if (text.empty() || text.size() > kAccessKeyIdMax || !is_date || !is_region(tail[2]) ||
      (tail[1] != kS3Service && tail[1] != kStsService) || tail[0] != "aws4_request")
    return false;
  claim.service = tail[1];
  claim.access_key_id = text;
  claim.date = tail[3];
  claim.region = tail[2];
  return true;
}

bool read_signed_headers(std::string_view text, Claim& claim) {
  while (!text.empty()) {
    std::string_view name = take_until(text, ';');
    bool clean = std::ranges::all_of(name, [](char c) { return c > ' ' && !is_upper(c); });
    if (name.empty() || !clean || claim.signed_headers.size() == kSignedHeadersMax) return false;
    claim.signed_headers.emplace_back(name);
  }
  return !claim.signed_headers.empty();
}

bool read_timestamp(std::string_view text, Claim& claim) {
  auto time = parse_basic(text);
  if (!time) return false;
  claim.time = *time;
  claim.timestamp = text;
  return true;
}

// HTTP's form, or that of mail (RFC 5322, section 3.3) in universal time, which clients send too.
std::optional<Timestamp> read_date(std::string_view text) {
  if (!text.ends_with(" -0000") && !text.ends_with(" +0000")) return parse_http(text);
  return parse_http(std::string(text.substr(0, text.size() - 5)) + "GMT");
}

Result<Claim> read_header(const http::Request& request, std::string_view header) {
  Claim claim;
  header.remove_prefix(kAlgorithm.size());
  bool has_credential = false, has_headers = false;
  while (!header.empty()) {
    std::string_view item = trim(take_until(header, ','));
    std::string_view name = take_until(item, '=');
    if (name == "Credential") has_credential = read_credential(item, claim);
    if (name == "SignedHeaders" && !has_headers) has_headers = read_signed_headers(item, claim);
    if (name == "Signature" && is_signature(item)) claim.signature = item;
  }
  if (!has_credential || !has_headers || claim.signature.empty())
    return refuse("AuthorizationHeaderMalformed");
  std::string_view date = request.fields.get("x-amz-date");
  if (!date.empty()) {
    if (!read_timestamp(date, claim))
      return refuse_with("AccessDenied", "The x-amz-date header is not a valid date.");
  } else {
    auto time = read_date(request.fields.get("date"));
    if (!time)
      return refuse_with("AccessDenied",
                         "AWS authentication requires a valid Date or x-amz-date header");
    claim.time = *time;
    claim.timestamp = format_basic(*time);
  }
  if (!claim.timestamp.starts_with(claim.date))
    return refuse_with("AuthorizationHeaderMalformed",
                       "The authorization header is malformed; invalid credential date.");
  claim.session_token = text_of(request.fields.find(kTokenField));
  claim.payload = request.fields.get("x-amz-content-sha256");
  if (claim.payload.empty() && claim.service == kS3Service)
    return refuse_with("InvalidRequest",
                       "Missing required header for this request: x-amz-content-sha256");
  return claim;
}

Result<Claim> read_query(const http::Request& request) {
  Claim claim;
  claim.presigned = true;
  std::int64_t seconds = 0;
  std::string_view lifetime = request.parameter("X-Amz-Expires").value_or("");
  auto [end, ec] = std::from_chars(lifetime.data(), lifetime.data() + lifetime.size(), seconds);
  if (request.parameter("X-Amz-Algorithm") != kAlgorithm ||
      !read_credential(request.parameter("X-Amz-Credential").value_or(""), claim) ||
      !read_timestamp(request.parameter("X-Amz-Date").value_or(""), claim) ||
      !claim.timestamp.starts_with(claim.date) ||
      !read_signed_headers(request.parameter("X-Amz-SignedHeaders").value_or(""), claim))
    return refuse("AuthorizationQueryParametersError");
  // With 0 it has expired already, which is an answer of its own.
  if (ec != std::errc() || end != lifetime.data() + lifetime.size() || seconds < 0 ||
      seconds > kLifetimeMax)
    return refuse_with("AuthorizationQueryParametersError",
                       "X-Amz-Expires must be between 0 and 604800 seconds");
  claim.lifetime = seconds * 1s;
  claim.signature = request.parameter("X-Amz-Signature").value_or("");
  if (!is_signature(claim.signature)) return refuse("SignatureDoesNotMatch");
  claim.payload = request.parameter("X-Amz-Content-Sha256")
                      .value_or(request.fields.get("x-amz-content-sha256"));
  if (claim.payload.empty()) claim.payload = kUnsignedPayload;
  claim.session_token = text_of(request.parameter("X-Amz-Security-Token"));
  if (!claim.session_token) claim.session_token = text_of(request.fields.find(kTokenField));
  return claim;
}

}  // namespace

bool is_unsigned(const http::Request& request) {
  constexpr std::string_view kParameters[] = {"X-Amz-Algorithm", "X-Amz-Credential",
                                              "X-Amz-Signature", "AWSAccessKeyId", "Signature"};
  return !request.fields.find("authorization") &&
         std::ranges::none_of(kParameters, [&](std::string_view name) {
           return request.parameter(name).has_value();
         });
}

Result<Claim> read_claim(const http::Request& request) {
  auto header = request.fields.find("authorization");
  bool in_query = request.parameter("X-Amz-Algorithm").has_value();
  if (header && in_query)
    return refuse_with("InvalidArgument",
                       "Only one auth mechanism allowed; only the X-Amz-Algorithm query "
                       "parameter, Signature query string parameter or the Authorization header "
                       "should be specified");
  if (header) {
    if (header->starts_with(kAlgorithm) && header->substr(kAlgorithm.size()).starts_with(' '))
      return read_header(request, *header);
    return refuse_with("InvalidRequest",
                       "The authorization mechanism you have provided is not supported. Please "
                       "use AWS4-HMAC-SHA256.");
  }
  if (in_query) return read_query(request);
  if (request.parameter("AWSAccessKeyId"))
    return refuse_with("InvalidRequest",
                       "The authorization mechanism you have provided is not supported. Please "
                       "use AWS4-HMAC-SHA256.");
  return refuse("AccessDenied");
}

}  // namespace belfry::s3
