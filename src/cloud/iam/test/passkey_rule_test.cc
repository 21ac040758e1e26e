// Provider administrators prove a passkey once they have one.
#include "authenticator.h"
#include "iam/roles.h"
#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::minutes;

constexpr const char* kOrigin = "https://localhost:8443";
constexpr const char* kNeeded = "iam.passkey_step_up_needed";

class PasskeyRuleTest : public testing::TestWithParam<database::Engine> {
 protected:
  PasskeyRuleTest() { factors_.accept_origins({kOrigin}); }

  struct Session {
    std::string secret;
  };
  Session open(const std::string& recovery_code = "") {
    world_.clock.advance(std::chrono::seconds(30));  // a code works once
    SignIn attempt{.user = world_.founded.admin_user,
                   .password = world_.founded.admin_password,
                   .totp = recovery_code.empty() ? code() : "",
                   .source_ip = kHere.source_ip,
                   .user_agent = kHere.user_agent};
    attempt.recovery_code = recovery_code;
    auto opened = world_.wait(iam_.sign_in(attempt));
    EXPECT_TRUE(opened) << opened.error().describe();
    return {opened ? opened->secret : ""};
  }
  Principal by(const Session& session) {
    auto found = world_.wait(iam_.authenticate_session(session.secret, kHere));
    EXPECT_TRUE(found) << found.error().describe();
    return found.value_or(Principal{});
  }
  std::string code() { return world_.code_of(world_.founded.admin_totp_secret); }
  // The session from then on.
  Session add_passkey(const Session& session) { return add_passkey(session, authenticator_); }
  Session add_passkey(const Session& session, Authenticator& authenticator) {
    auto asked = world_.wait(factors_.begin_passkey(by(session), kOrigin));
    EXPECT_TRUE(asked) << asked.error().describe();
    auto added =
        world_.wait(factors_.finish_passkey(by(session), "key", authenticator.create(*asked)));
    EXPECT_TRUE(added) << added.error().describe();
    return {added ? added->session.secret : ""};
  }
  void remove_factors(const Session& session, FactorKind kind) {
    const auto listed = world_.wait(factors_.list_factors(by(session)));
    ASSERT_TRUE(listed);
    for (const Factor& factor : listed->factors) {
      if (factor.kind != kind) continue;
      const auto removed = world_.wait(factors_.remove_factor(by(session), factor.id));
      EXPECT_TRUE(removed) << removed.error().describe();
    }
  }
  std::string act(const Session& session) {
    return message_of(world_.wait(iam_.list_users(by(session), kProviderTenant, {})));
  }
  std::string step_up_by_code(const Session& session) {
    world_.clock.advance(std::chrono::seconds(30));
    return message_of(world_.wait(factors_.step_up(by(session), {code(), {}})));
  }
  std::string step_up_by_passkey(const Session& session) {
    auto asked = world_.wait(factors_.begin_step_up(by(session), kOrigin));
    EXPECT_TRUE(asked) << asked.error().describe();
    return message_of(world_.wait(factors_.step_up(by(session), {"", authenticator_.get(*asked)})));
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  SecondFactors& factors_ = iam_.second_factors();
  Authenticator authenticator_;
};
BELFRY_ON_BOTH_ENGINES(PasskeyRuleTest);

TEST_P(PasskeyRuleTest, ACodeSufficesUntilTheFirstPasskey) {
  const Session session = open();
  EXPECT_EQ(act(session), "");
  const Session with = add_passkey(session);
  EXPECT_EQ(act(with), "") << "it has proved the passkey by making it";
}

TEST_P(PasskeyRuleTest, ThenACodeOpensASessionThatProvesThePasskeyFirst) {
  add_passkey(open());
  const Session session = open();
  EXPECT_EQ(by(session).passkey_due, PasskeyDue::kForAll);
  EXPECT_EQ(act(session), kNeeded);
  for (const char* action : {"disk:Heal", "iam:CreateUser", "iam:CreateApiToken"})
    EXPECT_EQ(message_of(iam_.authorize(by(session), action, {"x", kProviderTenant}, {})), kNeeded)
        << action;
  EXPECT_TRUE(world_.wait(iam_.find_user(by(session), by(session).user)));
  EXPECT_TRUE(world_.wait(factors_.list_factors(by(session))));
  EXPECT_EQ(step_up_by_code(session), kNeeded);
  EXPECT_EQ(act(session), kNeeded);
  EXPECT_EQ(step_up_by_passkey(session), "");
  EXPECT_EQ(act(session), "");
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:StepUp");
}

// Or whoever has the password and the codes would get rid of it.
TEST_P(PasskeyRuleTest, ACodeChangesNoFactorAndNoPassword) {
  const Session first = open();
  const auto begun = world_.wait(iam_.begin_totp(by(first)));
  ASSERT_TRUE(begun);
  add_passkey(first);
  const Session session = open();
  const Principal admin = by(session);
  const auto listed = world_.wait(factors_.list_factors(admin));
  ASSERT_TRUE(listed);
  for (const Factor& factor : listed->factors)
    EXPECT_EQ(message_of(world_.wait(factors_.remove_factor(admin, factor.id))), kNeeded);
  EXPECT_EQ(message_of(world_.wait(factors_.begin_passkey(admin, kOrigin))), kNeeded);
  EXPECT_EQ(message_of(world_.wait(iam_.begin_totp(admin))), kNeeded);
  EXPECT_EQ(message_of(world_.wait(iam_.confirm_totp(admin, world_.code_of(*begun)))), kNeeded)
      << "which was begun before there was a passkey";
  EXPECT_EQ(message_of(world_.wait(factors_.make_recovery_codes(admin))), kNeeded);
  EXPECT_EQ(message_of(world_.wait(
                iam_.change_password(admin, world_.founded.admin_password, kGoodPassword))),
            kNeeded);
  EXPECT_EQ(world_.ledger.last(kProviderTenant),
            "iam:ChangePassword failure iam.passkey_step_up_needed");
}

TEST_P(PasskeyRuleTest, ItIsThePasskeyThatIsProvedAnewToo) {
  const Session session = add_passkey(open());
  world_.clock.advance(minutes(10));
  EXPECT_EQ(act(session), "");
  world_.clock.advance(minutes(5));
  const auto make_token = [&] {
    return message_of(world_.wait(iam_.create_api_token(by(session), "x", {})));
  };
  EXPECT_EQ(make_token(), "iam.step_up_needed");
  EXPECT_EQ(step_up_by_code(session), kNeeded);
  EXPECT_EQ(step_up_by_passkey(session), "");
  EXPECT_EQ(make_token(), "");
}

// Trying with codes keeps nobody from the passkey.
TEST_P(PasskeyRuleTest, CodesThatDoNotCountAreNoTries) {
  add_passkey(open());
  const Session session = open();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(step_up_by_code(session), kNeeded);
  EXPECT_EQ(step_up_by_passkey(session), "");
}

TEST_P(PasskeyRuleTest, WhoLostItGetsAnotherByARecoveryCode) {
  const Session first = open();
  const auto codes = world_.wait(factors_.make_recovery_codes(by(first)));
  ASSERT_TRUE(codes);
  add_passkey(first);
  const Session session = open(codes->at(0));
  EXPECT_EQ(by(session).passkey_due, PasskeyDue::kForRights);
  EXPECT_EQ(act(session), kNeeded);
  Authenticator another;
  EXPECT_EQ(act(add_passkey(session, another)), "");
}

TEST_P(PasskeyRuleTest, OrTakesTheLostOneAway) {
  const Session first = open();
  const auto codes = world_.wait(factors_.make_recovery_codes(by(first)));
  ASSERT_TRUE(codes);
  add_passkey(first);
  const Session session = open(codes->at(0));
  remove_factors(session, FactorKind::kPasskey);
  EXPECT_EQ(act(session), "");
}

// With no authenticator, the lost one is the last factor, which stays; another comes first.
TEST_P(PasskeyRuleTest, OrTakesAnAuthenticatorInItsPlace) {
  const Session first = add_passkey(open());
  remove_factors(first, FactorKind::kTotp);
  const auto codes = world_.wait(factors_.make_recovery_codes(by(first)));
  ASSERT_TRUE(codes);
  const Session session = open(codes->at(0));
  const auto seed = world_.wait(iam_.begin_totp(by(session)));
  ASSERT_TRUE(seed) << seed.error().describe();
  const auto renewed = world_.wait(iam_.confirm_totp(by(session), world_.code_of(*seed)));
  ASSERT_TRUE(renewed) << renewed.error().describe();
  const Session with = {renewed->secret};
  EXPECT_EQ(act(with), kNeeded);
  remove_factors(with, FactorKind::kPasskey);
  EXPECT_EQ(act(with), "");
}

// Two administrators take the lost one away, a day later: nobody keeps it in force with a code.
TEST_P(PasskeyRuleTest, ACodeDoesNotSayThatItIsFoundAgain) {
  const Session first = open();
  const UserId admin = by(first).user;
  const auto codes = world_.wait(factors_.make_recovery_codes(by(first)));
  ASSERT_TRUE(codes);
  add_passkey(first);
  const Principal system{
      .tenant = kProviderTenant, .name = "system", .method = Method::kSystem, .credential = {}};
  ASSERT_TRUE(world_.wait(iam_.create_user(system, kProviderTenant, "nadia", "",
                                           Role::kProviderAdministrator, kGoodPassword)));
  const Principal fresh = world_.enter("nadia", kGoodPassword);
  const auto seed = world_.wait(iam_.begin_totp(fresh));
  ASSERT_TRUE(seed && world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
  world_.clock.advance(std::chrono::seconds(30));
  const auto ask = [&] {
    return message_of(world_.wait(iam_.factor_resets().ask_for_factor_reset(
        world_.enter("nadia", kGoodPassword, *seed), {admin, "lost the key", "fr"})));
  };
  EXPECT_EQ(ask(), "");
  open();
  EXPECT_EQ(ask(), "iam.reset_open");
  open(codes->at(0));
  EXPECT_EQ(ask(), "") << "with a recovery code the administrator helps itself";
}

TEST_P(PasskeyRuleTest, ProgramsOfBeforeDoNothingByTheRole) {
  const Session first = open();
  const auto old = world_.wait(iam_.create_api_token(by(first), "x", {}));
  const auto old_key = world_.wait(iam_.create_access_key(by(first), by(first).user));
  ASSERT_TRUE(old && old_key);
  const auto may = [&](const Iam::NewApiToken& token) {
    const auto program = world_.wait(iam_.authenticate_token(token.secret));
    EXPECT_TRUE(program) << program.error().describe();
    return message_of(world_.wait(iam_.list_users(*program, kProviderTenant, {})));
  };
  EXPECT_EQ(may(*old), "");
  const Session with = add_passkey(first);
  EXPECT_EQ(may(*old), "iam.made_before_passkey");
  const auto signer = world_.wait(iam_.find_signing_identity(old_key->key.id));
  ASSERT_TRUE(signer);
  EXPECT_EQ(message_of(iam_.authorize(signer->principal, "disk:Heal", {"x", kProviderTenant}, {})),
            "iam.made_before_passkey");
  // It makes none in its place that could; what was made with the passkey can.
  const auto own = world_.wait(iam_.authenticate_token(old->secret));
  ASSERT_TRUE(own);
  if (const auto made = world_.wait(iam_.create_api_token(*own, "y", {})))
    EXPECT_EQ(may(*made), "iam.made_before_passkey");
  const auto token = world_.wait(iam_.create_api_token(by(with), "z", {}));
  const auto key = world_.wait(iam_.create_access_key(by(with), by(with).user));
  ASSERT_TRUE(token && key);
  EXPECT_EQ(may(*token), "");
  const auto heir = world_.wait(iam_.create_api_token(
      *world_.wait(iam_.authenticate_token(token->secret)), "of the token", {}));
  ASSERT_TRUE(heir) << heir.error().describe();
  EXPECT_EQ(may(*heir), "");
  EXPECT_EQ(
      message_of(iam_.authorize(world_.wait(iam_.find_signing_identity(key->key.id))->principal,
                                "disk:Heal", {"x", kProviderTenant}, {})),
      "");
  // With the last passkey the rule goes too.
  remove_factors(with, FactorKind::kPasskey);
  EXPECT_EQ(may(*old), "");
}

TEST_P(PasskeyRuleTest, ProgramsAreMadeWithThePasskeyAlone) {
  const Session with = add_passkey(open());
  const auto token = world_.wait(iam_.create_api_token(by(with), "x", {}));
  ASSERT_TRUE(token);
  const auto program = world_.wait(iam_.authenticate_token(token->secret));
  ASSERT_TRUE(program);
  const Session session = open();
  EXPECT_EQ(message_of(world_.wait(iam_.create_api_token(by(session), "y", {}))), kNeeded);
  EXPECT_EQ(message_of(world_.wait(iam_.create_access_key(by(session), by(session).user))),
            kNeeded);
  // Nor does a program show a code in its place.
  const auto made = world_.wait(
      iam_.roles().assume_role(*program, {.role_arn = "arn:aws:iam::000000000001:role/any",
                                          .session_name = "nightly",
                                          .totp = code()}));
  EXPECT_EQ(message_of(made), "iam.passkey_not_code");
}

// A session that was opened with it, alone or beside the password, is asked for nothing more.
TEST_P(PasskeyRuleTest, IsProvedBySigningInWithIt) {
  add_passkey(open());
  const auto asked = world_.wait(factors_.begin_passkey_sign_in(
      {world_.founded.admin_user, world_.founded.admin_password, kHere.source_ip, kOrigin}));
  ASSERT_TRUE(asked) << asked.error().describe();
  SignIn attempt{.user = world_.founded.admin_user,
                 .password = world_.founded.admin_password,
                 .totp = "",
                 .source_ip = kHere.source_ip,
                 .user_agent = kHere.user_agent};
  attempt.passkey = authenticator_.get(*asked);
  const auto opened = world_.wait(iam_.sign_in(attempt));
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(act({opened->secret}), "");
}

TEST_P(PasskeyRuleTest, IsOfProviderAdministratorsAlone) {
  const Principal customer = world_.customer();
  auto asked = world_.wait(factors_.begin_passkey(customer, kOrigin));
  ASSERT_TRUE(asked);
  ASSERT_TRUE(world_.wait(factors_.finish_passkey(customer, "x", authenticator_.create(*asked))));
  const Principal again = world_.customer();
  EXPECT_EQ(again.passkey_due, PasskeyDue::kNo);
  EXPECT_TRUE(world_.wait(iam_.list_users(again, kFirstCustomer, {})));
}

}  // namespace
}  // namespace belfry::iam
