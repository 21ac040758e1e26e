#include "signature.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "errors.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSkewMax = 15min;

bool is_payload_hash_excused(std::string_view name) {
  // Its value is in the canonical request anyway.
  return name == "x-amz-content-sha256";
}

// Without outer space, inner runs of it as one.
void append_collapsed(std::string& out, std::string_view value) {
  bool space = false, begun = false;
  for (char c : value) {
    if (c == ' ' || c == '\t') {
      space = begun;
      continue;
    }
    if (space) out += ' ';
    space = false;
    begun = true;
    out += c;
  }
}

std::string header_value(const http::Request& request, std::string_view name) {
  std::string out;
  bool first = true;
  for (const auto& [each, value] : request.fields.all()) {
    if (!equal_without_case(each, name)) continue;
    if (!first) out += ',';
    first = false;
    append_collapsed(out, value);
  }
  return out;
}

std::string canonical_query(const http::Request& request) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : request.query)
    if (name != "X-Amz-Signature")
      pairs.emplace_back(percent_encode(name, Slash::kEncode),
                         percent_encode(value, Slash::kEncode));
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string hash_hex(std::string_view text) {
  return to_hex(crypto::sha256(as_view(text)));
}

}  // namespace

Result<> check_time(const Claim& claim, Timestamp now) {
  if (!claim.presigned) {
    if (claim.time > now + kSkewMax || claim.time < now - kSkewMax)
      return refuse("RequestTimeTooSkewed", {{"RequestTime", claim.timestamp},
                                             {"ServerTime", format_rfc3339(now)},
                                             {"MaxAllowedSkewMilliseconds", "900000"}});
    return {};
  }
  if (claim.time > now + kSkewMax) return refuse_with("AccessDenied", "Request is not yet valid");
  if (claim.time + claim.lifetime < now)
    return refuse("AccessDenied", {{"Message", "Request has expired"},
                                   {"X-Amz-Expires", std::to_string(claim.lifetime / 1s)},
                                   {"Expires", format_rfc3339(claim.time + claim.lifetime)},
                                   {"ServerTime", format_rfc3339(now)}});
  return {};
}

Result<> check_signed_headers(const Claim& claim, const http::Request& request) {
  auto is_signed = [&](std::string_view name) {
    return std::ranges::find(claim.signed_headers, name) != claim.signed_headers.end();
  };
  if (!is_signed("host")) return refuse_with("AccessDenied", "The host header must be signed.");
  for (const auto& [name, value] : request.fields.all()) {
    std::string lowered = to_lower(name);
    if (!lowered.starts_with("x-amz-") || is_payload_hash_excused(lowered)) continue;
    if (!is_signed(lowered))
      return refuse("AccessDenied",
                    {{"Message", "There were headers present in the request which were not signed"},
                     {"HeadersNotSigned", lowered}});
  }
  return {};
}

std::string canonical_request(const Claim& claim, const http::Request& request) {
  std::string out = request.method;
  out.append("\n").append(percent_encode(request.path, Slash::kKeep));
  out.append("\n").append(canonical_query(request)).append("\n");
  for (const std::string& name : claim.signed_headers)
    out.append(name).append(":").append(header_value(request, name)).append("\n");
  out += "\n";
  for (const std::string& name : claim.signed_headers) {
    if (&name != &claim.signed_headers.front()) out += ";";
    out += name;
  }
  return out.append("\n").append(claim.payload);
}

std::string string_to_sign(const Claim& claim, std::string_view canonical) {
  return "AWS4-HMAC-SHA256\n" + claim.timestamp + "\n" + claim.scope() + "\n" + hash_hex(canonical);
}

crypto::Digest make_signing_key(std::string_view secret, std::string_view date,
                                std::string_view region, std::string_view service) {
  crypto::Digest key = crypto::hmac_sha256(as_view("AWS4" + std::string(secret)), as_view(date));
  key = crypto::hmac_sha256(key, as_view(region));
  key = crypto::hmac_sha256(key, as_view(service));
  return crypto::hmac_sha256(key, as_view("aws4_request"));
}

std::string sign(const crypto::Digest& signing_key, std::string_view text) {
  return to_hex(crypto::hmac_sha256(signing_key, as_view(text)));
}

bool same_signature(std::string_view a, std::string_view b) {
  return crypto::equal_constant_time(as_view(a), as_view(b));
}

}  // namespace belfry::s3
