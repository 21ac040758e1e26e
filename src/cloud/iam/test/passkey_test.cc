#include "authenticator.h"
#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kOrigin = "https://localhost:8443";

class PasskeyTest : public testing::TestWithParam<database::Engine> {
 protected:
  PasskeyTest() { factors_.accept_origins({kOrigin, "https://belfry.example.net"}); }

  User make_member(const std::string& name) {
    auto user = world_.wait(iam_.create_user(world_.customer(), kFirstCustomer, name, "",
                                             Role::kMember, kGoodPassword));
    EXPECT_TRUE(user) << user.error().describe();
    return user.value_or(User{});
  }
  // Enrols it, and returns the session that the caller has from then on.
  Principal enrol(const Principal& by, Authenticator& authenticator,
                  const std::string& label = "laptop") {
    auto asked = world_.wait(factors_.begin_passkey(by, kOrigin));
    EXPECT_TRUE(asked) << asked.error().describe();
    auto added = world_.wait(factors_.finish_passkey(by, label, authenticator.create(*asked)));
    EXPECT_TRUE(added) << added.error().describe();
    auto after = world_.wait(iam_.authenticate_session(added->session.secret, kHere));
    EXPECT_TRUE(after) << after.error().describe();
    return after.value_or(Principal{});
  }
  PasskeyRequest ask(const std::string& user = "", const std::string& password = "") {
    auto asked = world_.wait(
        factors_.begin_passkey_sign_in({world_.typed(user), password, "192.0.2.1", kOrigin}));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked.value_or(PasskeyRequest{});
  }
  Result<Iam::OpenedSession> sign_in(const PasskeyAssertion& used, const std::string& user = "",
                                     const std::string& password = "") {
    SignIn attempt{world_.typed(user), password, "", "192.0.2.1", "test"};
    attempt.passkey = used;
    return world_.wait(iam_.sign_in(attempt));
  }
  std::string session_text(const std::string& id, const std::string& column) {
    std::string text;
    auto done = world_.state->read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(auto rows,
          transaction.query("SELECT " + column + " AS it FROM iam_session WHERE id = :id",
                            {{"id", id}}));
      text = rows.at(0).text("it");
      return {};
    });
    EXPECT_TRUE(done);
    return text;
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  SecondFactors& factors_ = iam_.second_factors();
};
BELFRY_ON_BOTH_ENGINES(PasskeyTest);

TEST_P(PasskeyTest, SignsInAlone) {
  const User ada = make_member("ada");
  Authenticator authenticator;
  const Principal by = enrol(world_.enter("ada", kGoodPassword), authenticator);
  EXPECT_TRUE(by.second_factor);
  EXPECT_EQ(session_text(by.credential, "amr"), "pwd hwk user mfa");

  auto opened = sign_in(authenticator.get(ask()));
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(opened->user.id, ada.id);
  EXPECT_TRUE(opened->session.second_factor);
  EXPECT_EQ(opened->session.factor, FactorKind::kPasskey);
  EXPECT_EQ(session_text(opened->session.id, "amr"), "hwk user mfa");
  auto principal = world_.wait(iam_.authenticate_session(opened->secret, kHere));
  ASSERT_TRUE(principal);
  EXPECT_TRUE(principal->second_factor);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn");
}

TEST_P(PasskeyTest, PasswordsThatFailAtTheSameAddressSlowNoneDown) {
  make_member("ada");
  Authenticator authenticator;
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  for (int i = 0; i < 40; ++i) world_.sign_in("nobody" + std::to_string(i), "a guess");
  EXPECT_EQ(message_of(world_.sign_in("nobody", "a guess")), "iam.throttled");
  EXPECT_TRUE(sign_in(authenticator.get(ask())));
}

TEST_P(PasskeyTest, IsASecondFactorBesideThePassword) {
  make_member("ada");
  Authenticator authenticator;
  authenticator.flags = Authenticator::kPresent | Authenticator::kBackupEligible;
  enrol(world_.enter("ada", kGoodPassword), authenticator);

  EXPECT_EQ(message_of(world_.sign_in("ada", kGoodPassword)), "iam.passkey_needed");
  EXPECT_EQ(message_of(world_.sign_in("ada", kGoodPassword, "123456")), "iam.sign_in_refused");
  const PasskeyRequest asked = ask("ada", kGoodPassword);
  ASSERT_EQ(asked.allowed.size(), 1u);
  EXPECT_EQ(asked.allowed[0].credential_id, authenticator.credential_id);
  EXPECT_EQ(asked.allowed[0].transports, std::vector<std::string>{"internal"});
  const PasskeyAssertion used = authenticator.get(asked);
  EXPECT_EQ(message_of(sign_in(used, "ada", "not the password at all")), "iam.sign_in_refused");
  // The wrong password left the challenge alone: it is looked at after the password.
  auto opened = sign_in(used, "ada", kGoodPassword);
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(session_text(opened->session.id, "amr"), "pwd swk user mfa");
  // What asks for no PIN is not both factors at once.
  EXPECT_EQ(message_of(sign_in(authenticator.get(ask()))), "iam.passkey_not_verified");
  EXPECT_EQ(message_of(sign_in(authenticator.get(ask("ada", kGoodPassword)))),
            "iam.passkey_wrong_request");
}

TEST_P(PasskeyTest, TellsTheKeysOfAUserOnlyToWhoHasThePassword) {
  make_member("ada");
  Authenticator authenticator;
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  for (const std::string& name : {world_.typed("ada"), std::string("nobody")}) {
    auto asked = world_.wait(
        factors_.begin_passkey_sign_in({name, "wrong password here", "192.0.2.1", kOrigin}));
    EXPECT_EQ(asked.error().describe(), "denied iam.sign_in_refused") << name;
  }
  make_member("bo");
  EXPECT_EQ(message_of(world_.wait(factors_.begin_passkey_sign_in(
                {world_.typed("bo"), kGoodPassword, "192.0.2.1", kOrigin}))),
            "iam.passkey_missing");
}

TEST_P(PasskeyTest, AChallengeIsGoodOnceAndForFiveMinutes) {
  make_member("ada");
  Authenticator authenticator;
  authenticator.count = authenticator.step = 0;  // so that nothing but the challenge refuses
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  const PasskeyAssertion used = authenticator.get(ask());
  EXPECT_TRUE(sign_in(used));
  EXPECT_EQ(message_of(sign_in(used)), "iam.passkey_wrong_request");
  const PasskeyAssertion late = authenticator.get(ask());
  world_.clock.advance(minutes(5));
  EXPECT_EQ(message_of(sign_in(late)), "iam.passkey_wrong_request");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn failure iam.passkey_wrong_request");
}

TEST_P(PasskeyTest, AFailedUseTakesTheChallengeWithIt) {
  make_member("ada");
  Authenticator authenticator;
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  const PasskeyRequest asked = ask();
  PasskeyAssertion tampered = authenticator.get(asked);
  tampered.signature.back() ^= std::byte(1);
  EXPECT_EQ(message_of(sign_in(tampered)), "iam.passkey_wrong_signature");
  EXPECT_EQ(message_of(sign_in(authenticator.get(asked))), "iam.passkey_wrong_request");
}

TEST_P(PasskeyTest, AChallengeIsForItsPurposeUserAndSession) {
  make_member("ada");
  make_member("bo");
  const Principal ada = world_.enter("ada", kGoodPassword), bo = world_.enter("bo", kGoodPassword);
  const Principal ada_elsewhere = world_.enter("ada", kGoodPassword);
  Authenticator authenticator;
  const auto refused_of = [&](const Principal& by, const PasskeyCreation& asked) {
    return message_of(
        world_.wait(factors_.finish_passkey(by, "laptop", authenticator.create(asked))));
  };
  const auto begin = [&](const Principal& by) {
    return world_.wait(factors_.begin_passkey(by, kOrigin)).value_or(PasskeyCreation{});
  };
  EXPECT_EQ(refused_of(bo, begin(ada)), "iam.passkey_wrong_request");
  EXPECT_EQ(refused_of(ada_elsewhere, begin(ada)), "iam.passkey_wrong_request");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:AddPasskey failure iam.passkey_wrong_request");
  // A challenge of a sign-in.
  PasskeyCreation of_sign_in = begin(ada);
  of_sign_in.challenge = ask().challenge;
  EXPECT_EQ(refused_of(ada, of_sign_in), "iam.passkey_wrong_request");

  enrol(ada, authenticator);
  Authenticator of_bo;
  enrol(bo, of_bo);
  // The challenge that ada's password got, answered by bo.
  EXPECT_EQ(message_of(sign_in(of_bo.get(ask("ada", kGoodPassword)), "bo", kGoodPassword)),
            "iam.passkey_wrong_request");
  // A challenge of an enrolment answers no sign-in.
  auto again = world_.wait(iam_.authenticate_session(sign_in(of_bo.get(ask()))->secret, kHere));
  ASSERT_TRUE(again);
  PasskeyRequest of_enrolment = ask();
  of_enrolment.challenge = begin(*again).challenge;
  EXPECT_EQ(message_of(sign_in(of_bo.get(of_enrolment))), "iam.passkey_wrong_request");
}

TEST_P(PasskeyTest, AnothersPasskeyIsNobodys) {
  make_member("ada");
  make_member("bo");
  Authenticator of_ada, of_bo, unknown;
  enrol(world_.enter("ada", kGoodPassword), of_ada);
  enrol(world_.enter("bo", kGoodPassword), of_bo);
  EXPECT_EQ(message_of(sign_in(of_bo.get(ask("ada", kGoodPassword)), "ada", kGoodPassword)),
            "iam.passkey_unknown");
  EXPECT_EQ(message_of(sign_in(unknown.get(ask()))), "iam.passkey_unknown");
  of_ada.user_handle = of_bo.user_handle;
  EXPECT_EQ(message_of(sign_in(of_ada.get(ask()))), "iam.passkey_unknown");
  // A credential id is one user's in the whole provider.
  Authenticator copied;
  copied.credential_id = of_ada.credential_id;
  auto by = world_.wait(iam_.authenticate_session(sign_in(of_bo.get(ask()))->secret, kHere));
  auto asked = world_.wait(factors_.begin_passkey(*by, kOrigin));
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_EQ(message_of(world_.wait(factors_.finish_passkey(*by, "x", copied.create(*asked)))),
            "iam.passkey_exists");
}

TEST_P(PasskeyTest, ACloneIsRefusedAndLogged) {
  make_member("ada");
  Authenticator authenticator;
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  EXPECT_TRUE(sign_in(authenticator.get(ask())));
  authenticator.count -= 1;  // the other copy has not seen the last use
  EXPECT_EQ(message_of(sign_in(authenticator.get(ask()))), "iam.passkey_cloned");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn failure iam.passkey_cloned");
}

TEST_P(PasskeyTest, WorksAtTheAcceptedOriginsAlone) {
  make_member("ada");
  const Principal ada = world_.enter("ada", kGoodPassword);
  for (const char* origin : {"https://127.0.0.1:8443", "https://localhost", "http://localhost:8443",
                             "https://localhost:8443.example.net", ""}) {
    auto refused = world_.wait(factors_.begin_passkey(ada, origin));
    ASSERT_FALSE(refused) << origin;
    EXPECT_EQ(refused.error().message(), "iam.passkey_not_here");
    EXPECT_EQ(refused.error().argument("origins"),
              "https://localhost:8443, https://belfry.example.net");
    EXPECT_EQ(message_of(world_.wait(
                  factors_.begin_passkey_sign_in({"", "", "192.0.2.1", std::string(origin)}))),
              "iam.passkey_not_here");
  }
  Authenticator elsewhere;
  elsewhere.origin = "https://127.0.0.1:8443";
  auto asked = world_.wait(factors_.begin_passkey(ada, kOrigin));
  EXPECT_EQ(message_of(world_.wait(factors_.finish_passkey(ada, "x", elsewhere.create(*asked)))),
            "iam.passkey_wrong_origin");
  // One made at another of the accepted origins is good there alone.
  Authenticator authenticator;
  enrol(ada, authenticator);
  auto there = world_.wait(
      factors_.begin_passkey_sign_in({"", "", "192.0.2.1", "https://belfry.example.net"}));
  ASSERT_TRUE(there);
  EXPECT_EQ(there->site, "belfry.example.net");
  authenticator.origin = "https://belfry.example.net";
  EXPECT_EQ(message_of(sign_in(authenticator.get(*there))), "iam.passkey_wrong_site");
}

TEST_P(PasskeyTest, FreesAPrivilegedUserWhoHasNone) {
  auto user = world_.wait(
      iam_.create_user(world_.admin(), kProviderTenant, "op", "", Role::kReader, kGoodPassword));
  ASSERT_TRUE(user) << user.error().describe();
  auto asked = world_.wait(
      iam_.access().ask(world_.enter("op", kGoodPassword), {.user = user->id,
                                                            .role = Role::kOperator,
                                                            .reason = "on duty",
                                                            .duration = std::chrono::hours(8)}));
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_TRUE(world_.wait(iam_.access().approve(world_.admin(), asked->id, "")));
  const Principal fresh = world_.enter("op", kGoodPassword);
  EXPECT_EQ(message_of(iam_.authorize(fresh, "disk:List", {"*", kProviderTenant}, {})),
            "iam.second_factor_needed");
  Authenticator authenticator;
  const Principal by = enrol(fresh, authenticator);
  EXPECT_TRUE(iam_.authorize(by, "disk:List", {"*", kProviderTenant}, {}));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session WHERE enrolment_only = 1"), 0);
  EXPECT_EQ(world_.wait(iam_.find_user(by, by.user))->passkeys, 1u);
  // What measures ask: factors in force.
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mfa_factor f JOIN iam_user u ON "
                         "u.id = f.user_id WHERE u.name = 'op' AND f.confirmed_us IS NOT NULL"),
            1);
}

TEST_P(PasskeyTest, OnlyWhoProvedAFactorChangesFactors) {
  make_member("ada");
  auto before =
      world_.wait(iam_.authenticate_session(world_.sign_in("ada", kGoodPassword)->secret, kHere));
  ASSERT_TRUE(before);
  Authenticator authenticator;
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  // The sessions of the password alone have ended; were one left, it could do nothing here.
  const Principal& stale = *before;
  EXPECT_EQ(message_of(world_.wait(factors_.begin_passkey(stale, kOrigin))),
            "iam.second_factor_needed");
  EXPECT_EQ(message_of(world_.wait(iam_.begin_totp(stale))), "iam.second_factor_needed");
  auto list = world_.wait(factors_.list_factors(stale));
  ASSERT_TRUE(list);
  EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(stale, list->factors.at(0).id))),
            "iam.second_factor_needed");
}

TEST_P(PasskeyTest, AreListedAndRemoved) {
  make_member("ada");
  make_member("bo");
  Authenticator first, second, of_bo;
  Principal ada = enrol(world_.enter("ada", kGoodPassword), first, "laptop");
  world_.clock.advance(seconds(1));
  ada = enrol(ada, second, "key ring");
  const Principal bo = enrol(world_.enter("bo", kGoodPassword), of_bo);
  EXPECT_TRUE(sign_in(second.get(ask())));
  auto list = world_.wait(factors_.list_factors(ada));
  ASSERT_TRUE(list) << list.error().describe();
  ASSERT_EQ(list->factors.size(), 2u);
  EXPECT_EQ(list->factors[0].label, "laptop");
  EXPECT_EQ(list->factors[0].kind, FactorKind::kPasskey);
  EXPECT_EQ(list->factors[0].site, "localhost");
  EXPECT_TRUE(list->factors[0].alone_suffices);
  EXPECT_FALSE(list->factors[0].last_used);
  EXPECT_EQ(list->factors[1].label, "key ring");
  EXPECT_TRUE(list->factors[1].last_used);

  EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(bo, list->factors[0].id))),
            "iam.factor_missing");
  EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(ada, "x"))), "iam.factor_missing");
  auto elsewhere = sign_in(first.get(ask()));
  EXPECT_TRUE(world_.wait(factors_.remove_factor(ada, list->factors[0].id)));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RemoveFactor");
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_session(elsewhere->secret, kHere))),
            "iam.unknown_session");
  EXPECT_EQ(message_of(sign_in(first.get(ask()))), "iam.passkey_unknown");
  // A member may do without.
  EXPECT_TRUE(world_.wait(factors_.remove_factor(ada, list->factors[1].id)));
  EXPECT_TRUE(world_.sign_in("ada", kGoodPassword));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM passkey"), 1);
}

TEST_P(PasskeyTest, APrivilegedUserKeepsOneFactor) {
  const Principal admin = world_.admin();
  auto list = world_.wait(factors_.list_factors(admin));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->factors.size(), 1u);
  EXPECT_EQ(list->factors[0].kind, FactorKind::kTotp);
  EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(admin, list->factors[0].id))),
            "iam.last_factor");
  Authenticator authenticator;
  const Principal by = enrol(admin, authenticator);
  EXPECT_EQ(session_text(by.credential, "amr"), "pwd otp");
  EXPECT_TRUE(world_.wait(factors_.remove_factor(by, list->factors[0].id)));
  list = world_.wait(factors_.list_factors(by));
  ASSERT_EQ(list->factors.size(), 1u);
  EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(by, list->factors[0].id))),
            "iam.last_factor");
}

TEST_P(PasskeyTest, AnAuthenticatorAppIsReplacedAndLeavesPasskeysAlone) {
  Authenticator authenticator;
  const Principal by = enrol(world_.admin(), authenticator);
  auto seed = world_.wait(iam_.begin_totp(by));
  ASSERT_TRUE(seed) << seed.error().describe();
  // Not in force yet: it is not in the list, and the old one still works.
  EXPECT_EQ(world_.wait(factors_.list_factors(by))->factors.size(), 2u);
  auto renewed = world_.wait(iam_.confirm_totp(by, world_.code_of(*seed)));
  ASSERT_TRUE(renewed) << renewed.error().describe();
  EXPECT_EQ(world_.wait(factors_.list_factors(by))->factors.size(), 2u);
  EXPECT_TRUE(sign_in(authenticator.get(ask())));
  world_.clock.advance(seconds(30));
  const auto& founded = world_.founded;
  EXPECT_EQ(message_of(world_.sign_in(founded.admin_user, founded.admin_password,
                                      world_.code_of(founded.admin_totp_secret))),
            "iam.sign_in_refused");
  EXPECT_TRUE(world_.sign_in(founded.admin_user, founded.admin_password, world_.code_of(*seed)));
}

TEST_P(PasskeyTest, ASuspendedUserIsOut) {
  const User ada = make_member("ada");
  Authenticator authenticator;
  enrol(world_.enter("ada", kGoodPassword), authenticator);
  world_.clock.advance(seconds(30));
  EXPECT_TRUE(world_.wait(iam_.set_user_active(world_.customer(), ada.id, false)));
  EXPECT_EQ(message_of(sign_in(authenticator.get(ask()))), "iam.sign_in_refused");
}

TEST_P(PasskeyTest, LabelsAreShortAndProgramsEnrolNothing) {
  make_member("ada");
  const Principal ada = world_.enter("ada", kGoodPassword);
  Authenticator authenticator;
  for (const std::string& label : {std::string(), std::string(101, 'a'), std::string("\xff")}) {
    auto asked = world_.wait(factors_.begin_passkey(ada, kOrigin));
    EXPECT_EQ(
        message_of(world_.wait(factors_.finish_passkey(ada, label, authenticator.create(*asked)))),
        "iam.bad_passkey_label");
  }
  auto token = world_.wait(iam_.create_api_token(ada, "x", std::nullopt));
  auto program = world_.wait(iam_.authenticate_token(token->secret));
  EXPECT_EQ(message_of(world_.wait(factors_.begin_passkey(*program, kOrigin))),
            "iam.session_needed");
  EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(*program, "1"))), "iam.session_needed");
}

}  // namespace
}  // namespace belfry::iam
