// The published examples of the S3 API Reference ("Authenticating Requests (AWS Signature Version
// 4)"): access key AKIAIOSFODNN7EXAMPLE, 24 May 2013, us-east-1.
#include "signature.h"

#include "errors.h"
#include "signing_keys.h"

#include <gtest/gtest.h>

namespace belfry::s3 {
namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Example {
  std::string method = "GET", path = "/";
  std::vector<http::QueryParameter> query;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string signed_headers, signature;
};

http::Request make_request(const Example& example) {
  http::Request request;
  request.method = example.method;
  request.path = example.path;
  request.query = example.query;
  request.fields.add("Host", "examplebucket.s3.amazonaws.com");
  for (const auto& [name, value] : example.fields) request.fields.add(name, value);
  if (!example.signed_headers.empty()) {
    request.fields.add("x-amz-date", "20130524T000000Z");
    request.fields.add("Authorization",
                       "AWS4-HMAC-SHA256 "
                       "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                       "SignedHeaders=" +
                           example.signed_headers + ",Signature=" + example.signature);
  }
  return request;
}

std::string computed(const http::Request& request) {
  auto claim = read_claim(request);
  EXPECT_TRUE(claim) << claim.error().describe();
  if (!claim) return {};
  EXPECT_EQ(claim->access_key_id, "AKIAIOSFODNN7EXAMPLE");
  auto key = make_signing_key(kSecret, claim->date, claim->region);
  return sign(key, string_to_sign(*claim, canonical_request(*claim, request)));
}

void expect_signature(const Example& example) {
  EXPECT_EQ(computed(make_request(example)), example.signature);
}

TEST(Signature, GetObjectWithARange) {
  expect_signature({"GET",
                    "/test.txt",
                    {},
                    {{"Range", "bytes=0-9"}, {"x-amz-content-sha256", std::string(kEmptyHash)}},
                    "host;range;x-amz-content-sha256;x-amz-date",
                    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"});
}

TEST(Signature, PutObject) {
  expect_signature({"PUT",
                    "/test$file.text",
                    {},
                    {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                     {"x-amz-content-sha256",
                      "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}},
                    "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"});
}

TEST(Signature, GetBucketLifecycle) {
  expect_signature({"GET",
                    "/",
                    {{"lifecycle", ""}},
                    {{"x-amz-content-sha256", std::string(kEmptyHash)}},
                    "host;x-amz-content-sha256;x-amz-date",
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"});
}

TEST(Signature, ListObjects) {
  expect_signature({"GET",
                    "/",
                    {{"prefix", "J"}, {"max-keys", "2"}},
                    {{"x-amz-content-sha256", std::string(kEmptyHash)}},
                    "host;x-amz-content-sha256;x-amz-date",
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"});
}

Example presigned() {
  Example example;
  example.path = "/test.txt";
  example.signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  example.query = {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
                   {"X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"},
                   {"X-Amz-Date", "20130524T000000Z"},
                   {"X-Amz-Expires", "86400"},
                   {"X-Amz-SignedHeaders", "host"},
                   {"X-Amz-Signature", example.signature}};
  return example;
}

TEST(Signature, PresignedUrl) {
  expect_signature(presigned());
}

std::string_view code_of(const Result<Claim>& claim) {
  return claim ? std::string_view("none") : kind_of(claim.error()).code;
}

TEST(Claim, ReadsTheHeaderWithAndWithoutSpaces) {
  Example example{"GET", "/", {}, {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}}, "", ""};
  http::Request request = make_request(example);
  request.fields.add("x-amz-date", "20130524T000000Z");
  request.fields.add("authorization",
                     "AWS4-HMAC-SHA256 Credential=a/b/20130524/eu/s3/aws4_request, "
                     "SignedHeaders=host;x-amz-date, Signature=" +
                         std::string(64, 'a'));
  auto claim = read_claim(request);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->access_key_id, "a/b");
  EXPECT_EQ(claim->region, "eu");
  EXPECT_EQ(claim->signed_headers, (std::vector<std::string>{"host", "x-amz-date"}));
}

TEST(Claim, NamesEachFault) {
  auto code_with = [](std::string authorization, std::string date = "20130524T000000Z") {
    http::Request request;
    request.fields.add("authorization", std::move(authorization));
    request.fields.add("x-amz-date", std::move(date));
    request.fields.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    return std::string(code_of(read_claim(request)));
  };
  const std::string good =
      "AWS4-HMAC-SHA256 Credential=a/20130524/eu/s3/aws4_request,"
      "SignedHeaders=host,Signature=" +
      std::string(64, 'a');
  EXPECT_EQ(code_with(good), "none");
  EXPECT_EQ(code_with("AWS AKID:signature"), "InvalidRequest");
  EXPECT_EQ(code_with("Basic xyz"), "InvalidRequest");
  EXPECT_EQ(code_with("AWS4-HMAC-SHA256 "), "AuthorizationHeaderMalformed");
  EXPECT_EQ(code_with("AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=host,Signature=x"),
            "AuthorizationHeaderMalformed");
  EXPECT_EQ(code_with(good, "yesterday"), "AccessDenied");
  EXPECT_EQ(code_with(good, "20130525T000000Z"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(code_of(read_claim(http::Request())), "AccessDenied");
}

TEST(Claim, ReadsTheDateOfHttpAndOfMail) {
  auto time_of = [](std::string date) {
    http::Request request;
    request.fields.add("authorization",
                       "AWS4-HMAC-SHA256 Credential=a/20130524/eu/s3/aws4_request,"
                       "SignedHeaders=date;host,Signature=" +
                           std::string(64, 'a'));
    request.fields.add("date", std::move(date));
    request.fields.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    auto claim = read_claim(request);
    return claim ? claim->timestamp : std::string(code_of(claim));
  };
  for (std::string zone : {"GMT", "-0000", "+0000"})
    EXPECT_EQ(time_of("Fri, 24 May 2013 01:02:03 " + zone), "20130524T010203Z") << zone;
  for (std::string date : {"Fri, 24 May 2013 01:02:03 +0200", "Fri, 24 May 2013 01:02:03", "-0000"})
    EXPECT_EQ(time_of(date), "AccessDenied") << date;
}

TEST(Claim, BoundsTheRegion) {
  auto code_with = [](std::string region) {
    Example example = presigned();
    for (auto& parameter : example.query)
      if (parameter.name == "X-Amz-Credential")
        parameter.value = "AKIAIOSFODNN7EXAMPLE/20130524/" + region + "/s3/aws4_request";
    return std::string(code_of(read_claim(make_request(example))));
  };
  for (std::string region : {"us-east-1", "x", "0123456789abcdef-0123456789abcde"})
    EXPECT_EQ(code_with(region), "none") << region;
  for (std::string region :
       {"", "0123456789abcdef-0123456789abcdef", "Europe", "a b", "a_b", "a.b"})
    EXPECT_EQ(code_with(region), "AuthorizationQueryParametersError") << region;
}

TEST(SigningKeys, AreThoseThatWereKept) {
  SigningKeys keys;
  Claim claim;
  claim.access_key_id = "AKID";
  claim.date = "20130524";
  claim.region = "eu";
  EXPECT_FALSE(keys.find(claim, "secret"));
  auto key = make_signing_key("secret", claim.date, claim.region);
  keys.keep(claim, "secret", key);
  EXPECT_EQ(keys.find(claim, "secret"), key);
  EXPECT_FALSE(keys.find(claim, "another")) << "the secret changed";
  claim.region = "us";
  EXPECT_FALSE(keys.find(claim, "secret"));
}

TEST(Claim, BoundsThePresignedLifetime) {
  for (std::string lifetime : {"604801", "-1", "", "1h"}) {
    Example example = presigned();
    example.query[3].value = lifetime;
    EXPECT_EQ(code_of(read_claim(make_request(example))), "AuthorizationQueryParametersError");
  }
}

TEST(Claim, WithoutALifetimeHasExpired) {
  Example example = presigned();
  example.query[3].value = "0";
  auto claim = read_claim(make_request(example));
  ASSERT_TRUE(claim);
  auto checked = check_time(*claim, claim->time + std::chrono::milliseconds(1));
  ASSERT_FALSE(checked);
  EXPECT_EQ(kind_of(checked.error()).code, "AccessDenied");
}

std::string_view time_code(const Claim& claim, std::string_view now) {
  auto checked = check_time(claim, *parse_rfc3339(now));
  return checked ? std::string_view("none") : kind_of(checked.error()).code;
}

TEST(Claim, KeepsFifteenMinutesAndTheLifetime) {
  Claim claim;
  claim.time = *parse_rfc3339("2013-05-24T00:00:00Z");
  EXPECT_EQ(time_code(claim, "2013-05-24T00:15:00Z"), "none");
  EXPECT_EQ(time_code(claim, "2013-05-24T00:15:01Z"), "RequestTimeTooSkewed");
  EXPECT_EQ(time_code(claim, "2013-05-23T23:44:59Z"), "RequestTimeTooSkewed");
  claim.presigned = true;
  claim.lifetime = std::chrono::hours(24);
  EXPECT_EQ(time_code(claim, "2013-05-25T00:00:00Z"), "none");
  EXPECT_EQ(time_code(claim, "2013-05-25T00:00:01Z"), "AccessDenied");
  EXPECT_EQ(time_code(claim, "2013-05-23T23:40:00Z"), "AccessDenied");
}

TEST(Claim, RefusesAmazonHeadersThatAreNotSigned) {
  Claim claim;
  claim.signed_headers = {"host", "x-amz-date"};
  http::Request request;
  request.fields.add("X-Amz-Date", "20130524T000000Z");
  EXPECT_TRUE(check_signed_headers(claim, request));
  request.fields.add("x-amz-meta-late", "1");
  EXPECT_FALSE(check_signed_headers(claim, request));
  claim.signed_headers = {"x-amz-date"};
  EXPECT_FALSE(check_signed_headers(claim, http::Request()));
}

}  // namespace
}  // namespace belfry::s3
