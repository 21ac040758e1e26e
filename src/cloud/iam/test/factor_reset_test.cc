#include "iam/factor_resets.h"
#include "iam/mail.h"
#include "iam/people.h"
#include "world.h"

#include <algorithm>

namespace belfry::iam {
namespace {

using std::chrono::hours;

class FactorResetTest : public testing::TestWithParam<database::Engine> {
 protected:
  FactorResetTest() {
    world_.iam->people().accept_links({"https://cloud.example", true});
    const Principal customer = world_.customer();
    anna_ = make(customer, "anna", Role::kMember);
    anna_seed_ = enrol("anna");
    make(customer, "second", Role::kTenantAdministrator);
    second_seed_ = enrol("second");
  }

  FactorResets& resets() { return world_.iam->factor_resets(); }
  UserId make(const Principal& by, const std::string& name, Role role) {
    auto made = world_.wait(
        world_.iam->create_user(by, by.tenant, name, name + "@example.org", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  std::string enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(world_.iam->begin_totp(fresh));
    EXPECT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return *seed;
  }
  Principal second() { return world_.enter("second", kGoodPassword, second_seed_); }
  Result<FactorReset> ask(const Principal& by) {
    return world_.wait(resets().ask_for_factor_reset(by, {anna_, "lost the phone", "fr"}));
  }
  std::string approve(const Principal& by, const std::string& id) {
    return message_of(world_.wait(resets().approve_factor_reset(by, id)));
  }
  bool may_be_of_one_person() {
    return std::ranges::any_of(
        world_.ledger.last_event(kFirstCustomer).details, [](const audit::Detail& detail) {
          return detail.name == "approved_by_own_account" && detail.value == "yes";
        });
  }
  std::string turn() { return message_of(world_.wait(resets().turn())); }
  std::vector<Mail> mailed() { return *world_.wait(world_.iam->mail().take_due(20)); }

  World world_{GetParam()};
  UserId anna_;
  std::string anna_seed_, second_seed_;
};
BELFRY_ON_BOTH_ENGINES(FactorResetTest);

TEST_P(FactorResetTest, WhoMadeTheAccountOfWhoAsksLeavesItToAnother) {
  const Principal second_one = second();
  make(second_one, "third", Role::kTenantAdministrator);
  anna_ = make(second_one, "berta", Role::kMember);
  enrol("berta");
  const std::string seed = enrol("third");
  auto asked = ask(world_.enter("third", kGoodPassword, seed));
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_EQ(approve(second(), asked->id), "iam.four_eyes_of_maker");
  EXPECT_EQ(approve(world_.customer(), asked->id), "");
  EXPECT_FALSE(may_be_of_one_person());
}

TEST_P(FactorResetTest, AnApprovalThatOnePersonCouldHaveGivenSaysSo) {
  auto asked = ask(world_.customer());
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_EQ(approve(second(), asked->id), "");
  EXPECT_TRUE(may_be_of_one_person()) << "who asked made the account of the only other one";
}

TEST_P(FactorResetTest, TwoAdministratorsAndADay) {
  const Principal anna = world_.enter("anna", kGoodPassword, anna_seed_);
  auto token = world_.wait(world_.iam->create_api_token(anna, "program", {}));
  ASSERT_TRUE(token);
  const Principal first = world_.customer();
  auto asked = ask(first);
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_EQ(message_of(ask(first)), "iam.reset_open");
  EXPECT_EQ(approve(first, asked->id), "iam.four_eyes");
  EXPECT_EQ(approve(anna, asked->id), "iam.denied");
  EXPECT_EQ(approve(second(), asked->id), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ApproveFactorReset");
  const auto told = mailed();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].recipient, "anna@example.org");
  EXPECT_EQ(told[0].kind, "factor_reset");
  world_.clock.advance(hours(23));
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(message_of(world_.sign_in("anna", kGoodPassword)), "iam.totp_needed");
  world_.clock.advance(hours(1));
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RemoveLostFactors");
  EXPECT_EQ(mailed().at(0).kind, "factor_removed");
  EXPECT_FALSE(world_.wait(world_.iam->authenticate_token(token->secret))->second_factor);
  EXPECT_EQ(message_of(world_.sign_in("anna", "wrong")), "iam.sign_in_refused");
  EXPECT_TRUE(world_.sign_in("anna", kGoodPassword)) << "the password stays";
  auto listed = world_.wait(resets().list_factor_resets(world_.customer(), kFirstCustomer, {}));
  ASSERT_EQ(listed->things.size(), 1u);
  EXPECT_EQ(listed->things[0].state, "done");
  EXPECT_EQ(listed->things[0].approved_by_name, "second");
}

TEST_P(FactorResetTest, WhoShowsTheFactorHasLostNone) {
  auto asked = ask(world_.customer());
  ASSERT_TRUE(asked);
  EXPECT_EQ(approve(second(), asked->id), "");
  EXPECT_TRUE(world_.sign_in("anna", kGoodPassword, world_.code_of(anna_seed_)));
  world_.clock.advance(hours(25));
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(message_of(world_.sign_in("anna", kGoodPassword)), "iam.totp_needed");
  EXPECT_EQ(approve(second(), asked->id), "iam.factor_reset_over");
}

TEST_P(FactorResetTest, LapsesAndIsCancelled) {
  auto asked = ask(world_.customer());
  ASSERT_TRUE(asked);
  world_.clock.advance(hours(72));
  EXPECT_EQ(approve(second(), asked->id), "iam.factor_reset_over");
  EXPECT_EQ(turn(), "");
  auto again = ask(world_.customer());
  ASSERT_TRUE(again) << again.error().describe();
  const Principal other = second();
  EXPECT_EQ(approve(other, again->id), "");
  EXPECT_EQ(message_of(world_.wait(resets().cancel_factor_reset(other, again->id))), "");
  world_.clock.advance(hours(25));
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(message_of(world_.sign_in("anna", kGoodPassword)), "iam.totp_needed");
}

TEST_P(FactorResetTest, ComesFromTheTenantAndFromAboveAlone) {
  const Principal first = world_.customer();
  EXPECT_EQ(message_of(world_.wait(resets().ask_for_factor_reset(first, {first.user, "x", "en"}))),
            "iam.own_factors");
  EXPECT_EQ(message_of(world_.wait(resets().ask_for_factor_reset(first, {anna_, "", "en"}))),
            "iam.bad_reason");
  const UserId plain = make(first, "plain", Role::kMember);
  EXPECT_EQ(message_of(world_.wait(resets().ask_for_factor_reset(first, {plain, "x", "en"}))),
            "iam.no_factor");
  EXPECT_EQ(message_of(ask(world_.enter("plain", kGoodPassword))), "iam.denied");
  auto asked = ask(world_.customer());
  ASSERT_TRUE(asked);
  const Principal stranger = world_.make_other("two").administrator;
  EXPECT_EQ(message_of(ask(stranger)), "iam.user_missing");
  EXPECT_EQ(approve(stranger, asked->id), "iam.factor_reset_missing");
  EXPECT_EQ(message_of(world_.wait(resets().cancel_factor_reset(stranger, asked->id))),
            "iam.factor_reset_missing");
  EXPECT_EQ(message_of(world_.wait(resets().list_factor_resets(stranger, kFirstCustomer, {}))),
            "iam.tenant_missing");
  // Where a tenant has one administrator alone, the provider's is the other.
  EXPECT_EQ(approve(world_.admin(), asked->id), "");
}

}  // namespace
}  // namespace belfry::iam
