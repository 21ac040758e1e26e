#include "oidc/directories.h"

#include "oidc_testing/issuer_keys.h"
#include "runtime_testing/manual_clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>

namespace belfry::oidc {
namespace {

using nlohmann::json;
using testing::IssuerKey;
using testing::key_set_of;
using testing::KeyKind;

const std::string kIssuer = "https://id.example.org/t";
const std::string kMetadataUrl = kIssuer + "/.well-known/openid-configuration";
const std::string kKeysUrl = "https://keys.example.org/set";
const std::string kTokenUrl = "https://id.example.org/token";
const std::vector<std::string> kAudiences = {"belfry"};

class DirectoriesTest : public ::testing::Test {
 protected:
  DirectoriesTest() {
    replies_[kMetadataUrl] = {200, metadata().dump()};
    publish({&old_});
  }

  static json metadata() {
    return {{"issuer", kIssuer},
            {"authorization_endpoint", "https://id.example.org/authorize"},
            {"token_endpoint", kTokenUrl},
            {"jwks_uri", kKeysUrl}};
  }

  void publish(const std::vector<const IssuerKey*>& keys) {
    std::vector<std::string> jwks;
    jwks.reserve(keys.size());
    for (const IssuerKey* key : keys) jwks.push_back(key->jwk());
    replies_[kKeysUrl] = {200, key_set_of(jwks)};
  }

  Fetch fetch() {
    return [this](Request request) -> Task<Reply> {
      asked_.push_back(request);
      const auto found = replies_.find(request.url);
      if (found == replies_.end()) co_return fail(Code::kRetry, "http.cannot_connect");
      co_return found->second;
    };
  }

  template <class T>
  std::string outcome_of(Task<T> task) {
    boost::asio::io_context context;
    std::string outcome;
    auto run = [&outcome](Task<T> inner) -> boost::asio::awaitable<void> {
      auto result = co_await std::move(inner);
      outcome = result ? "fine" : result.error().message();
    };
    boost::asio::co_spawn(context, run(std::move(task)), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    context.run();
    return outcome;
  }

  std::string check(const IssuerKey& key) {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch();
    const json claims = {{"iss", kIssuer},
                         {"sub", "anna"},
                         {"aud", "belfry"},
                         {"iat", now.count()},
                         {"exp", now.count() + 60}};
    return outcome_of(directories_.check(key.token(claims.dump()), expected()));
  }

  static Expected expected() {
    return {.issuer = kIssuer,
            .audiences = kAudiences,
            .nonce = {},
            .age_max = std::chrono::minutes(10)};
  }

  std::size_t times_asked(const std::string& url) const {
    return std::size_t(std::ranges::count(asked_, url, &Request::url));
  }

  const IssuerKey old_{KeyKind::kP256, "old"}, next_{KeyKind::kEd25519, "next"},
      nobodys_{KeyKind::kP256, "nobodys"};
  std::map<std::string, Reply> replies_;
  std::vector<Request> asked_;
  runtime::testing::ManualClock clock_;
  Directories directories_{fetch(), Transport::kTls, clock_};
};

TEST_F(DirectoriesTest, KeepsWhatAnIssuerSaidForAnHour) {
  EXPECT_EQ(check(old_), "fine");
  EXPECT_EQ(check(old_), "fine");
  EXPECT_EQ(times_asked(kMetadataUrl), 1U);
  EXPECT_EQ(times_asked(kKeysUrl), 1U);
  clock_.advance(Directories::kKept);
  EXPECT_EQ(check(old_), "fine");
  EXPECT_EQ(times_asked(kMetadataUrl), 2U);
  EXPECT_EQ(times_asked(kKeysUrl), 2U);
}

TEST_F(DirectoriesTest, FollowsTheRotationOfKeys) {
  EXPECT_EQ(check(old_), "fine");
  clock_.advance(Directories::kKeysAskedAfter);
  publish({&old_, &next_});
  EXPECT_EQ(check(next_), "fine");
  EXPECT_EQ(check(old_), "fine");
  EXPECT_EQ(times_asked(kKeysUrl), 2U);
  // The old one is withdrawn: an hour later at the latest nothing of it counts.
  publish({&next_});
  clock_.advance(Directories::kKept);
  EXPECT_EQ(check(old_), "oidc.unknown_key");
  EXPECT_EQ(check(next_), "fine");
}

TEST_F(DirectoriesTest, IsNotMadeToHammerAnIssuer) {
  EXPECT_EQ(check(old_), "fine");
  for (int turn = 0; turn < 20; ++turn) EXPECT_EQ(check(nobodys_), "oidc.unknown_key");
  EXPECT_EQ(times_asked(kKeysUrl), 1U);
  clock_.advance(Directories::kKeysAskedAfter);
  for (int turn = 0; turn < 20; ++turn) EXPECT_EQ(check(nobodys_), "oidc.unknown_key");
  EXPECT_EQ(times_asked(kKeysUrl), 2U);
  // An issuer that failed is left alone a while, and what is known goes on.
  clock_.advance(Directories::kKeysAskedAfter);
  replies_[kKeysUrl].status = 503;
  EXPECT_EQ(check(nobodys_), "oidc.unreachable");
  for (int turn = 0; turn < 20; ++turn) EXPECT_EQ(check(nobodys_), "oidc.unknown_key");
  EXPECT_EQ(check(old_), "fine");
  EXPECT_EQ(times_asked(kKeysUrl), 3U);
}

TEST_F(DirectoriesTest, AsksNobodyBecauseOfAnothersToken) {
  const std::string other = R"({"iss":"https://evil.example.org","sub":"a","aud":"belfry",)"
                            R"("iat":1,"exp":2})";
  EXPECT_EQ(outcome_of(directories_.check(old_.token(other), expected())), "oidc.wrong_issuer");
  EXPECT_TRUE(asked_.empty());
}

TEST_F(DirectoriesTest, BelievesAnIssuerAboutItselfAlone) {
  for (const json& change :
       {json{{"issuer", "https://evil.example.org"}}, json{{"issuer", kIssuer + "/"}},
        json{{"jwks_uri", nullptr}}, json{{"jwks_uri", "http://keys.example.org/set"}},
        json{{"jwks_uri", "file:///etc/passwd"}}, json{{"token_endpoint", "http://127.0.0.1/"}}}) {
    json document = metadata();
    document.merge_patch(change);
    EXPECT_FALSE(parse_metadata(document.dump(), kIssuer, Transport::kTls)) << change;
  }
  EXPECT_FALSE(parse_metadata("[]", kIssuer, Transport::kTls));
  replies_[kMetadataUrl].body = "<html>";
  EXPECT_EQ(check(old_), "oidc.bad_metadata");
  replies_.erase(kMetadataUrl);
  EXPECT_EQ(check(old_), "oidc.unreachable");
  EXPECT_EQ(times_asked(kMetadataUrl), 1U);
  clock_.advance(Directories::kAskedAgainAfter);
  replies_[kMetadataUrl] = {302, ""};
  EXPECT_EQ(check(old_), "oidc.unreachable");
}

TEST_F(DirectoriesTest, RedeemsACodeWithItsVerifier) {
  const Redemption redemption{"the+code", "https://localhost:8443/signed-in", "verifier"};
  replies_[kTokenUrl] = {200, R"({"id_token":"a.b.c"})"};
  EXPECT_EQ(outcome_of(directories_.redeem(kIssuer, {"belfry", "a secret"}, redemption)), "fine");
  EXPECT_EQ(asked_.back().authorization, "Basic YmVsZnJ5OmElMjBzZWNyZXQ=");
  EXPECT_EQ(asked_.back().form,
            "grant_type=authorization_code&code=the%2Bcode&redirect_uri=https%3A%2F%2Flocalhost"
            "%3A8443%2Fsigned-in&client_id=belfry&code_verifier=verifier");
  EXPECT_EQ(outcome_of(directories_.redeem(kIssuer, {"belfry", ""}, redemption)), "fine");
  EXPECT_EQ(asked_.back().authorization, "");
  replies_[kTokenUrl] = {400, R"({"error":"invalid_grant"})"};
  EXPECT_EQ(outcome_of(directories_.redeem(kIssuer, {"belfry", ""}, redemption)),
            "oidc.code_refused");
  replies_[kTokenUrl] = {200, R"({"access_token":"a"})"};
  EXPECT_EQ(outcome_of(directories_.redeem(kIssuer, {"belfry", ""}, redemption)),
            "oidc.code_refused");
  replies_[kTokenUrl] = {503, ""};
  EXPECT_EQ(outcome_of(directories_.redeem(kIssuer, {"belfry", ""}, redemption)),
            "oidc.unreachable");
}

TEST(SignInUrl, TellsTheDigestOfTheVerifierAlone) {
  const auto found = parse_metadata(
      R"({"issuer":"https://i","authorization_endpoint":"https://i/a?x=1",
          "token_endpoint":"https://i/t","jwks_uri":"https://i/k"})",
      "https://i", Transport::kTls);
  ASSERT_TRUE(found);
  // The verifier and challenge of RFC 7636, appendix B.
  const auto url = sign_in_url(*found, {.client_id = "c",
                                        .redirect_url = "https://b/signed-in",
                                        .scope = "openid email",
                                        .state = "s",
                                        .nonce = "n",
                                        .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"});
  ASSERT_TRUE(url);
  EXPECT_EQ(*url,
            "https://i/a?x=1&response_type=code&client_id=c&redirect_uri=https%3A%2F%2Fb"
            "%2Fsigned-in&scope=openid%20email&state=s&nonce=n&code_challenge="
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
}

TEST(IssuerUrl, IsHttpsOrLoopbackOfADemonstration) {
  for (const char* good : {"https://id.example.org", "https://id.example.org:8443/a/b/",
                           "https://[2001:db8::1]/", "https://10.0.0.1"})
    EXPECT_TRUE(check_issuer(good, Transport::kTls)) << good;
  for (const char* bad :
       {"", "https://", "https:///a", "http://id.example.org", "http://localhost:1", "ftp://a",
        "https://a b", "https://user@host/", "https://a#b", "https://a?b", "https://\xc3\xa9",
        "https://a\n", "https://:8443"})
    EXPECT_FALSE(check_issuer(bad, Transport::kTls)) << bad;
  for (const char* good : {"http://localhost:4593/api", "http://127.0.0.1:1", "http://[::1]:1/"})
    EXPECT_TRUE(check_issuer(good, Transport::kTlsOrLoopback)) << good;
  for (const char* bad : {"http://localhost.example.org", "http://127.0.0.1@evil.example.org",
                          "http://127.0.0.1.example.org", "http://10.0.0.1"})
    EXPECT_FALSE(check_issuer(bad, Transport::kTlsOrLoopback)) << bad;
}

}  // namespace
}  // namespace belfry::oidc
