// Who gets in, and what is recorded of it.
#include "service_fixture.h"

#include <cstring>

namespace belfry::s3 {
namespace {

TEST_F(ServiceTest, PutsGetsAndRecordsBoth) {
  make_bucket();
  auto put = send({"PUT", "/bucket/a b", "hello", {}, {{"x-amz-meta-owner", "me"}}});
  EXPECT_EQ(put->field("ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  auto got = send({"GET", "/bucket/a b"});
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(got->length, Bytes{5});
  EXPECT_EQ(got->field("x-amz-meta-owner"), "me");
  EXPECT_EQ(got->field("Content-Type"), "binary/octet-stream");
  auto written = ledger_.of("s3:PutObject");
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].tenant, kTenant);
  EXPECT_EQ(written[0].event.resource, "arn:aws:s3:::bucket/a b");
  EXPECT_EQ(written[0].event.actor, kKeyId);
  EXPECT_EQ(written[0].event.source_ip, "192.0.2.1");
  EXPECT_EQ(ledger_.of("s3:GetObject").size(), 1u);
  EXPECT_EQ(ledger_.of("s3:CreateBucket").size(), 1u);
}

TEST_F(ServiceTest, RefusesWhoDoesNotSign) {
  http::Request request;
  request.method = "GET";
  request.path = "/bucket/key";
  request.id = "REQUEST1";
  auto reply = send_raw(request, "");
  EXPECT_EQ(reply->status, 403);
  EXPECT_EQ(reply->element("Code"), "AccessDenied");
}

TEST_F(ServiceTest, RefusesAWrongSignatureAndAnUnknownKey) {
  make_bucket();
  http::Request request = signed_request({"GET", "/bucket/key"});
  request.path = "/bucket/other";
  EXPECT_EQ(send_raw(request, "")->element("Code"), "SignatureDoesNotMatch");
  EXPECT_EQ(code_of({.method = "GET", .path = "/bucket", .key_id = "NOBODY"}),
            "InvalidAccessKeyId");
  EXPECT_EQ(ledger_.reads.size(), 1u) << "what nobody is known for fills no log";
}

TEST_F(ServiceTest, RecordsWrongSignaturesOnceASecondAndUnderNobodysName) {
  make_bucket();
  auto break_in = [&](const std::string& key_id) {
    Ask ask{.method = "GET", .path = "/bucket/key"};
    ask.key_id = key_id;
    http::Request request = signed_request(ask);
    request.path = "/bucket/other";
    EXPECT_EQ(send_raw(request, "")->element("Code"), "SignatureDoesNotMatch");
  };
  for (int i = 0; i < 50; ++i) break_in(kKeyId);
  break_in(kOtherKeyId);
  ASSERT_EQ(ledger_.reads.size(), 2u);
  EXPECT_EQ(ledger_.reads[0].tenant, kTenant);
  EXPECT_EQ(ledger_.reads[1].tenant, kOtherTenant);
  clock_.time += std::chrono::seconds(1);
  break_in(kKeyId);
  ASSERT_EQ(ledger_.reads.size(), 3u);
  const audit::Event& event = ledger_.reads[2].event;
  EXPECT_EQ(event.reason, "s3.SignatureDoesNotMatch");
  EXPECT_EQ(event.actor, kKeyId);
  EXPECT_EQ(event.actor_id, UserId{});
  auto detail = std::ranges::find(event.details, "requests", &audit::Detail::name);
  ASSERT_NE(detail, event.details.end());
  EXPECT_EQ(detail->value, "50") << "the 49 before it that were not recorded, and itself";
}

TEST_F(ServiceTest, RecordsNothingForWhoDoesNotProveTheKey) {
  http::Request request = signed_request({"GET", "/"});
  request.fields.add("x-amz-meta-added", "on the way");
  EXPECT_EQ(send_raw(request, "")->element("Code"), "AccessDenied");
  request = signed_request({"GET", "/"});
  clock_.time += std::chrono::minutes(16);
  EXPECT_EQ(send_raw(request, "")->element("Code"), "RequestTimeTooSkewed");
  EXPECT_TRUE(ledger_.reads.empty());
}

TEST_F(ServiceTest, RefusesAClockThatIsOff) {
  http::Request request = signed_request({"GET", "/"});
  clock_.time += std::chrono::minutes(16);
  auto reply = send_raw(request, "");
  EXPECT_EQ(reply->status, 403);
  EXPECT_EQ(reply->element("Code"), "RequestTimeTooSkewed");
}

TEST_F(ServiceTest, HidesOneTenantFromTheOther) {
  make_bucket();
  put("key", "secret");
  std::vector<Ask> asks = {{"GET", "/bucket"},
                           {"HEAD", "/bucket"},
                           {"DELETE", "/bucket"},
                           {"GET", "/bucket/key"},
                           {"HEAD", "/bucket/key"},
                           {"PUT", "/bucket/key", "x"},
                           {"DELETE", "/bucket/key"},
                           {"GET", "/bucket", "", {{"location", ""}}},
                           {"GET", "/bucket", "", {{"acl", ""}}},
                           {"GET", "/bucket", "", {{"uploads", ""}}},
                           {"POST", "/bucket", "<Delete/>", {{"delete", ""}}},
                           {"POST", "/bucket/key", "", {{"uploads", ""}}},
                           {"GET", "/bucket/missing"}};
  for (Ask& ask : asks) {
    ask.key_id = kOtherKeyId;
    Ask of_nothing = ask;
    of_nothing.path.replace(0, std::strlen("/bucket"), "/nobody");
    auto reply = send(ask), missing = send(of_nothing);
    EXPECT_EQ(reply->status, 404) << ask.method << " " << ask.path;
    EXPECT_EQ(missing->status, 404) << of_nothing.method << " " << of_nothing.path;
    EXPECT_EQ(reply->element("Code"), missing->element("Code"));
    EXPECT_EQ(reply->element("Message"), missing->element("Message"));
    EXPECT_EQ(reply->body.size(), missing->body.size()) << "the names are as long";
    EXPECT_EQ(reply->body.find("secret"), std::string::npos);
  }
  std::map<std::string, int> told;  // to the caller's own log, of each bucket
  for (const auto& [tenant, event] : ledger_.reads)
    if (tenant == kOtherTenant) ++told[event.resource.substr(0, 19) + event.reason];
  EXPECT_EQ(told, (std::map<std::string, int>{{"arn:aws:s3:::bucketbucket.missing", 13},
                                              {"arn:aws:s3:::nobodybucket.missing", 13}}));
  auto buckets = send({.method = "GET", .path = "/", .key_id = kOtherKeyId});
  EXPECT_EQ(buckets->status, 200);
  EXPECT_EQ(buckets->body.find("bucket</Name>"), std::string::npos);
  EXPECT_EQ(code_of({.method = "PUT", .path = "/bucket", .key_id = kOtherKeyId}),
            "BucketAlreadyExists");
  Ask copy{"PUT", "/theirs/copy", "", {}, {{"x-amz-copy-source", "bucket/key"}}};
  copy.key_id = kOtherKeyId;
  send({.method = "PUT", .path = "/theirs", .key_id = kOtherKeyId});
  EXPECT_EQ(code_of(copy), "NoSuchBucket");
}

TEST_F(ServiceTest, TellsTheOwnerWhoWasToldNothing) {
  make_bucket();
  EXPECT_EQ(code_of({.method = "GET", .path = "/bucket/key", .key_id = kOtherKeyId}),
            "NoSuchBucket");
  auto denials = ledger_.of("s3:GetObject");
  ASSERT_EQ(denials.size(), 2u);
  EXPECT_EQ(denials[0].tenant, kTenant);
  EXPECT_EQ(denials[0].event.reason, "iam.denied");
  EXPECT_EQ(denials[1].tenant, kOtherTenant);
  EXPECT_EQ(denials[1].event.reason, "bucket.missing");
}

TEST_F(ServiceTest, LetsNoStrangerFillTheOwnersLog) {
  make_bucket();
  const auto lines = [&] {
    return std::ranges::count(ledger_.of("s3:GetObject"), kTenant, &FakeLedger::Seen::tenant);
  };
  for (int i = 0; i < 50; ++i)
    send({.method = "GET", .path = "/bucket/key", .key_id = kOtherKeyId});
  EXPECT_EQ(lines(), 1);
  clock_.time += std::chrono::seconds(1);
  send({.method = "GET", .path = "/bucket/key", .key_id = kOtherKeyId});
  ASSERT_EQ(lines(), 2);
  const auto denials = ledger_.of("s3:GetObject");
  const auto last =
      std::ranges::find(denials.rbegin(), denials.rend(), kTenant, &FakeLedger::Seen::tenant);
  const auto detail = std::ranges::find(last->event.details, "requests", &audit::Detail::name);
  ASSERT_NE(detail, last->event.details.end());
  EXPECT_EQ(detail->value, "50") << "the 49 that were not recorded, and itself";
}

TEST_F(ServiceTest, RecordsADenialForBothSides) {
  make_bucket();
  send({"PUT",
        "/bucket",
        R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
       "Principal": {"AWS": "arn:aws:iam::000000000003:root"}, "Action": "s3:PutObject",
       "Resource": "arn:aws:s3:::bucket/*"}]})",
        {{"policy", ""}}});
  send({.method = "GET", .path = "/bucket/key", .key_id = kOtherKeyId});
  auto denials = ledger_.of("s3:GetObject");
  ASSERT_EQ(denials.size(), 2u);
  EXPECT_EQ(denials[0].tenant, kOtherTenant);
  EXPECT_EQ(denials[1].tenant, kTenant);
  EXPECT_EQ(denials[1].event.outcome, audit::Outcome::kFailure);
  EXPECT_EQ(denials[1].event.reason, "iam.denied");
}

TEST_F(ServiceTest, TellsTheOwnerOfASourceThatItWasAskedFor) {
  make_bucket();
  put("key", "secret");
  send({.method = "PUT", .path = "/theirs", .key_id = kOtherKeyId});
  Ask copy{"PUT", "/theirs/copy", "", {}, {{"x-amz-copy-source", "bucket/key"}}};
  copy.key_id = kOtherKeyId;
  EXPECT_EQ(code_of(copy), "NoSuchBucket");
  auto denials = ledger_.of("s3:CopyObject");
  ASSERT_EQ(denials.size(), 1u);
  EXPECT_EQ(denials[0].tenant, kTenant);
  EXPECT_EQ(denials[0].event.resource, "arn:aws:s3:::bucket/key");
  EXPECT_EQ(denials[0].event.outcome, audit::Outcome::kFailure);
  EXPECT_EQ(denials[0].event.actor_id, UserId{});
}

TEST_F(ServiceTest, WritesNothingThatCannotBeRecorded) {
  make_bucket();
  put("key", "x");
  ledger_.is_healthy = false;
  for (const Ask& ask : {Ask{"PUT", "/bucket/k", "x"}, Ask{"DELETE", "/bucket/key"},
                         Ask{"PUT", "/other"}, Ask{"POST", "/bucket/k", "", {{"uploads", ""}}}}) {
    auto reply = send(ask);
    EXPECT_EQ(reply->status, 503) << ask.method;
    EXPECT_EQ(reply->element("Code"), "ServiceUnavailable");
    EXPECT_FALSE(reply->field("Retry-After").empty());
  }
  EXPECT_EQ(send({"GET", "/bucket/key"})->status, 200);
  ledger_.takes_reads = false;
  EXPECT_EQ(send({"GET", "/bucket/key"})->status, 503);
}

TEST_F(ServiceTest, AnswersAHeadWithItsStatusAlone) {
  make_bucket();
  auto missing = send({"HEAD", "/bucket/none"});
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->body, "");
  put("key", "12345");
  auto head = send({"HEAD", "/bucket/key"});
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->length, Bytes{5});
  EXPECT_EQ(head->body, "");
}

TEST_F(ServiceTest, NamesWhatTheClientDidWrong) {
  make_bucket();
  EXPECT_EQ(code_of({"GET", "/missing"}), "NoSuchBucket");
  EXPECT_EQ(code_of({"GET", "/bucket/missing"}), "NoSuchKey");
  EXPECT_EQ(code_of({"PUT", "/bucket"}), "BucketAlreadyOwnedByYou");
  EXPECT_EQ(code_of({"PUT", "/Bad_Name"}), "InvalidBucketName");
  EXPECT_EQ(code_of({"PUT", "/192.168.1.1"}), "InvalidBucketName");
  EXPECT_EQ(code_of({"PUT", "/ab"}), "InvalidBucketName");
  EXPECT_EQ(code_of({"PUT", "/bucket/" + std::string(1025, 'k'), "x"}), "KeyTooLongError");
  EXPECT_EQ(code_of({"PUT", "/bucket/" + std::string(10'000, 'k'), "x"}), "KeyTooLongError");
  EXPECT_EQ(code_of({"PUT", "/bucket/" + std::string(1024, 'k'), "x"}), "");
  EXPECT_EQ(code_of({"GET", "/bucket/\xff"}), "InvalidURI");
  EXPECT_EQ(code_of({"PATCH", "/bucket/k"}), "MethodNotAllowed");
  EXPECT_EQ(code_of({"PUT", "/bucket/k", "", {{"tagging", ""}}}), "NotImplemented");
  EXPECT_EQ(code_of({"PUT", "/fresh", "<CreateBucketConfiguration"}), "MalformedXML");
  EXPECT_EQ(code_of({"PUT", "/fresh", "", {}, {{"x-amz-acl", "public-read"}}}),
            "AccessControlListNotSupported");
  EXPECT_EQ(code_of({"PUT", "/fresh", "", {}, {{"x-amz-acl", "private"}}}), "");
  put("key", "x");
  EXPECT_EQ(code_of({"DELETE", "/bucket"}), "BucketNotEmpty");
  auto missing = send({"GET", "/bucket/missing"});
  EXPECT_EQ(missing->element("Key"), "missing");
  EXPECT_EQ(missing->element("Resource"), "/bucket/missing");
  EXPECT_EQ(missing->element("RequestId"), "REQUEST1");
}

TEST_F(ServiceTest, AnswersForABucketThatNobodyConfigured) {
  make_bucket();
  auto get = [&](std::string parameter) { return send({"GET", "/bucket", "", {{parameter, ""}}}); };
  EXPECT_EQ(get("location")->element("Code"), "");
  EXPECT_NE(get("location")->body.find(">eu-west-1</LocationConstraint>"), std::string::npos);
  EXPECT_NE(get("versioning")->body.find("<VersioningConfiguration"), std::string::npos);
  EXPECT_NE(get("acl")->body.find("FULL_CONTROL"), std::string::npos);
  EXPECT_EQ(get("policy")->element("Code"), "NoSuchBucketPolicy");
  EXPECT_EQ(get("tagging")->element("Code"), "NoSuchTagSet");
  EXPECT_EQ(get("lifecycle")->element("Code"), "NoSuchLifecycleConfiguration");
  EXPECT_EQ(get("inventory")->element("Code"), "NotImplemented");
}

TEST_F(ServiceTest, TranslatesWhatTheStoreCannotDoNow) {
  make_bucket();
  store_.next_put_error = Error(Code::kRetry, "segments.no_disks");
  auto reply = send({"PUT", "/bucket/k", "x"});
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->field("Retry-After"), "1");
  store_.next_put_error = Error(Code::kExhausted, "segments.full");
  EXPECT_EQ(code_of({"PUT", "/bucket/k", "x"}), "SlowDown");
  store_.next_put_error = Error(Code::kRetry, "http.body_timeout");
  auto slow = send({"PUT", "/bucket/k", "x"});
  EXPECT_EQ(slow->status, 400);
  EXPECT_EQ(slow->element("Code"), "RequestTimeout");
  store_.next_put_error = Error(Code::kInternal, "objects.fault");
  EXPECT_EQ(code_of({"PUT", "/bucket/k", "x"}), "InternalError");
}

}  // namespace
}  // namespace belfry::s3
