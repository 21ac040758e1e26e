// The policy of a bucket: what is taken, given back and asked of rights.
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "service_fixture.h"

namespace belfry::s3 {
namespace {

std::string policy(const std::string& principal, const std::string& resource) {
  return R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": )" +
         principal + R"(, "Action": "s3:GetObject", "Resource": ")" + resource + "\"}]}";
}
const std::string kPolicy = policy(R"({"AWS": "000000000003"})", "arn:aws:s3:::bucket/*");

class PolicyTest : public ServiceTest {
 protected:
  PolicyTest() { make_bucket(); }

  std::unique_ptr<Reply> set(const std::string& document) {
    return send({"PUT", "/bucket", document, {{"policy", ""}}});
  }
  std::unique_ptr<Reply> ask(const std::string& method, const std::string& subresource) {
    return send({method, "/bucket", "", {{subresource, ""}}});
  }
};

TEST_F(PolicyTest, IsGivenBackAsItWasTaken) {
  EXPECT_EQ(ask("GET", "policy")->element("Code"), "NoSuchBucketPolicy");
  EXPECT_EQ(ask("GET", "policyStatus")->element("Code"), "NoSuchBucketPolicy");
  EXPECT_EQ(set(kPolicy)->status, 204);
  auto got = ask("GET", "policy");
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->field("Content-Type"), "application/json");
  EXPECT_EQ(got->body, kPolicy);
  EXPECT_EQ(ask("GET", "policyStatus")->element("IsPublic"), "false");
  auto changed = ledger_.of("s3:PutBucketPolicy");
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].event.resource, "arn:aws:s3:::bucket");
  EXPECT_EQ(changed[0].event.details.back().value, kPolicy);
  EXPECT_EQ(ask("DELETE", "policy")->status, 204);
  EXPECT_EQ(ask("GET", "policy")->element("Code"), "NoSuchBucketPolicy");
  EXPECT_EQ(ask("DELETE", "policy")->status, 204) << "there was none";
  EXPECT_EQ(ledger_.of("s3:DeleteBucketPolicy").size(), 2u);
}

TEST_F(PolicyTest, RefusesWhatIsNoPolicyOfTheBucket) {
  auto refused = set("{\"Statement\": [{\"Effect\": \"allow\"}]}");
  EXPECT_EQ(refused->status, 400);
  EXPECT_EQ(refused->element("Code"), "MalformedPolicy");
  EXPECT_NE(refused->element("Message").find("Statement[0]"), std::string::npos);
  EXPECT_EQ(set("")->element("Code"), "MalformedPolicy");
  EXPECT_EQ(set(policy(R"({"AWS": "000000000003"})", "arn:aws:s3:::other/*"))->element("Code"),
            "MalformedPolicy");
  EXPECT_EQ(set(policy("\"*\"", "arn:aws:s3:::bucket/*"))->element("Code"), "AccessDenied");
  EXPECT_EQ(ask("GET", "policy")->element("Code"), "NoSuchBucketPolicy");
  EXPECT_EQ(set(kPolicy + std::string(21'000, ' '))->status, 400);
}

TEST_F(PolicyTest, RightsAreAskedWithItAndTheRequestsKeys) {
  set(kPolicy);
  send({.method = "GET",
        .path = "/bucket",
        .query = {{"prefix", "home/"}, {"max-keys", "5"}},
        .fields = {{"user-agent", "tester"}, {"x-amz-storage-class", "STANDARD"}}});
  EXPECT_EQ(iam_.policy_seen, kPolicy);
  EXPECT_EQ(iam_.keys_seen,
            (std::map<std::string, std::string>{{"s3:prefix", "home/"},
                                                {"s3:max-keys", "5"},
                                                {"aws:useragent", "tester"},
                                                {"s3:x-amz-storage-class", "STANDARD"}}));
}

TEST_F(PolicyTest, ABatchAsksForEachOfItsKeys) {
  put("a", "x");
  const std::string body = "<Delete><Object><Key>a</Key></Object></Delete>";
  const auto batch = [&] {
    return send({"POST",
                 "/bucket",
                 body,
                 {{"delete", ""}},
                 {{"content-md5", to_base64(crypto::md5(as_view(body)))}}});
  };
  iam_.denied_actions = {"s3:DeleteObject"};
  EXPECT_EQ(batch()->element("Code"), "AccessDenied");
  iam_.denied_actions = {"s3:ListBucket"};
  EXPECT_EQ(batch()->status, 200);
  iam_.denied_actions.clear();
  EXPECT_EQ(code_of({"GET", "/bucket/a"}), "NoSuchKey");
}

TEST_F(PolicyTest, WhomItAllowsSomethingIsToldOfARefusal) {
  const Ask theirs{.method = "GET", .path = "/bucket/a", .key_id = kOtherKeyId};
  const Ask batch{.method = "POST",
                  .path = "/bucket",
                  .body = "<Delete/>",
                  .query = {{"delete", ""}},
                  .key_id = kOtherKeyId};
  const auto is_told = [&](const std::string& document) {
    EXPECT_EQ(set(document)->status, 204);
    const bool told = code_of(theirs) == "AccessDenied";
    EXPECT_EQ(code_of(batch), told ? "InvalidRequest" : "NoSuchBucket");
    return told;
  };
  EXPECT_TRUE(is_told(kPolicy));
  const auto to = [](const std::string& principal) {
    return policy(principal, "arn:aws:s3:::bucket/*");
  };
  EXPECT_TRUE(is_told(to(R"({"AWS": "arn:aws:iam::000000000003:user/carl"})")));
  EXPECT_FALSE(is_told(to(R"({"AWS": "000000000004"})")));
  EXPECT_FALSE(is_told(to(R"({"AWS": "arn:aws:iam::000000000004:user/000000000003"})")));
  iam_.fake_public_access.block = policy::kNothingBlocked;
  EXPECT_EQ(send({"DELETE", "/bucket", "", {{"publicAccessBlock", ""}}})->status, 204);
  EXPECT_TRUE(is_told(to("\"*\""))) << "it is known to everybody";
  EXPECT_EQ(send({"PUT",
                  "/bucket",
                  R"(<PublicAccessBlockConfiguration>
      <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>)",
                  {{"publicAccessBlock", ""}}})
                ->status,
            200);
  EXPECT_EQ(code_of(theirs), "NoSuchBucket") << "no longer";
}

TEST_F(PolicyTest, WhoMayNotReadComparesNothing) {
  put("a", "x");
  iam_.denied_actions = {"s3:GetObject"};
  EXPECT_EQ(code_of({.method = "PUT",
                     .path = "/bucket/a",
                     .body = "y",
                     .fields = {{"if-match", "\"9dd4e461268c8034f5c8564e155c67a6\""}}}),
            "AccessDenied");
  EXPECT_EQ(
      code_of({.method = "DELETE", .path = "/bucket/a", .fields = {{"x-amz-if-match-size", "1"}}}),
      "AccessDenied");
  EXPECT_EQ(code_of({.method = "GET",
                     .path = "/bucket/a",
                     .query = {{"attributes", ""}},
                     .fields = {{"x-amz-object-attributes", "ETag"}}}),
            "AccessDenied");
  EXPECT_EQ(code_of({"PUT", "/bucket/a", "y"}), "");
}

TEST_F(PolicyTest, WhoMayNotListDoesNotLearnWhatIsThere) {
  EXPECT_EQ(code_of({"GET", "/bucket/nothing"}), "NoSuchKey");
  iam_.denied_actions = {"s3:ListBucket"};
  EXPECT_EQ(code_of({"GET", "/bucket/nothing"}), "AccessDenied");
  EXPECT_EQ(send({"HEAD", "/bucket/nothing"})->status, 403);
  EXPECT_EQ(iam_.resource_seen, "arn:aws:s3:::bucket");
  EXPECT_EQ(iam_.keys_seen["s3:prefix"], "nothing") << "a right to list a folder is one to this";
}

TEST_F(PolicyTest, WhoMayNotListTheSourceDoesNotLearnWhatIsThere) {
  send({"PUT", "/target"});
  const auto copy = [&] {
    return send({"PUT", "/target/copy", "", {}, {{"x-amz-copy-source", "/bucket/nothing"}}});
  };
  auto missing = copy();
  EXPECT_EQ(missing->element("Code"), "NoSuchKey");
  EXPECT_EQ(missing->element("Key"), "nothing");
  iam_.denied_actions = {"s3:ListBucket"};
  EXPECT_EQ(copy()->element("Code"), "AccessDenied");
  EXPECT_EQ(iam_.resource_seen, "arn:aws:s3:::bucket") << "of the source, not of the target";
  EXPECT_EQ(iam_.keys_seen["s3:prefix"], "nothing");
}

}  // namespace
}  // namespace belfry::s3
