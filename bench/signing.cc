#include "signing.h"

#include "base/text_encoding.h"

namespace belfry::bench {
namespace {

constexpr std::string_view kRegion = "eu-west-1";

std::string scope_of(const std::string& day) {
  return day + "/" + std::string(kRegion) + "/s3/aws4_request";
}

crypto::Digest signing_key(const std::string& secret, const std::string& day) {
  crypto::Digest key = crypto::hmac_sha256(as_view("AWS4" + secret), as_view(day));
  for (std::string_view part : {kRegion, std::string_view("s3"), std::string_view("aws4_request")})
    key = crypto::hmac_sha256(key, as_view(part));
  return key;
}

}  // namespace

std::string Signer::head(const std::string& method, const std::string& path, Bytes length,
                         const std::string& payload_hex, Timestamp now) const {
  std::string stamp = format_basic(now), day = stamp.substr(0, 8);
  std::string names = "host;x-amz-content-sha256;x-amz-date";
  std::string fields =
      "host:" + host + "\nx-amz-content-sha256:" + payload_hex + "\nx-amz-date:" + stamp + "\n";
  std::string canonical =
      method + "\n" + path + "\n\n" + fields + "\n" + names + "\n" + payload_hex;
  std::string to_sign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope_of(day) + "\n" +
                        to_hex(crypto::sha256(as_view(canonical)));
  std::string signature =
      to_hex(crypto::hmac_sha256(signing_key(secret_key, day), as_view(to_sign)));
  std::string head = method + " " + path + " HTTP/1.1\r\nHost: " + host +
                     "\r\nx-amz-content-sha256: " + payload_hex + "\r\nx-amz-date: " + stamp +
                     "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + access_key + "/" +
                     scope_of(day) + ", SignedHeaders=" + names + ", Signature=" + signature;
  if (method == "PUT") head += "\r\nContent-Length: " + std::to_string(length.count);
  return head + "\r\n\r\n";
}

}  // namespace belfry::bench
