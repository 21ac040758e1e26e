#include "iam/second_person.h"

#include "world.h"

namespace belfry::iam {
namespace {

class SecondPersonTest : public testing::TestWithParam<database::Engine> {
 protected:
  void make(const Principal& by, const std::string& name, Role role) {
    auto made = world_.wait(
        world_.iam->create_user(by, by.tenant, name, name + "@example.org", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    world_.clock.advance(std::chrono::seconds(1));  // who gave the first role is told by its time
  }
  // An administrator is one with a second factor.
  Principal enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(world_.iam->begin_totp(fresh));
    EXPECT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return world_.enter(name, kGoodPassword, *seed);
  }
  Principal add_administrator(const Principal& by, const std::string& name) {
    make(by, name, Role::kTenantAdministrator);
    return enrol(name);
  }
  Result<Undoing> ask(const Principal& by, UserId first) {
    return world_.wait(check_second_person(*world_.state, pool_, world_.clock, by, first));
  }
  std::string check(const Principal& by, UserId first) { return message_of(ask(by, first)); }

  World world_{GetParam()};
  std::shared_ptr<Pool> pool_ = make_inline_pool();
};
BELFRY_ON_BOTH_ENGINES(SecondPersonTest);

TEST_P(SecondPersonTest, OneAloneUndoesItsOwnAndTwoDoNot) {
  const Principal one = world_.customer();
  EXPECT_EQ(ask(one, one.user), Undoing::kAlone) << "there is nobody else";
  make(one, "member", Role::kMember);
  EXPECT_EQ(check(one, one.user), "") << "who may not";
  make(one, "second", Role::kTenantAdministrator);
  EXPECT_EQ(check(one, one.user), "") << "who has no second factor yet";
  const Principal other = enrol("second");
  EXPECT_EQ(check(one, one.user), "iam.four_eyes");
  EXPECT_EQ(ask(other, one.user), Undoing::kMayBeOne) << "made by the first: there is no other";
  Principal nobody = one;
  nobody.user = {};
  EXPECT_EQ(check(nobody, one.user), "iam.four_eyes") << "a session of a role";
}

// Who was left the account by the first is no second while there is one who was not.
TEST_P(SecondPersonTest, WhoMadeTheAccountLeavesItToAnother) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  const Principal third = add_administrator(second, "third");
  EXPECT_EQ(check(second, third.user), "iam.four_eyes_of_maker");
  EXPECT_EQ(ask(one, third.user), Undoing::kByAnother);
}

TEST_P(SecondPersonTest, WhoSuspendsTheOtherIsNotAlone) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(one, second.user, false)));
  EXPECT_EQ(check(one, one.user), "iam.four_eyes");
}

// Whom the register says to be one person is no second, whoever made the account.
TEST_P(SecondPersonTest, TwoAccountsOfOnePersonAreOne) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  const Principal third = add_administrator(second, "third");
  ASSERT_EQ(ask(third, one.user), Undoing::kByAnother);
  world_.bind_to_one_person(one.tenant, {one.user, third.user});
  EXPECT_EQ(check(third, one.user), "iam.four_eyes_of_person");
  EXPECT_EQ(check(one, third.user), "iam.four_eyes_of_person");
  // Made by the first: the third counts as another that could, though it could not for the first.
  EXPECT_EQ(check(second, one.user), "iam.four_eyes_of_maker");
  auto made = world_.wait(world_.iam->service_accounts().create_service_account(
      second, "robot", Role::kMember, third.user));
  ASSERT_TRUE(made) << made.error().describe();
  Principal robot = third;
  robot.user = made->id;
  EXPECT_EQ(check(robot, one.user), "iam.four_eyes_of_person");
}

// Else who writes the register would choose who decides.
TEST_P(SecondPersonTest, OnePersonIsOneThoughNobodyElseIsThere) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  ASSERT_EQ(ask(second, one.user), Undoing::kMayBeOne);
  world_.bind_to_one_person(one.tenant, {one.user, second.user});
  EXPECT_EQ(check(second, one.user), "iam.four_eyes_of_person");
}

// A program that somebody else made for the first person is that one's.
TEST_P(SecondPersonTest, AProgramIsWhoseItIs) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  auto made = world_.wait(world_.iam->service_accounts().create_service_account(
      second, "robot", Role::kMember, one.user));
  ASSERT_TRUE(made) << made.error().describe();
  Principal robot = one;
  robot.user = made->id;
  EXPECT_EQ(check(robot, one.user), "iam.four_eyes");
}

}  // namespace
}  // namespace belfry::iam
