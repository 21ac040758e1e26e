// STS, and what goes with the signatures of temporary credentials.
#include "base/text_encoding.h"
#include "fake_roles.h"
#include "iam/crossing.h"
#include "service_fixture.h"
#include "signature.h"
#include "sts_request.h"

namespace belfry::s3 {
namespace {

class StsTest : public ServiceTest {
 protected:
  static http::Request a_post(bool secure) {
    http::Request request;
    request.method = "POST";
    request.path = request.raw_path = "/";
    request.id = "REQUEST1";
    request.peer_ip = "192.0.2.1";
    request.secure = secure;
    return request;
  }
  // A form as awscli signs it.
  std::unique_ptr<Reply> post(const std::string& form, const std::string& service = "sts",
                              const std::string& sent = "", const std::string& key_id = kKeyId,
                              bool secure = true) {
    http::Request request = a_post(secure);
    request.fields.add("Host", "localhost");
    request.fields.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.fields.add("x-amz-date", format_basic(clock_.time));
    const std::string day = format_basic(clock_.time).substr(0, 8);
    const std::string prefix = "AWS4-HMAC-SHA256 Credential=" + key_id + "/" + day + "/eu-west-1/" +
                               service + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=";
    Claim claim;
    claim.date = day;
    claim.region = "eu-west-1";
    claim.service = service;
    claim.timestamp = format_basic(clock_.time);
    claim.signed_headers = {"host", "x-amz-date"};
    claim.payload = to_hex(crypto::sha256(as_view(form)));
    const auto key = make_signing_key(kSecret, day, claim.region, service);
    request.fields.add(
        "Authorization",
        prefix + sign(key, string_to_sign(claim, canonical_request(claim, request))));
    return send_raw(std::move(request), sent.empty() ? form : sent);
  }
  std::unique_ptr<Reply> send_unsigned(const std::string& form, bool secure = true) {
    http::Request request = a_post(secure);
    request.fields.add("Content-Type", "application/x-www-form-urlencoded");
    return send_raw(std::move(request), form);
  }
  std::string code(const std::string& form) {
    auto reply = post(form);
    return reply->status < 300 ? "" : reply->element("Code");
  }
};

const std::string kAssume =
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000002%3Arole%2Fbackup"
    "&RoleSessionName=nightly";

TEST_F(StsTest, GivesTemporaryCredentials) {
  auto reply = post(kAssume +
                    "&DurationSeconds=900&Policy=%7B%22a%22%3A+1%7D&ExternalId=x1"
                    "&SerialNumber=app&TokenCode=123456");
  ASSERT_EQ(reply->status, 200) << reply->body;
  EXPECT_EQ(reply->element("AccessKeyId"), kTemporaryKeyId);
  EXPECT_EQ(reply->element("SessionToken"), kSessionToken);
  EXPECT_EQ(reply->element("Expiration").substr(0, 11), "2026-03-01T");
  EXPECT_EQ(reply->element("RequestId"), "REQUEST1");
  const iam::RoleAssumption& asked = iam_.fake_roles.asked;
  EXPECT_EQ(asked.role_arn, "arn:aws:iam::000000000002:role/backup");
  EXPECT_EQ(asked.duration, std::chrono::minutes(15));
  EXPECT_EQ(asked.policy, R"({"a": 1})");
  EXPECT_EQ(asked.external_id + " " + asked.totp, "x1 123456");
  EXPECT_EQ(asked.source_ip, "192.0.2.1");
}

const std::string kWithToken =
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=aaa.bbb.ccc"
    "&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000002%3Arole%2Fbackup&RoleSessionName=nightly";

TEST_F(StsTest, TakesATokenInPlaceOfASignature) {
  auto reply = send_unsigned(kWithToken + "&DurationSeconds=900&Policy=%7B%22a%22%3A+1%7D");
  ASSERT_EQ(reply->status, 200) << reply->body;
  EXPECT_EQ(reply->element("AccessKeyId"), kTemporaryKeyId);
  EXPECT_EQ(reply->element("SubjectFromWebIdentityToken"), "repo:harbour/app");
  EXPECT_EQ(reply->element("Audience"), "belfry");
  EXPECT_EQ(reply->element("Provider"), "https://ci.example.org");
  EXPECT_NE(reply->body.find("<AssumeRoleWithWebIdentityResult>"), std::string::npos);
  EXPECT_EQ(iam_.fake_roles.token, "aaa.bbb.ccc");
  EXPECT_EQ(iam_.fake_roles.asked.source_ip, "192.0.2.1");
  EXPECT_TRUE(iam_.fake_roles.asked.secure);
  EXPECT_EQ(iam_.fake_roles.asked.duration, std::chrono::minutes(15));
  // With a signature too, which then has to hold.
  EXPECT_EQ(post(kWithToken)->status, 200);
  EXPECT_EQ(post(kWithToken, "sts", kWithToken + "1")->element("Code"), "SignatureDoesNotMatch");
}

TEST_F(StsTest, NothingElseGoesWithoutASignature) {
  const auto code_of_unsigned = [&](const std::string& form, bool secure = true) {
    return send_unsigned(form, secure)->element("Code");
  };
  EXPECT_EQ(code_of_unsigned(kAssume), "MissingAuthenticationToken");
  EXPECT_EQ(code_of_unsigned("Action=GetCallerIdentity"), "MissingAuthenticationToken");
  EXPECT_EQ(code_of_unsigned(kAssume + "&WebIdentityToken=aaa.bbb.ccc"), "ValidationError");
  EXPECT_EQ(code_of_unsigned(kWithToken, false), "AccessDenied");
  for (const char* other : {"&SerialNumber=app&TokenCode=123456", "&ExternalId=x1", "&ProviderId=a",
                            "&PolicyArns.member.1.arn=a", "&DurationSeconds=soon"})
    EXPECT_EQ(code_of_unsigned(kWithToken + other), "ValidationError") << other;
  EXPECT_EQ(code_of_unsigned(kAssume.substr(0, 7) + std::string(kWithWebIdentity) +
                             "&RoleArn=a&RoleSessionName=nightly"),
            "ValidationError");
  EXPECT_TRUE(iam_.fake_roles.token.empty()) << "nothing of it was asked of the roles";
}

TEST_F(StsTest, NamesErrorsOfTokensAsStsDoes) {
  for (const auto& [message, kind, code] :
       std::initializer_list<std::tuple<const char*, Code, const char*>>{
           {"iam.no_web_identity", Code::kDenied, "InvalidIdentityToken"},
           {"oidc.wrong_audience", Code::kDenied, "InvalidIdentityToken"},
           {"oidc.bad_algorithm", Code::kDenied, "InvalidIdentityToken"},
           {"oidc.token_expired", Code::kDenied, "ExpiredTokenException"},
           {"oidc.unreachable", Code::kRetry, "IDPCommunicationError"},
           {"oidc.bad_keys", Code::kInvalid, "IDPCommunicationError"},
           {"iam.privileged_by_token", Code::kDenied, "AccessDenied"},
           {"iam.denied", Code::kDenied, "AccessDenied"},
           {"iam.throttled", Code::kRetry, "Throttling"}}) {
    iam_.fake_roles.refusal = Error(kind, message, {{"issuer", "a"}, {"seconds", "1"}});
    EXPECT_EQ(send_unsigned(kWithToken)->element("Code"), code) << message;
  }
}

TEST_F(StsTest, TellsWhoAsks) {
  auto reply = post("Action=GetCallerIdentity&Version=2011-06-15");
  ASSERT_EQ(reply->status, 200) << reply->body;
  EXPECT_EQ(reply->element("Account"), "000000000002");
  EXPECT_EQ(reply->element("Arn"), "arn:aws:iam::000000000002:user/anna");
}

TEST_F(StsTest, NamesErrorsAsStsDoes) {
  EXPECT_EQ(code("Action=GetSessionToken"), "InvalidAction");
  EXPECT_EQ(code("Version=2011-06-15"), "InvalidAction");
  EXPECT_EQ(code("Action=AssumeRole&RoleArn=x"), "ValidationError");
  EXPECT_EQ(code(kAssume + "&DurationSeconds=soon"), "ValidationError");
  EXPECT_EQ(code(kAssume + "&TokenCode=123456"), "ValidationError");
  EXPECT_EQ(code(kAssume + "&RoleArn=twice"), "MalformedInput");
  EXPECT_EQ(code(kAssume + "&Policy=%zz"), "MalformedInput");
  EXPECT_EQ(code(kAssume + std::string(40'000, '&')), "MalformedInput");
  auto tags = post(kAssume + "&Tags.member.1.Key=team&Tags.member.1.Value=blue");
  EXPECT_EQ(tags->element("Code"), "ValidationError");
  EXPECT_NE(tags->element("Message").find("Tags.member.1.Key"), std::string::npos);
  iam_.fake_roles.refusal = Error(Code::kDenied, "iam.denied", {{"action", "sts:AssumeRole"}});
  auto denied = post(kAssume);
  EXPECT_EQ(denied->status, 403);
  EXPECT_EQ(denied->element("Code"), "AccessDenied");
  EXPECT_EQ(denied->element("Type"), "Sender");
}

TEST_F(StsTest, ListensToSignaturesForStsAlone) {
  EXPECT_EQ(post(kAssume, "s3")->element("Code"), "IncompleteSignature");
  EXPECT_EQ(post(kAssume, "sts", kAssume + "1")->element("Code"), "SignatureDoesNotMatch");
  EXPECT_EQ(post(kAssume, "sts", "", "AKIANOBODYKNOWSTHIS0")->element("Code"),
            "InvalidClientTokenId");
  EXPECT_EQ(post(kAssume, "sts", "", kKeyId, false)->element("Code"), "AccessDenied");
  http::Request request = signed_request({"GET", "/"});
  std::string header(request.fields.get("authorization"));
  header.replace(header.find("/s3/"), 4, "/sts/");
  request.fields.set("Authorization", header);
  EXPECT_EQ(send_raw(std::move(request), "")->element("Code"), "AuthorizationHeaderMalformed");
}

TEST_F(StsTest, TemporaryKeysSignWithTheirTokenAlone) {
  const auto code_with = [&](std::optional<std::string> token, const char* key_id) {
    Ask ask{"GET", "/"};
    ask.key_id = key_id;
    if (token) ask.fields.emplace_back("x-amz-security-token", *token);
    return code_of(ask);
  };
  const std::string token = kSessionToken;
  EXPECT_EQ(code_with(token, kTemporaryKeyId), "");
  EXPECT_EQ(code_with(std::nullopt, kTemporaryKeyId), "InvalidAccessKeyId");
  EXPECT_EQ(code_with("", kTemporaryKeyId), "InvalidToken");
  EXPECT_EQ(code_with(token.substr(1), kTemporaryKeyId), "InvalidToken");
  EXPECT_EQ(code_with(token + "0", kTemporaryKeyId), "InvalidToken");
  EXPECT_EQ(code_with(token, kKeyId), "InvalidToken");
  clock_.time += std::chrono::hours(2);
  EXPECT_EQ(code_with(token, kTemporaryKeyId), "ExpiredToken");
  EXPECT_EQ(code_with(token.substr(1), kTemporaryKeyId), "InvalidToken");
}

TEST_F(StsTest, ATokenMustBeSigned) {
  Ask ask{"GET", "/"};
  ask.key_id = kTemporaryKeyId;
  http::Request request = signed_request(ask);
  request.fields.add("x-amz-security-token", kSessionToken);
  EXPECT_EQ(send_raw(std::move(request), "")->element("Code"), "AccessDenied");
}

TEST_F(StsTest, EventsNameTheSessionOfTheRole) {
  Ask ask{"PUT", "/bucket"};
  ask.key_id = kTemporaryKeyId;
  ask.fields.emplace_back("x-amz-security-token", kSessionToken);
  ASSERT_EQ(code_of(ask), "");
  const audit::Event event = ledger_.of("s3:CreateBucket").back().event;
  EXPECT_EQ(event.actor, kSessionArn);
  EXPECT_TRUE(std::ranges::any_of(event.details, [](const audit::Detail& detail) {
    return detail.name == "assumed_by" && detail.value == "arn:aws:iam::000000000003:user/carl";
  }));
}

TEST_F(StsTest, AnothersLogIsNotToldWhoIsBehindASession) {
  const auto tells = [](const audit::Event& event) {
    return std::ranges::any_of(event.details, [](const audit::Detail& detail) {
      return detail.name == "assumed_by" || detail.name == "access_key";
    });
  };
  Ask made{"PUT", "/foreign"};
  made.key_id = kOtherKeyId;
  ASSERT_EQ(code_of(made), "");
  Ask ask{"GET", "/foreign/a"};
  ask.key_id = kTemporaryKeyId;
  ask.fields.emplace_back("x-amz-security-token", kSessionToken);
  EXPECT_EQ(code_of(ask), "NoSuchBucket");
  // What was refused: that somebody's key was used.
  const auto denials = ledger_.of("s3:GetObject");
  ASSERT_EQ(denials.size(), 2u);
  EXPECT_EQ(denials[0].tenant, kOtherTenant);
  EXPECT_EQ(denials[0].event.actor, kTemporaryKeyId);
  EXPECT_FALSE(tells(denials[0].event));
  EXPECT_EQ(denials[1].tenant, kTenant);
  EXPECT_EQ(denials[1].event.actor, kSessionArn);
  EXPECT_TRUE(tells(denials[1].event));
  // What was done: the name that policies have.
  const audit::Event& event = denials[1].event;
  const iam::Principal by = FakeIam::temporary_identity().principal;
  FakeLedger both;
  ASSERT_TRUE(iam::record_in_both(both, by, event, kOtherTenant));
  ASSERT_TRUE(iam::seal_for_both(both, by, event, kOtherTenant));
  for (const FakeLedger::Seen& seen : both.of("s3:GetObject")) {
    EXPECT_EQ(seen.event.actor, kSessionArn);
    EXPECT_EQ(tells(seen.event), seen.tenant == kTenant);
  }
}

}  // namespace
}  // namespace belfry::s3
