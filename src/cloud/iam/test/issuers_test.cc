// A tenant's own directory: who registers it, who signs in with it, and as whom.
#include "issuers_fixture.h"

namespace belfry::iam {
namespace {

BELFRY_ON_BOTH_ENGINES(IssuersTest);

TEST_P(IssuersTest, MakesAReaderOfWhoIsNotKnown) {
  registered();
  const BegunSignIn begun = begin();
  EXPECT_EQ(parameter_of(begun.url, "redirect_uri"), kOrigin + "/signed-in?organisation=acme");
  EXPECT_EQ(parameter_of(begun.url, "scope"), "openid email profile");
  answer(begun);
  const auto opened = come_back(begun);
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(opened->user.name, "anna@acme");
  EXPECT_EQ(opened->user.email, "anna@example.org");
  EXPECT_EQ(opened->user.role, Role::kReader);
  EXPECT_EQ(opened->user.tenant, administrator_.tenant);
  EXPECT_FALSE(opened->session.second_factor);
  EXPECT_EQ(opened->session.issuer, kUrl);
  EXPECT_TRUE(redeemed_.form.contains("code=the-code"));
  EXPECT_EQ(redeemed_.authorization, "Basic " + to_base64(as_view("belfry:the-secret")));
  // The digest went to the page, the verifier to the issuer.
  EXPECT_FALSE(begun.url.contains(redeemed_.form.substr(redeemed_.form.rfind('=') + 1)));

  const auto again = sign_in();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->user.id, opened->user.id);
  const auto by = world_.wait(world_.iam->authenticate_session(again->secret, kHere));
  ASSERT_TRUE(by);
  const auto listed = world_.wait(world_.iam->list_sessions(*by, by->user, {}));
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->things.at(0).issuer, kUrl);
  // A namesake is somebody else.
  const auto namesake = sign_in({{"sub", "subject-2"}});
  ASSERT_TRUE(namesake);
  EXPECT_NE(namesake->user.id, opened->user.id);
  EXPECT_TRUE(namesake->user.name.starts_with("anna-") && namesake->user.name.ends_with("@acme"));
}

TEST_P(IssuersTest, AnswersAreGoodOnceAndForOneBrowser) {
  registered();
  const BegunSignIn begun = begin(), other = begin();
  answer(begun);
  BegunSignIn crossed = begun;
  crossed.browser = other.browser;
  EXPECT_EQ(message_of(come_back(crossed)), "iam.directory_answer");
  // It is used up with that.
  EXPECT_EQ(message_of(come_back(other)), "iam.directory_answer");
  EXPECT_TRUE(come_back(begun));
  EXPECT_EQ(message_of(come_back(begun)), "iam.directory_answer");
  EXPECT_EQ(message_of(come_back(begun, "", "")), "iam.directory_answer");
  // Another's directory that passes this one's answer on as its own is not sent the code.
  const BegunSignIn mixed = begin();
  answer(mixed);
  redeemed_ = {};
  landed_ = "harbour";
  EXPECT_EQ(message_of(come_back(mixed)), "iam.directory_answer");
  EXPECT_EQ(redeemed_.form, "");
  landed_ = "acme";
  const BegunSignIn old = begin();
  answer(old);
  world_.clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(message_of(come_back(old)), "iam.directory_answer");
}

TEST_P(IssuersTest, RefusesTokensThatAnswerSomethingElse) {
  registered();
  const auto seconds = [&] { return to_us(world_.clock.now()) / 1'000'000; };
  EXPECT_EQ(message_of(sign_in({{"nonce", "another"}})), "oidc.wrong_nonce");
  EXPECT_EQ(message_of(sign_in({{"aud", "another"}})), "oidc.wrong_audience");
  world_.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(message_of(sign_in({{"exp", seconds() - 61}})), "oidc.token_expired");
  EXPECT_EQ(message_of(sign_in({{"iss", "https://evil.example.org"}})), "oidc.wrong_issuer");
  world_.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:SignIn failure oidc.wrong_issuer");
  // The nonce of a sign-in before.
  const BegunSignIn begun = begin();
  answer(begun);
  const json used = claims_["nonce"];
  ASSERT_TRUE(come_back(begun));
  EXPECT_EQ(message_of(sign_in({{"nonce", used}})), "oidc.wrong_nonce");
}

TEST_P(IssuersTest, LinksAnExistingUser) {
  NewIssuer closed = wanted();
  closed.settings.creates_users = false;
  const Issuer issuer = registered(closed);
  EXPECT_EQ(message_of(sign_in()), "iam.directory_stranger");
  const User user = user_named("berta");
  const auto link =
      world_.wait(issuers().link_subject(administrator_, issuer.id, "subject-1", user.id));
  ASSERT_TRUE(link);
  EXPECT_EQ(message_of(world_.wait(
                issuers().link_subject(administrator_, issuer.id, "subject-1", user.id))),
            "iam.subject_linked");
  const auto opened = sign_in();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->user.id, user.id);
  ASSERT_TRUE(world_.wait(issuers().unlink_subject(administrator_, issuer.id, link->id)));
  EXPECT_FALSE(world_.wait(world_.iam->authenticate_session(opened->secret, kHere)));
  EXPECT_EQ(message_of(sign_in()), "iam.directory_stranger");
}

TEST_P(IssuersTest, SuspendedAndDeletedUsersStayOut) {
  registered();
  const auto opened = sign_in();
  ASSERT_TRUE(opened);
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(administrator_, opened->user.id, false)));
  EXPECT_EQ(message_of(sign_in()), "iam.directory_stranger");
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(administrator_, opened->user.id)));
  EXPECT_EQ(message_of(sign_in()), "iam.directory_stranger");
}

TEST_P(IssuersTest, LetsInWhoHasTheClaim) {
  NewIssuer issuer = wanted();
  issuer.settings.required_claim = "groups";
  issuer.settings.required_value = "belfry-users";
  registered(issuer);
  EXPECT_EQ(message_of(sign_in()), "iam.directory_stays_out");
  EXPECT_EQ(message_of(sign_in({{"groups", {"others"}}})), "iam.directory_stays_out");
  EXPECT_TRUE(sign_in({{"groups", {"others", "belfry-users"}}}));
}

TEST_P(IssuersTest, BelongToTheirTenant) {
  const Issuer issuer = registered();
  auto other = world_.make_other("other");
  EXPECT_EQ(message_of(world_.wait(issuers().find_issuer(other.administrator, issuer.id))),
            "iam.issuer_missing");
  EXPECT_EQ(message_of(world_.wait(issuers().delete_issuer(other.administrator, issuer.id))),
            "iam.issuer_missing");
  EXPECT_TRUE(world_.wait(issuers().list_issuers(other.administrator, {}))->things.empty());
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(other.administrator, wanted()))),
            "iam.organisation_taken");
  // The same directory may be another's too, under its own name; each has its own subjects.
  const auto theirs = world_.wait(issuers().create_issuer(other.administrator, wanted("other")));
  ASSERT_TRUE(theirs);
  const User user = user_named("berta");
  EXPECT_EQ(message_of(world_.wait(
                issuers().link_subject(other.administrator, theirs->id, "subject-1", user.id))),
            "iam.user_missing");
}

TEST_P(IssuersTest, ChecksWhatItIsTold) {
  NewIssuer bad = wanted();
  bad.url = "http://id.example.org";
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(administrator_, bad))), "oidc.bad_url");
  for (const char* organisation : {"a", "UPPER", "with blank", "under_score"})
    EXPECT_EQ(
        message_of(world_.wait(issuers().create_issuer(administrator_, wanted(organisation)))),
        "iam.bad_issuer");
  registered();
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(administrator_, wanted("two")))),
            "iam.issuer_exists");
  EXPECT_EQ(message_of(world_.wait(
                issuers().begin_sign_in("acme", "https://evil.example.org", "192.0.2.1"))),
            "iam.passkey_not_here");
  EXPECT_EQ(message_of(world_.wait(issuers().begin_sign_in("nobody", kOrigin, "192.0.2.1"))),
            "iam.organisation_unknown");
  const User member = user_named("berta");
  const Principal by = world_.enter("berta", kGoodPassword);
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(by, wanted("three")))), "iam.denied");
}

TEST_P(IssuersTest, DeletingOneEndsItsSessions) {
  const Issuer issuer = registered();
  const auto opened = sign_in();
  ASSERT_TRUE(opened);
  ASSERT_TRUE(world_.wait(issuers().delete_issuer(administrator_, issuer.id)));
  EXPECT_FALSE(world_.wait(world_.iam->authenticate_session(opened->secret, kHere)));
  EXPECT_EQ(message_of(world_.wait(issuers().begin_sign_in("acme", kOrigin, "192.0.2.1"))),
            "iam.organisation_unknown");
  EXPECT_TRUE(world_.wait(world_.iam->find_user(administrator_, opened->user.id)));
}

}  // namespace
}  // namespace belfry::iam
