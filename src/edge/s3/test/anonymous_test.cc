// Requests that nobody signed, and what keeps a bucket from them.
#include "service_fixture.h"

namespace belfry::s3 {
namespace {

constexpr const char* kBlock =
    "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>FALSE</IgnorePublicAcls>"
    "<BlockPublicPolicy>false</BlockPublicPolicy></PublicAccessBlockConfiguration>";
const std::string kPublic =
    R"({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",)"
    R"( "Resource": "arn:aws:s3:::bucket/*"}})";

class AnonymousTest : public ServiceTest {
 protected:
  AnonymousTest() {
    make_bucket();
    put("key", "hello");
    ledger_.reads.clear();
    ledger_.sealed.clear();
  }

  static http::Request unsigned_request(const Ask& ask) {
    http::Request request;
    request.method = ask.method;
    request.path = request.raw_path = ask.path;
    request.query = ask.query;
    request.id = "REQUEST1";
    request.peer_ip = "203.0.113.7";
    request.content_length = Bytes{ask.body.size()};
    for (const auto& [name, value] : ask.fields) request.fields.add(name, value);
    return request;
  }
  std::unique_ptr<Reply> ask(const Ask& asked) {
    return send_raw(unsigned_request(asked), asked.body);
  }
  // As S3 answers who may not know: nothing of the bucket, but what the request itself named.
  static std::string without_path(const Reply& reply) {
    std::string text = reply.body;
    const auto from = text.find("<Resource>"), to = text.find("</Resource>");
    if (from != text.npos) text.erase(from, to - from);
    return std::to_string(reply.status) + text;
  }
};

TEST_F(AnonymousTest, ReadsWhatIsOpenAndIsInTheOwnersLog) {
  iam_.is_open = true;
  auto got = ask({.method = "GET", .path = "/bucket/key", .fields = {{"range", "bytes=1-2"}}});
  EXPECT_EQ(got->status, 206);
  EXPECT_EQ(got->body, "el");
  EXPECT_EQ(ask({"HEAD", "/bucket/key"})->status, 200);
  EXPECT_EQ(ask({"GET", "/bucket"})->status, 200);
  ASSERT_EQ(ledger_.reads.size(), 3u);
  for (const auto& seen : ledger_.reads) {
    EXPECT_EQ(seen.tenant, kTenant);
    EXPECT_EQ(seen.event.actor, "anonymous");
    EXPECT_EQ(seen.event.actor_id, UserId{});
    EXPECT_EQ(seen.event.source_ip, "203.0.113.7");
    EXPECT_EQ(seen.event.outcome, audit::Outcome::kSuccess);
  }
  auto unmodified = ask({.method = "GET",
                         .path = "/bucket/key",
                         .fields = {{"if-none-match", "\"5d41402abc4b2a76b9719d911017c592\""}}});
  EXPECT_EQ(unmodified->status, 304);
  EXPECT_EQ(ledger_.reads.size(), 4u) << "it was told something";
}

TEST_F(AnonymousTest, ReadsOnWhileTheBucketStaysOpen) {
  iam_.is_open = iam_.minds_block = true;
  const std::string body(600'000, 'x');
  put("long", body);
  send({"DELETE", "/bucket", "", {{"publicAccessBlock", ""}}});
  between_pieces_ = [this] { clock_.time += std::chrono::seconds(2); };
  EXPECT_EQ(ask({"GET", "/bucket/long"})->body, body);
  between_pieces_ = [this] {
    clock_.time += std::chrono::seconds(2);
    iam_.denied_actions = {"s3:GetObject"};
  };
  EXPECT_LT(ask({"GET", "/bucket/long"})->body.size(), body.size());
}

TEST_F(AnonymousTest, IsToldTheSameOfWhatIsClosedAndOfWhatIsNotThere) {
  const std::vector<Ask> asks = {{"GET", "/bucket"},
                                 {"HEAD", "/bucket"},
                                 {"PUT", "/bucket"},
                                 {"DELETE", "/bucket"},
                                 {"PATCH", "/bucket"},
                                 {"GET", "/bucket/key"},
                                 {"GET", "/bucket/missing"},
                                 {"HEAD", "/bucket/key"},
                                 {"PUT", "/bucket/key", "x"},
                                 {"DELETE", "/bucket/key"},
                                 {"GET", "/bucket", "", {{"policy", ""}}},
                                 {"GET", "/bucket", "", {{"publicAccessBlock", ""}}},
                                 {"PUT", "/bucket", kBlock, {{"publicAccessBlock", ""}}},
                                 {"GET", "/bucket", "", {{"torrent", ""}}},
                                 {"GET", "/bucket", "", {{"uploads", ""}}},
                                 {"POST", "/bucket", "<Delete/>", {{"delete", ""}}},
                                 {"POST", "/bucket/key", "", {{"uploads", ""}}}};
  for (Ask asked : asks) {
    auto closed = ask(asked);
    asked.path.replace(1, 6, "nobody");
    auto missing = ask(asked);
    EXPECT_EQ(closed->status, 403) << asked.method << " " << asked.path;
    EXPECT_EQ(without_path(*closed), without_path(*missing)) << asked.method << " " << asked.path;
    if (asked.method != "HEAD") EXPECT_EQ(closed->element("Code"), "AccessDenied");
  }
  EXPECT_EQ(ask({"GET", "/"})->status, 403);
  EXPECT_EQ(send({"GET", "/bucket/key"})->body, "hello") << "nothing was changed";
}

TEST_F(AnonymousTest, WritesNothingWhateverIsOpen) {
  iam_.is_open = true;
  for (const Ask& asked : std::vector<Ask>{{"PUT", "/bucket/other", "x"},
                                           {"DELETE", "/bucket/key"},
                                           {"POST", "/bucket/key", "", {{"uploads", ""}}},
                                           {"PUT", "/bucket", "", {{"policy", ""}}},
                                           {"DELETE", "/bucket", "", {{"policy", ""}}},
                                           {"PUT", "/new-bucket"},
                                           {"GET", "/"}})
    EXPECT_EQ(ask(asked)->status, 403) << asked.method << " " << asked.path;
  EXPECT_TRUE(ledger_.sealed.empty());
}

TEST_F(AnonymousTest, DoesNotSayHowToAnswer) {
  iam_.is_open = true;
  const Ask asked{"GET", "/bucket/key", "", {{"response-content-type", "text/html"}}};
  EXPECT_EQ(ask(asked)->element("Code"), "InvalidRequest");
  EXPECT_EQ(ask({"HEAD", "/bucket/key", "", asked.query})->status, 400);
  EXPECT_EQ(send(asked)->field("Content-Type"), "text/html");
}

TEST_F(AnonymousTest, FillsNoLog) {
  for (int i = 0; i < 50; ++i) ask({"GET", "/bucket/key"});
  for (int i = 0; i < 50; ++i) ask({"GET", "/nobody/key"});
  ASSERT_EQ(ledger_.reads.size(), 1u);
  clock_.time += std::chrono::seconds(1);
  iam_.is_open = true;
  EXPECT_EQ(ask({"GET", "/bucket/missing"})->status, 404);
  ASSERT_EQ(ledger_.reads.size(), 2u);
  const audit::Event& event = ledger_.reads[1].event;
  EXPECT_EQ(ledger_.reads[1].tenant, kTenant);
  EXPECT_EQ(event.actor, "anonymous");
  EXPECT_EQ(event.outcome, audit::Outcome::kFailure);
  auto detail = std::ranges::find(event.details, "requests", &audit::Detail::name);
  ASSERT_NE(detail, event.details.end());
  EXPECT_EQ(detail->value, "50") << "the 49 before it that were not recorded, and itself";
}

TEST_F(AnonymousTest, WhoMayNotListDoesNotLearnWhatIsThere) {
  iam_.is_open = true;
  EXPECT_EQ(ask({"GET", "/bucket/missing"})->element("Code"), "NoSuchKey");
  iam_.denied_actions = {"s3:ListBucket"};
  EXPECT_EQ(ask({"GET", "/bucket/missing"})->element("Code"), "AccessDenied");
}

TEST_F(AnonymousTest, HasSaidNothingOfASignature) {
  iam_.is_open = true;
  for (const char* parameter : {"X-Amz-Signature", "X-Amz-Credential", "Signature"})
    EXPECT_EQ(ask({"GET", "/bucket/key", "", {{parameter, "x"}}})->status, 403) << parameter;
  for (const Ask& asked : std::vector<Ask>{
           {.method = "GET", .path = "/bucket/key", .fields = {{"authorization", ""}}},
           {.method = "GET", .path = "/bucket/key", .fields = {{"authorization", "AWS a:b"}}},
           {"GET", "/bucket/key", "", {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"}}},
           {"GET", "/bucket/key", "", {{"AWSAccessKeyId", "x"}}}})
    EXPECT_EQ(ask(asked)->status, 400);
  EXPECT_TRUE(ledger_.reads.empty());
}

TEST_F(AnonymousTest, IsAskedAboutByWhatTheTenantSetLately) {
  ask({"GET", "/bucket/key"});
  EXPECT_EQ(iam_.fake_public_access.kept_up, 0) << "the bucket itself is closed";
  iam_.fake_public_access.block = policy::kNothingBlocked;
  send({"DELETE", "/bucket", "", {{"publicAccessBlock", ""}}});
  ASSERT_EQ(send({"PUT", "/bucket", kPublic, {{"policy", ""}}})->status, 204);
  ask({"GET", "/bucket/key"});
  EXPECT_EQ(iam_.fake_public_access.kept_up, 1);
  send({"GET", "/bucket/key"});
  EXPECT_EQ(iam_.fake_public_access.kept_up, 1) << "of the owner's users nothing is asked";
}

TEST_F(AnonymousTest, ABucketsBlockIsGivenBackAsItWasSet) {
  const auto get = [&] { return send({"GET", "/bucket", "", {{"publicAccessBlock", ""}}}); };
  EXPECT_EQ(get()->element("BlockPublicPolicy"), "true");
  EXPECT_EQ(get()->element("RestrictPublicBuckets"), "true");
  EXPECT_EQ(send({"PUT", "/bucket", kBlock, {{"publicAccessBlock", ""}}})->status, 200);
  EXPECT_EQ(get()->element("BlockPublicAcls"), "true");
  EXPECT_EQ(get()->element("IgnorePublicAcls"), "false");
  EXPECT_EQ(get()->element("BlockPublicPolicy"), "false");
  EXPECT_EQ(get()->element("RestrictPublicBuckets"), "false") << "what is left out is off";
  auto changed = ledger_.of("s3:PutPublicAccessBlock");
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].event.details.back().name, "restrict_public_buckets");
  EXPECT_EQ(changed[0].event.details.back().value, "false");
  EXPECT_EQ(send({"DELETE", "/bucket", "", {{"publicAccessBlock", ""}}})->status, 204);
  EXPECT_EQ(get()->status, 404);
  EXPECT_EQ(get()->element("Code"), "NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(ledger_.of("s3:DeletePublicAccessBlock").size(), 1u);
  for (const char* body :
       {"", "<PublicAccessBlockConfiguration><Other>true</Other></PublicAccessBlockConfiguration>",
        "<PublicAccessBlockConfiguration><BlockPublicAcls>yes</BlockPublicAcls></"
        "PublicAccessBlockConfiguration>"})
    EXPECT_EQ(send({"PUT", "/bucket", body, {{"publicAccessBlock", ""}}})->element("Code"),
              "MalformedXML");
}

TEST_F(AnonymousTest, APublicPolicyIsAttachedWhereNeitherBlocksIt) {
  const auto attach = [&] { return send({"PUT", "/bucket", kPublic, {{"policy", ""}}})->status; };
  EXPECT_EQ(attach(), 403);
  send({"PUT", "/bucket", kBlock, {{"publicAccessBlock", ""}}});
  EXPECT_EQ(attach(), 403) << "the tenant blocks it";
  iam_.fake_public_access.block = policy::kNothingBlocked;
  EXPECT_EQ(attach(), 204);
  EXPECT_EQ(send({"GET", "/bucket", "", {{"policyStatus", ""}}})->element("IsPublic"), "true");
}

}  // namespace
}  // namespace belfry::s3
