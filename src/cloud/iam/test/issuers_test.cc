// A tenant's own directory: who registers it, who signs in with it, and as whom.
#include "iam/issuers.h"

#include "base/text_encoding.h"
#include "iam/factor_resets.h"
#include "iam/interventions.h"
#include "iam/lost_passwords.h"
#include "iam/people.h"
#include "iam/service_accounts.h"
#include "oidc_testing/issuer_keys.h"
#include "world.h"

#include <nlohmann/json.hpp>

#include <map>

namespace belfry::iam {
namespace {

using nlohmann::json;
using oidc::testing::IssuerKey;
using oidc::testing::key_set_of;
using oidc::testing::KeyKind;

const std::string kUrl = "https://id.example.org";
const std::string kOrigin = "https://localhost:8443";

// The value of a parameter of the page that the browser is sent to.
std::string parameter_of(const std::string& url, const std::string& name) {
  const std::size_t at = url.find("&" + name + "=") + name.size() + 2;
  return percent_decode(url.substr(at, url.find('&', at) - at)).value();
}

class IssuersTest : public ::testing::TestWithParam<database::Engine> {
 protected:
  IssuersTest() {
    world_.iam->second_factors().accept_origins({kOrigin});
    issuers().ask_with([this](oidc::Request request) { return reply(std::move(request)); },
                       oidc::Transport::kTls);
    administrator_ = world_.customer();
  }

  Issuers& issuers() { return world_.iam->issuers(); }

  Task<oidc::Reply> reply(oidc::Request request) {
    if (request.url.ends_with("/keys")) co_return oidc::Reply{200, key_set_of({key_.jwk()})};
    if (request.url.ends_with("/token")) {
      redeemed_ = std::move(request);
      const json said = {{"id_token", key_.token(claims_.dump())}};
      co_return oidc::Reply{200, said.dump()};
    }
    const std::string issuer = request.url.substr(0, request.url.find("/.well-known"));
    const json metadata = {{"issuer", issuer},
                           {"authorization_endpoint", issuer + "/authorize"},
                           {"token_endpoint", issuer + "/token"},
                           {"jwks_uri", issuer + "/keys"}};
    co_return oidc::Reply{200, metadata.dump()};
  }

  static NewIssuer wanted(const std::string& organisation = "acme") {
    return {.url = kUrl,
            .client_secret = "the-secret",
            .settings = {.organisation = organisation,
                         .client_id = "belfry",
                         .scopes = {"email", "profile"},
                         .creates_users = true}};
  }

  Issuer registered(const NewIssuer& issuer = wanted()) {
    auto made = world_.wait(issuers().create_issuer(administrator_, issuer));
    EXPECT_TRUE(made) << made.error().describe();
    return *made;
  }

  BegunSignIn begin() {
    auto begun = world_.wait(issuers().begin_sign_in("Acme", kOrigin, "192.0.2.1"));
    EXPECT_TRUE(begun) << begun.error().describe();
    return *begun;
  }

  // What the directory will say, in answer to `begun`.
  void answer(const BegunSignIn& begun, const json& change = json::object()) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(world_.clock.now()).time_since_epoch().count();
    claims_ = {{"iss", kUrl},
               {"sub", "subject-1"},
               {"aud", "belfry"},
               {"iat", now},
               {"exp", now + 60},
               {"nonce", parameter_of(begun.url, "nonce")},
               {"email", "anna@example.org"},
               {"preferred_username", "anna"}};
    claims_.merge_patch(change);
  }

  Result<Iam::OpenedSession> come_back(const BegunSignIn& begun, const std::string& totp = "",
                                       const std::string& code = "the-code") {
    SignIn attempt{.totp = totp, .source_ip = "192.0.2.1", .user_agent = "test"};
    attempt.directory = DirectoryAnswer{
        .browser = begun.browser, .state = parameter_of(begun.url, "state"), .code = code};
    return world_.wait(world_.iam->sign_in(attempt));
  }

  Result<Iam::OpenedSession> sign_in(const json& change = json::object()) {
    const BegunSignIn begun = begin();
    answer(begun, change);
    return come_back(begun);
  }

  User user_named(const std::string& name, Role role = Role::kMember) {
    auto user = world_.wait(world_.iam->create_user(administrator_, administrator_.tenant, name, "",
                                                    role, kGoodPassword));
    EXPECT_TRUE(user) << user.error().describe();
    return *user;
  }

  World world_{GetParam()};
  const IssuerKey key_{KeyKind::kP256, "one"};
  json claims_;
  oidc::Request redeemed_;
  Principal administrator_;
};

BELFRY_ON_BOTH_ENGINES(IssuersTest);

TEST_P(IssuersTest, MakesAReaderOfWhoIsNotKnown) {
  registered();
  const BegunSignIn begun = begin();
  EXPECT_EQ(parameter_of(begun.url, "redirect_uri"), kOrigin + "/signed-in");
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

TEST_P(IssuersTest, PrivilegedUsersLinkThemselvesAndShowTheirOwnFactor) {
  NewIssuer trusting = wanted();
  trusting.settings.trusts_factors = true;
  const Issuer issuer = registered(trusting);
  const auto of_itself = world_.wait(
      issuers().link_subject(administrator_, issuer.id, "subject-1", administrator_.user));
  ASSERT_TRUE(of_itself) << of_itself.error().describe();
  // The directory's word is worth nothing for the second factor.
  const BegunSignIn begun = begin();
  answer(begun, {{"amr", {"pwd", "mfa"}}});
  EXPECT_EQ(message_of(come_back(begun)), "iam.totp_needed");
  EXPECT_EQ(message_of(come_back(begun, "000000", "")), "iam.sign_in_refused");
  const auto opened = come_back(begun, world_.code_of(world_.founded.customer_totp_secret), "");
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_TRUE(opened->session.second_factor);
  EXPECT_EQ(opened->session.factor, FactorKind::kTotp);
  EXPECT_EQ(message_of(come_back(begun, "000000", "")), "iam.directory_answer");

  ASSERT_TRUE(world_.wait(issuers().create_issuer(
      administrator_, {.url = kUrl + "/two", .settings = {.client_id = "belfry"}})));
  const auto listed = world_.wait(issuers().list_issuers(administrator_, {}));
  const User peer = user_named("peer", Role::kTenantAdministrator);
  EXPECT_EQ(message_of(world_.wait(issuers().link_subject(administrator_, listed->things.at(1).id,
                                                          "subject-9", peer.id))),
            "iam.links_itself");
}

TEST_P(IssuersTest, WhoKeepsOneIsNoSecondPersonForItsUsers) {
  const auto administrator = [&](const std::string& name) {
    user_named(name, Role::kTenantAdministrator);
    const Principal fresh = world_.enter(name, kGoodPassword);
    const auto seed = world_.wait(world_.iam->begin_totp(fresh));
    EXPECT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return world_.enter(name, kGoodPassword, *seed);
  };
  const Principal other = administrator("peer");
  administrator("third");  // who decides, then
  // One account by the directory itself, one of the other administrator's that is linked to it.
  const Issuer issuer = registered();
  auto linked = world_.wait(
      world_.iam->create_user(other, other.tenant, "linked", "", Role::kReader, kGoodPassword));
  ASSERT_TRUE(linked);
  const auto link =
      world_.wait(issuers().link_subject(administrator_, issuer.id, "subject-2", linked->id));
  ASSERT_TRUE(link) << link.error().describe();
  for (const char* subject : {"subject-1", "subject-2"}) {
    const auto opened = sign_in({{"sub", subject}});
    ASSERT_TRUE(opened) << opened.error().describe();
    const auto by =
        world_.wait(world_.iam->authenticate_session(opened->secret, Origin{"192.0.2.1", "test"}));
    ASSERT_TRUE(by);
    const auto asked =
        world_.wait(world_.iam->access().ask(*by, {.user = by->user,
                                                   .role = Role::kTenantAdministrator,
                                                   .reason = "needed",
                                                   .duration = std::chrono::hours(1)}));
    ASSERT_TRUE(asked) << asked.error().describe();
    // Nor once the link is gone, for what was asked for before.
    if (by->user == linked->id) {
      ASSERT_TRUE(world_.wait(issuers().unlink_subject(administrator_, issuer.id, link->id)));
    }
    EXPECT_EQ(message_of(world_.wait(world_.iam->access().approve(administrator_, asked->id, ""))),
              "iam.four_eyes_of_maker");
  }
}

TEST_P(IssuersTest, BelievesAFactorWhereTheTenantSaysSo) {
  const Issuer issuer = registered();
  const auto distrusted = sign_in({{"amr", {"pwd", "mfa"}}});
  ASSERT_TRUE(distrusted);
  EXPECT_FALSE(distrusted->session.second_factor);
  IssuerChange change{.settings = issuer.settings};
  change.settings.trusts_factors = true;
  ASSERT_TRUE(world_.wait(issuers().change_issuer(administrator_, issuer.id, change)));
  const auto believed = sign_in({{"amr", {"pwd", "mfa"}}});
  ASSERT_TRUE(believed);
  EXPECT_TRUE(believed->session.second_factor);
  EXPECT_EQ(believed->session.factor, FactorKind::kDirectory);
  // Nor does it count once the user is privileged, or outlive the session.
  const auto by = world_.wait(world_.iam->authenticate_session(believed->secret, kHere));
  ASSERT_TRUE(by && by->second_factor);
  const auto token = world_.wait(world_.iam->create_api_token(*by, "program", {}));
  ASSERT_TRUE(token);
  EXPECT_FALSE(token->token.second_factor);
  const auto profile = world_.wait(world_.iam->profiles().create_profile(
      administrator_, "bosses",
      R"({"Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}})"));
  ASSERT_TRUE(profile);
  ASSERT_TRUE(world_.wait(
      world_.iam->profiles().give_profile(administrator_, profile->id, {.user = by->user})));
  const auto raised = sign_in({{"amr", {"pwd", "mfa"}}});
  ASSERT_TRUE(raised);
  EXPECT_FALSE(raised->session.second_factor);
  const auto without = sign_in({{"amr", {"pwd"}}});
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->session.second_factor);
}

// A directory's word: (pwd, mfa).
const json kMfa = {{"amr", {"pwd", "mfa"}}};

TEST_P(IssuersTest, NobodySignsInAsAProgram) {
  const Issuer issuer = registered();
  const auto program = world_.wait(world_.iam->service_accounts().create_service_account(
      administrator_, "backup", Role::kReader, administrator_.user));
  ASSERT_TRUE(program);
  EXPECT_EQ(message_of(world_.wait(
                issuers().link_subject(administrator_, issuer.id, "subject-1", program->id))),
            "iam.links_no_program");
}

TEST_P(IssuersTest, ALinkThatIsGoneLetsNobodyInWhoStillOwesTheFactor) {
  const Issuer issuer = registered();
  const User user = user_named("berta");
  const Principal berta = world_.enter("berta", kGoodPassword);
  const auto seed = world_.wait(world_.iam->begin_totp(berta));
  ASSERT_TRUE(world_.wait(world_.iam->confirm_totp(berta, world_.code_of(*seed))));
  world_.clock.advance(std::chrono::seconds(30));
  const auto link =
      world_.wait(issuers().link_subject(administrator_, issuer.id, "subject-1", user.id));
  ASSERT_TRUE(link);
  const BegunSignIn begun = begin();
  answer(begun);
  ASSERT_EQ(message_of(come_back(begun)), "iam.totp_needed");
  ASSERT_TRUE(world_.wait(issuers().unlink_subject(administrator_, issuer.id, link->id)));
  EXPECT_EQ(message_of(come_back(begun, world_.code_of(*seed), "")), "iam.directory_stranger");
}

TEST_P(IssuersTest, WhoWasLinkedByAnotherEnrolsNoFactorByTheDirectoryOncePrivileged) {
  const Issuer issuer = registered();
  const User user = user_named("berta");
  ASSERT_TRUE(world_.wait(issuers().link_subject(administrator_, issuer.id, "subject-1", user.id)));
  ASSERT_TRUE(sign_in());
  const auto profile = world_.wait(world_.iam->profiles().create_profile(
      administrator_, "bosses",
      R"({"Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}})"));
  ASSERT_TRUE(profile);
  ASSERT_TRUE(world_.wait(
      world_.iam->profiles().give_profile(administrator_, profile->id, {.user = user.id})));
  EXPECT_EQ(message_of(sign_in()), "iam.directory_enrols_nobody");
}

TEST_P(IssuersTest, TheDirectorysFactorGoesIntoNoSessionOfARole) {
  NewIssuer trusting = wanted();
  trusting.settings.trusts_factors = true;
  registered(trusting);
  const auto opened = sign_in(kMfa);
  ASSERT_TRUE(opened);
  const auto by = world_.wait(world_.iam->authenticate_session(opened->secret, kHere));
  ASSERT_TRUE(by && by->second_factor);
  const auto role_of = [&](const std::string& name, const std::string& principal,
                           const std::string& action) {
    const json trust = {
        {"Version", "2012-10-17"},
        {"Statement",
         {{"Effect", "Allow"}, {"Principal", {{"AWS", principal}}}, {"Action", "sts:AssumeRole"}}}};
    const json allows = {
        {"Version", "2012-10-17"},
        {"Statement", {{"Effect", "Allow"}, {"Action", action}, {"Resource", "*"}}}};
    const auto role = world_.wait(
        world_.iam->roles().create_role(administrator_, name, trust.dump(), std::chrono::hours(1)));
    EXPECT_TRUE(role) << role.error().describe();
    const auto profile =
        world_.wait(world_.iam->profiles().create_profile(administrator_, name, allows.dump()));
    EXPECT_TRUE(profile) << profile.error().describe();
    EXPECT_TRUE(
        world_.wait(world_.iam->roles().give_profile(administrator_, role->id, profile->id)));
    return role->arn;
  };
  const std::string first = role_of("first", arn_of(*by), "sts:AssumeRole");
  const std::string second = role_of("second", first, "iam:ListUsers");
  const auto made = world_.wait(
      world_.iam->roles().assume_role(*by, {.role_arn = first, .session_name = "nightly"}));
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_FALSE(made->session.second_factor);
  const auto assumed = world_.wait(world_.iam->find_signing_identity(made->session.id));
  ASSERT_TRUE(assumed);
  EXPECT_EQ(message_of(world_.wait(world_.iam->roles().assume_role(
                assumed->principal, {.role_arn = second, .session_name = "climbing"}))),
            "iam.second_factor_needed");
}

TEST_P(IssuersTest, WhomTheDirectoryBroughtGetsNoPasswordByMail) {
  const Issuer issuer = registered();
  const auto opened = sign_in();
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->user.email, "anna@example.org");
  world_.iam->people().accept_links({"https://cloud.example", true});
  LostPasswords& lost = world_.iam->lost_passwords();
  const auto links = [&] {
    EXPECT_TRUE(world_.wait(lost.ask_for_reset({opened->user.name, "en", "192.0.2.1"})));
    EXPECT_TRUE(world_.wait(lost.turn()));
    return world_.count("SELECT count(*) AS n FROM password_reset");
  };
  // Whom the directory lets in no more would come by another door.
  EXPECT_EQ(links(), 0);
  ASSERT_TRUE(world_.wait(issuers().delete_issuer(administrator_, issuer.id)));
  EXPECT_EQ(links(), 1) << "without the directory it is an account as others";
}

TEST_P(IssuersTest, TheDirectorysWordKeepsNoLostFactor) {
  NewIssuer trusting = wanted();
  trusting.settings.trusts_factors = true;
  const Issuer issuer = registered(trusting);
  const User user = user_named("berta");
  const Principal berta = world_.enter("berta", kGoodPassword);
  const auto seed = world_.wait(world_.iam->begin_totp(berta));
  ASSERT_TRUE(world_.wait(world_.iam->confirm_totp(berta, world_.code_of(*seed))));
  ASSERT_TRUE(world_.wait(issuers().link_subject(administrator_, issuer.id, "subject-1", user.id)));
  FactorResets& resets = world_.iam->factor_resets();
  ASSERT_TRUE(world_.wait(resets.ask_for_factor_reset(administrator_, {user.id, "lost", "en"})));
  ASSERT_TRUE(sign_in(kMfa));
  const auto listed = world_.wait(resets.list_factor_resets(administrator_, user.tenant, {}));
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->things.at(0).state, "asked");
}

TEST_P(IssuersTest, InterventionsTakeNoDirectorysWord) {
  const Principal founder = world_.admin();
  NewIssuer trusting = wanted();
  trusting.settings.trusts_factors = true;
  ASSERT_TRUE(world_.wait(issuers().create_issuer(founder, trusting)));
  const auto opened = sign_in(kMfa);
  ASSERT_TRUE(opened);
  const auto staff = [&] {
    return world_.wait(world_.iam->authenticate_session(opened->secret, kHere));
  };
  Interventions& interventions = world_.iam->interventions();
  const auto asked = world_.wait(interventions.ask(*staff(), {.tenant = kFirstCustomer,
                                                              .actions = {"s3:GetObject"},
                                                              .reason = "ticket 7",
                                                              .duration = std::chrono::hours(1)}));
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_TRUE(world_.wait(interventions.approve(founder, asked->id, "agreed")));
  EXPECT_EQ(message_of(world_.iam->authorize(*staff(), "s3:GetObject",
                                             {"arn:aws:s3:::papers/a", kFirstCustomer, {}},
                                             {.time = world_.clock.now()})),
            "iam.second_factor_needed");
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
