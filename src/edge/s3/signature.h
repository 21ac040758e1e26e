// AWS Signature Version 4, as S3 uses it (S3 API Reference, "Authenticating Requests").
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "http/server.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::s3 {

// What a request says of its signature. Nothing of it is proved yet.
struct Claim {
  std::string access_key_id;
  std::string date;       // "20130524"
  std::string region;     // any: at most 32 of a-z, 0-9 and "-"
  std::string timestamp;  // "20130524T000000Z"
  Timestamp time;
  std::vector<std::string> signed_headers;   // lower case, in the order given
  std::string signature;                     // 64 hexadecimal digits
  std::string payload;                       // x-amz-content-sha256, or UNSIGNED-PAYLOAD
  std::optional<std::string> session_token;  // x-amz-security-token; nothing: none came
  bool presigned = false;
  Duration lifetime{};         // of a presigned one
  std::string service = "s3";  // or "sts" (sts.h)

  std::string scope() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

inline constexpr std::string_view kS3Service = "s3", kStsService = "sts";

// From the Authorization header or the query. That of STS says nothing of the payload: its hash is
// that of the body, which is read with it. Errors, S3's: AccessDenied when there is none,
// AuthorizationHeaderMalformed, AuthorizationQueryParametersError, InvalidRequest (Version 2).
Result<Claim> read_claim(const http::Request& request);
// Whether it says nothing at all of a signature, of whatever version.
bool is_unsigned(const http::Request& request);

// Whether `now` allows the claim: within 15 minutes, or before a presigned one's end.
// Errors: RequestTimeTooSkewed, AccessDenied.
Result<> check_time(const Claim& claim, Timestamp now);

// Errors: AccessDenied when an x-amz- header, or the host, is not signed.
Result<> check_signed_headers(const Claim& claim, const http::Request& request);

std::string canonical_request(const Claim& claim, const http::Request& request);
std::string string_to_sign(const Claim& claim, std::string_view canonical);
crypto::Digest make_signing_key(std::string_view secret, std::string_view date,
                                std::string_view region, std::string_view service = kS3Service);
// Lower-case hexadecimal.
std::string sign(const crypto::Digest& signing_key, std::string_view string_to_sign);
// In constant time.
bool same_signature(std::string_view a, std::string_view b);

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

}  // namespace belfry::s3
