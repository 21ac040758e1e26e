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
  std::string check(const Principal& by, UserId first) {
    return message_of(
        world_.wait(check_second_person(*world_.state, pool_, world_.clock, by, first)));
  }

  World world_{GetParam()};
  std::shared_ptr<Pool> pool_ = make_inline_pool();
};
BELFRY_ON_BOTH_ENGINES(SecondPersonTest);

TEST_P(SecondPersonTest, OneAloneUndoesItsOwnAndTwoDoNot) {
  const Principal one = world_.customer();
  EXPECT_EQ(check(one, one.user), "") << "there is nobody else";
  make(one, "member", Role::kMember);
  EXPECT_EQ(check(one, one.user), "") << "who may not";
  make(one, "second", Role::kTenantAdministrator);
  EXPECT_EQ(check(one, one.user), "") << "who has no second factor yet";
  const Principal other = enrol("second");
  EXPECT_EQ(check(one, one.user), "iam.four_eyes");
  EXPECT_EQ(check(other, one.user), "") << "made by the first, but there is no other";
  Principal nobody = one;
  nobody.user = {};
  EXPECT_EQ(check(nobody, one.user), "iam.four_eyes") << "a session of a role";
}

// Who was left the account by the first is no second while there is one who was not.
TEST_P(SecondPersonTest, WhoMadeTheAccountLeavesItToAnother) {
  const Principal one = world_.customer();
  make(one, "second", Role::kTenantAdministrator);
  const Principal second = enrol("second");
  make(second, "third", Role::kTenantAdministrator);
  const Principal third = enrol("third");
  EXPECT_EQ(check(second, third.user), "iam.four_eyes_of_maker");
  EXPECT_EQ(check(one, third.user), "");
}

}  // namespace
}  // namespace belfry::iam
