// What the word of a tenant's directory is worth, and how it reaches no privileges.
#include "authenticator.h"
#include "iam/factor_resets.h"
#include "iam/interventions.h"
#include "iam/lost_passwords.h"
#include "iam/people.h"
#include "iam/service_accounts.h"
#include "issuers_fixture.h"

namespace belfry::iam {
namespace {

class DirectoryFactorsTest : public IssuersTest {
 protected:
  // The directory knows the user; its second factor is what `needed` says.
  BegunSignIn let_through(UserId user, const std::string& needed = "iam.totp_needed") {
    const Issuer issuer = registered();
    EXPECT_TRUE(world_.wait(issuers().link_subject(administrator_, issuer.id, "subject-1", user)));
    BegunSignIn begun = begin();
    answer(begun);
    EXPECT_EQ(message_of(come_back(begun)), needed);
    return begun;
  }
};
BELFRY_ON_BOTH_ENGINES(DirectoryFactorsTest);

TEST_P(DirectoryFactorsTest, PrivilegedUsersLinkThemselvesAndShowTheirOwnFactor) {
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

TEST_P(DirectoryFactorsTest, TriesAtTheFactorAreCountedWithThoseAtThePassword) {
  const BegunSignIn begun = let_through(administrator_.user);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(message_of(come_back(begun, "000000", "")), "iam.sign_in_refused") << i;
  const auto guess = [&](const std::string& name) {
    return message_of(
        world_.wait(world_.iam->sign_in({name, "a guess", "", kHere.source_ip, "test"})));
  };
  EXPECT_EQ(guess(world_.founded.customer_user), "iam.throttled");
  EXPECT_EQ(guess(administrator_.name), "iam.sign_in_refused") << "a namesake elsewhere";
}

TEST_P(DirectoryFactorsTest, WhoPassesTheDirectoryGuessesNoFasterFromManyPlaces) {
  const BegunSignIn begun = let_through(administrator_.user);
  int places = 0;
  const auto try_elsewhere = [&](const std::string& code) {
    return message_of(come_back(begun, code, "", "198.51.100." + std::to_string(++places)));
  };
  int tried = 0;
  for (int i = 0; i < 100; ++i) tried += try_elsewhere("000000") == "iam.sign_in_refused";
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(try_elsewhere("000000"), "iam.throttled");
  world_.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(try_elsewhere("000000"), "iam.sign_in_refused");
  const std::string code = world_.code_of(world_.founded.customer_totp_secret);
  EXPECT_EQ(try_elsewhere(code), "iam.throttled");
  // Where the owner signed in before, no stranger to the place is in the way.
  EXPECT_EQ(message_of(come_back(begun, code, "")), "");
}

TEST_P(DirectoryFactorsTest, WhatNobodyGuessesPassesTheGuessesOfOthers) {
  const auto codes = world_.wait(world_.iam->second_factors().make_recovery_codes(administrator_));
  ASSERT_TRUE(codes) << codes.error().describe();
  const BegunSignIn begun = let_through(administrator_.user);
  for (int i = 0; i < 20; ++i) come_back(begun, "000000", "", "198.51.100." + std::to_string(i));
  SignIn attempt{.source_ip = "203.0.113.7", .user_agent = "test"};
  attempt.directory = DirectoryAnswer{.browser = begun.browser, .organisation = landed_};
  attempt.recovery_code = "aaaa-bbbb-cccc-dddd";
  EXPECT_EQ(message_of(world_.wait(world_.iam->sign_in(attempt))), "iam.throttled");
  attempt.recovery_code = codes->at(0);
  EXPECT_EQ(message_of(world_.wait(world_.iam->sign_in(attempt))), "");
}

TEST_P(DirectoryFactorsTest, APasskeyPassesWhatFailsAtTheSameAddress) {
  SecondFactors& factors = world_.iam->second_factors();
  factors.accept_origins({kOrigin});
  const User reader = user_named("reader");
  const Principal by = world_.enter("reader", kGoodPassword);
  Authenticator authenticator;
  authenticator.origin = kOrigin;
  const auto asked = world_.wait(factors.begin_passkey(by, kOrigin));
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_TRUE(world_.wait(factors.finish_passkey(by, "key", authenticator.create(*asked))));
  const BegunSignIn begun = let_through(reader.id, "iam.passkey_needed");
  SignIn attempt{.user = world_.typed("reader"),
                 .password = "a guess",
                 .source_ip = "192.0.2.1",
                 .user_agent = "test"};
  for (int i = 0; i < 30; ++i) world_.wait(world_.iam->sign_in(attempt));
  EXPECT_EQ(message_of(world_.wait(world_.iam->sign_in(attempt))), "iam.throttled");
  attempt.user = attempt.password = "";
  attempt.directory = DirectoryAnswer{.browser = begun.browser, .organisation = landed_};
  const auto shown = world_.wait(factors.begin_passkey_sign_in({"", "", "192.0.2.1", kOrigin}));
  ASSERT_TRUE(shown) << shown.error().describe();
  attempt.passkey = authenticator.get(*shown);
  EXPECT_EQ(message_of(world_.wait(world_.iam->sign_in(attempt))), "");
}

TEST_P(DirectoryFactorsTest, NeighboursPushNobodyOutWhoCameBack) {
  const BegunSignIn begun = let_through(administrator_.user);
  for (int i = 0; i < 100; ++i) begin();
  // Who asks what is due tries nothing.
  for (int i = 0; i < 30; ++i) EXPECT_EQ(message_of(come_back(begun, "", "")), "iam.totp_needed");
  EXPECT_EQ(message_of(come_back(begun, world_.code_of(world_.founded.customer_totp_secret), "")),
            "");
}

TEST_P(DirectoryFactorsTest, WhoSendsNothingFillsNoLog) {
  SignIn attempt{.source_ip = "203.0.113.7", .user_agent = "test"};
  const auto before = world_.ledger.count("iam:SignIn");
  for (int i = 0; i < 100; ++i) {
    attempt.directory = DirectoryAnswer{.browser = "nobody's " + std::to_string(i)};
    const auto refused = message_of(world_.wait(world_.iam->sign_in(attempt)));
    EXPECT_EQ(refused, i < 20 ? "iam.directory_answer" : "iam.throttled") << i;
  }
  EXPECT_EQ(world_.ledger.count("iam:SignIn"), before + 20);
}

TEST_P(DirectoryFactorsTest, WhoIsDeletedMeanwhileIsAStranger) {
  const User reader = user_named("reader");
  const Principal by = world_.enter("reader", kGoodPassword);
  const auto seed = world_.wait(world_.iam->begin_totp(by));
  ASSERT_TRUE(seed) << seed.error().describe();
  ASSERT_TRUE(world_.wait(world_.iam->confirm_totp(by, world_.code_of(*seed))));
  const BegunSignIn begun = let_through(reader.id);
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(administrator_, reader.id)));
  const auto failures = world_.ledger.count("iam:SignIn");
  EXPECT_EQ(message_of(come_back(begun, "000000", "")), "iam.directory_stranger");
  EXPECT_EQ(world_.ledger.count("iam:SignIn"), failures + 1);
}

TEST_P(DirectoryFactorsTest, WhoKeepsOneIsNoSecondPersonForItsUsers) {
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

TEST_P(DirectoryFactorsTest, BelievesAFactorWhereTheTenantSaysSo) {
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

TEST_P(DirectoryFactorsTest, NobodySignsInAsAProgram) {
  const Issuer issuer = registered();
  const auto program = world_.wait(world_.iam->service_accounts().create_service_account(
      administrator_, "backup", Role::kReader, administrator_.user));
  ASSERT_TRUE(program);
  EXPECT_EQ(message_of(world_.wait(
                issuers().link_subject(administrator_, issuer.id, "subject-1", program->id))),
            "iam.links_no_program");
}

TEST_P(DirectoryFactorsTest, ALinkThatIsGoneLetsNobodyInWhoStillOwesTheFactor) {
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

TEST_P(DirectoryFactorsTest, WhoWasLinkedByAnotherEnrolsNoFactorByTheDirectoryOncePrivileged) {
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

TEST_P(DirectoryFactorsTest, TheDirectorysFactorGoesIntoNoSessionOfARole) {
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

TEST_P(DirectoryFactorsTest, WhomTheDirectoryBroughtGetsNoPasswordByMail) {
  const Issuer issuer = registered();
  const auto opened = sign_in();
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->user.email, "anna@example.org");
  world_.iam->people().accept_links({"https://cloud.example", true});
  LostPasswords& lost = world_.iam->lost_passwords();
  const auto links = [&] {
    EXPECT_TRUE(
        world_.wait(lost.ask_for_reset({world_.typed(opened->user.name), "en", "192.0.2.1"})));
    EXPECT_TRUE(world_.wait(lost.turn()));
    return world_.count("SELECT count(*) AS n FROM password_reset");
  };
  // Whom the directory lets in no more would come by another door.
  EXPECT_EQ(links(), 0);
  ASSERT_TRUE(world_.wait(issuers().delete_issuer(administrator_, issuer.id)));
  EXPECT_EQ(links(), 1) << "without the directory it is an account as others";
}

TEST_P(DirectoryFactorsTest, TheDirectorysWordKeepsNoLostFactor) {
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

TEST_P(DirectoryFactorsTest, InterventionsTakeNoDirectorysWord) {
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

}  // namespace
}  // namespace belfry::iam
