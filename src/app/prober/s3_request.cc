#include "prober/s3_request.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"

namespace belfry::prober {
namespace {

constexpr const char* kRegion = "eu-west-1";

// "20260102T030405Z"
std::string compact_time(Timestamp now) {
  std::string out = format_rfc3339(std::chrono::floor<std::chrono::seconds>(now)).substr(0, 19);
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
  return out + "Z";
}

}  // namespace

http::Fields signed_fields(const S3Request& request, const Key& key, Timestamp now) {
  const std::string time = compact_time(now), day = time.substr(0, 8);
  const std::string payload = to_hex(crypto::sha256(as_view(request.body)));
  const std::string scope = day + "/" + kRegion + "/s3/aws4_request";
  const std::string names = "host;x-amz-content-sha256;x-amz-date";
  const std::string canonical = std::string(request.method) + "\n" + request.path +
                                "\n\nhost:" + request.host + "\nx-amz-content-sha256:" + payload +
                                "\nx-amz-date:" + time + "\n\n" + names + "\n" + payload;
  crypto::Digest signing = crypto::hmac_sha256(as_view("AWS4" + key.secret), as_view(day));
  for (const char* part : {kRegion, "s3", "aws4_request"})
    signing = crypto::hmac_sha256(signing, as_view(std::string_view(part)));
  const std::string text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" +
                           to_hex(crypto::sha256(as_view(canonical)));
  http::Fields fields;
  fields.add("Host", request.host);
  fields.add("x-amz-date", time);
  fields.add("x-amz-content-sha256", payload);
  fields.add("Authorization",
             "AWS4-HMAC-SHA256 Credential=" + key.id + "/" + scope + ", SignedHeaders=" + names +
                 ", Signature=" + to_hex(crypto::hmac_sha256(signing, as_view(text))));
  return fields;
}

}  // namespace belfry::prober
