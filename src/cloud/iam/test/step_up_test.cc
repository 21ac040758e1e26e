#include "authenticator.h"
#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kOrigin = "https://localhost:8443";

class StepUpTest : public testing::TestWithParam<database::Engine> {
 protected:
  StepUpTest() {
    factors_.accept_origins({kOrigin});
    auto opened = world_.sign_in(world_.founded.customer_user, world_.founded.customer_password,
                                 world_.code_of(world_.founded.customer_totp_secret));
    EXPECT_TRUE(opened) << opened.error().describe();
    secret_ = opened->secret;
  }

  // The principal of the session now, as a request has it.
  Principal by() {
    auto found = world_.wait(iam_.authenticate_session(secret_, kHere));
    EXPECT_TRUE(found) << found.error().describe();
    return found.value_or(Principal{});
  }
  // A session rests at most 15 minutes.
  void stay(minutes time) {
    for (; time > minutes(10); time -= minutes(10)) {
      world_.clock.advance(minutes(10));
      by();
    }
    world_.clock.advance(time);
  }
  std::string code() { return world_.code_of(world_.founded.customer_totp_secret); }
  std::string step_up(const SecondFactors::StepUp& shown) {
    return message_of(world_.wait(factors_.step_up(by(), shown)));
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  SecondFactors& factors_ = iam_.second_factors();
  std::string secret_;
};
BELFRY_ON_BOTH_ENGINES(StepUpTest);

TEST_P(StepUpTest, DangerousActsWantAFreshFactor) {
  auto member =
      world_.wait(iam_.create_user(by(), kFirstCustomer, "ada", "", Role::kMember, kGoodPassword));
  ASSERT_TRUE(member);
  const auto factors = world_.wait(factors_.list_factors(by()));
  const auto outcomes = [&] {
    const Principal me = by();
    return std::vector<std::string>{
        message_of(world_.wait(iam_.create_access_key(me, me.user))),
        message_of(world_.wait(iam_.create_api_token(me, "x", std::nullopt))),
        message_of(world_.wait(iam_.set_user_active(me, member->id, false))),
        message_of(world_.wait(iam_.change_password(me, "wrong", kGoodPassword))),
        message_of(world_.wait(iam_.begin_totp(me))),
        message_of(world_.wait(factors_.begin_passkey(me, kOrigin))),
        message_of(world_.wait(factors_.make_recovery_codes(me))),
        message_of(world_.wait(factors_.remove_factor(me, factors->factors.at(0).id)))};
  };
  stay(minutes(15));
  EXPECT_EQ(outcomes(), std::vector<std::string>(8, "iam.step_up_needed"));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RemoveFactor failure iam.step_up_needed");
  // What is harmless is not asked for it, nor what makes somebody safer.
  EXPECT_TRUE(world_.wait(iam_.list_users(by(), kFirstCustomer, {})));
  EXPECT_TRUE(world_.wait(iam_.set_user_active(by(), member->id, true)));

  EXPECT_EQ(step_up({code(), {}}), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:StepUp");
  EXPECT_EQ(outcomes(), (std::vector<std::string>{"", "", "", "iam.wrong_password", "", "", "",
                                                  "iam.last_factor"}));
  stay(minutes(14));
  EXPECT_EQ(outcomes()[0], "");
  stay(minutes(1));
  EXPECT_EQ(outcomes()[0], "iam.step_up_needed");
}

TEST_P(StepUpTest, AWrongOrUsedCodeProvesNothing) {
  stay(minutes(15));
  EXPECT_EQ(step_up({"", {}}), "iam.wrong_code");
  EXPECT_EQ(step_up({"00000x", {}}), "iam.wrong_code");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:StepUp failure iam.wrong_code");
  const std::string once = code();
  EXPECT_EQ(step_up({once, {}}), "");
  EXPECT_EQ(step_up({once, {}}), "iam.wrong_code");
  std::string last;
  for (int i = 0; i < 5; ++i) last = step_up({"00000x", {}});
  EXPECT_EQ(last, "iam.throttled");
}

TEST_P(StepUpTest, APasskeyProvesItToItsOwnSession) {
  Authenticator authenticator;
  auto asked = world_.wait(factors_.begin_passkey(by(), kOrigin));
  auto added = world_.wait(factors_.finish_passkey(by(), "x", authenticator.create(*asked)));
  ASSERT_TRUE(added) << added.error().describe();
  secret_ = added->session.secret;
  stay(minutes(15));
  const auto request = [&] {
    auto found = world_.wait(factors_.begin_step_up(by(), kOrigin));
    EXPECT_TRUE(found) << found.error().describe();
    return found.value_or(PasskeyRequest{});
  };
  // A challenge of a sign-in, and one of another session.
  auto of_sign_in = world_.wait(factors_.begin_passkey_sign_in({"", "", "192.0.2.1", kOrigin}));
  EXPECT_EQ(step_up({"", authenticator.get(*of_sign_in)}), "iam.passkey_wrong_request");
  const PasskeyRequest of_another = request();
  auto other =
      world_.sign_in(world_.founded.customer_user, world_.founded.customer_password, code());
  ASSERT_TRUE(other) << other.error().describe();
  std::swap(secret_, other->secret);
  EXPECT_EQ(step_up({"", authenticator.get(of_another)}), "iam.passkey_wrong_request");
  std::swap(secret_, other->secret);
  EXPECT_EQ(message_of(world_.wait(iam_.create_access_key(by(), by().user))), "iam.step_up_needed");

  const PasskeyAssertion used = authenticator.get(request());
  SignIn as_sign_in{"", "", "", "192.0.2.1", "test"};
  as_sign_in.passkey = authenticator.get(request());
  EXPECT_EQ(message_of(world_.wait(iam_.sign_in(as_sign_in))), "iam.passkey_wrong_request");
  EXPECT_EQ(step_up({"", used}), "");
  EXPECT_EQ(step_up({"", used}), "iam.passkey_wrong_request");
  EXPECT_TRUE(world_.wait(iam_.create_access_key(by(), by().user)));
}

TEST_P(StepUpTest, ProgramsAndWhoHasNoFactorAreNotAsked) {
  auto token = world_.wait(iam_.create_api_token(by(), "x", std::nullopt));
  ASSERT_TRUE(token) << token.error().describe();
  auto made =
      world_.wait(iam_.create_user(by(), kFirstCustomer, "ada", "", Role::kMember, kGoodPassword));
  ASSERT_TRUE(made);
  secret_ = world_.sign_in("ada", kGoodPassword)->secret;
  stay(minutes(30));
  EXPECT_TRUE(world_.wait(iam_.create_access_key(by(), by().user)));
  EXPECT_EQ(step_up({code(), {}}), "iam.no_second_factor");
  auto program = world_.wait(iam_.authenticate_token(token->secret));
  ASSERT_TRUE(program);
  EXPECT_TRUE(world_.wait(iam_.create_access_key(*program, program->user)));
  EXPECT_EQ(message_of(world_.wait(factors_.step_up(*program, {code(), {}}))),
            "iam.session_needed");
}

}  // namespace
}  // namespace belfry::iam
