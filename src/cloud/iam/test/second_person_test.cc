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
  // After several, in the transaction of the act.
  Result<Undoing> ask(const Principal& by, const Earlier& earlier) {
    const auto look = [&](Transaction& transaction) {
      return check_second_person(transaction, by, earlier, world_.clock.now());
    };
    return database::read_value<Undoing>(*world_.state, std::chrono::seconds(5), look);
  }
  std::string check(const Principal& by, const Earlier& earlier) {
    return message_of(ask(by, earlier));
  }
  Principal program_of(const Principal& by, const std::string& name, UserId owner) {
    auto made = world_.wait(
        world_.iam->service_accounts().create_service_account(by, name, Role::kMember, owner));
    EXPECT_TRUE(made) << made.error().describe();
    Principal robot = by;
    if (made) robot.user = made->id;
    return robot;
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

// Else who may unbind would part them, have one decide for the other, and bind them again.
TEST_P(SecondPersonTest, AccountsThatWereOnePersonsAreOne) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  const Principal third = add_administrator(second, "third");
  world_.bind_to_one_person(one.tenant, {one.user, third.user});
  const auto part = [&](UserId user) {
    world_.execute(
        "INSERT INTO former_account (person_id, user_id, tenant_id, bound_us, unbound_us) SELECT "
        "person_id, user_id, tenant_id, bound_us, 1 FROM person_account WHERE user_id = " +
        user.text());
    world_.execute("DELETE FROM person_account WHERE user_id = " + user.text());
  };
  part(third.user);
  EXPECT_EQ(check(third, one.user), "iam.four_eyes_of_person");
  EXPECT_EQ(check(one, third.user), "iam.four_eyes_of_person");
  part(one.user);
  EXPECT_EQ(check(third, one.user), "iam.four_eyes_of_person") << "neither is the person's now";
  EXPECT_EQ(check(program_of(second, "robot", third.user), one.user), "iam.four_eyes_of_person");
  EXPECT_EQ(check(one, program_of(second, "sloop", third.user).user), "iam.four_eyes_of_person");
  EXPECT_EQ(check(second, one.user), "iam.four_eyes_of_maker") << "as for anybody else";
  world_.execute("DELETE FROM former_account");
  EXPECT_EQ(ask(third, one.user), Undoing::kByAnother) << "what was taken back as a mistake";
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

// What a program did its owner did: neither the owner nor whom it gave an account is another.
TEST_P(SecondPersonTest, WhoActedByAProgramIsItsOwner) {
  const Principal one = world_.customer();
  const Principal second = add_administrator(one, "second");
  const Principal third = add_administrator(second, "third");
  const UserId robot = program_of(one, "robot", second.user).user;
  EXPECT_EQ(check(second, robot), "iam.four_eyes");
  EXPECT_EQ(check(third, robot), "") << "nobody is apart of the second";
  EXPECT_EQ(ask(third, robot), Undoing::kMayBeOne);
  const Principal fourth = add_administrator(third, "fourth");
  EXPECT_EQ(check(third, robot), "iam.four_eyes_of_maker");
  EXPECT_EQ(ask(fourth, robot), Undoing::kByAnother);
}

TEST_P(SecondPersonTest, AfterSeveralWhoIsAnotherThanEach) {
  const Principal f = world_.customer();
  const Principal a = add_administrator(f, "a");
  const Principal b = add_administrator(f, "b");
  const Principal d = add_administrator(a, "d");
  EXPECT_EQ(check(f, {.by = {a.user, f.user}}), "iam.four_eyes");
  // Who is apart from the one is not from the other: nobody is from both.
  EXPECT_EQ(ask(b, {.by = {f.user, a.user}}), Undoing::kMayBeOne);
  EXPECT_EQ(ask(d, {.by = {f.user, a.user}}), Undoing::kMayBeOne);
  EXPECT_EQ(check(d, {.by = {a.user}}), "iam.four_eyes_of_maker") << "there is b";
  EXPECT_EQ(ask(d, {.by = {a.user}, .barred = {b.user}}), Undoing::kMayBeOne);
  EXPECT_EQ(ask(b, {.by = {a.user}}), Undoing::kByAnother);
  world_.bind_to_one_person(f.tenant, {a.user, b.user});
  EXPECT_EQ(check(b, {.by = {f.user, a.user}}), "iam.four_eyes_of_person");
}

// Who is no administrator is compared with the only one too.
TEST_P(SecondPersonTest, WithOneAdministratorNobodyIsSurelyAnother) {
  const Principal one = world_.customer();
  make(one, "reader", Role::kReader);
  const Principal reader = world_.enter("reader", kGoodPassword);
  EXPECT_EQ(ask(reader, {.by = {one.user}}), Undoing::kAlone);
  EXPECT_EQ(check(one, {.by = {one.user}}), "iam.four_eyes");
  EXPECT_EQ(check(program_of(one, "robot", one.user), {.by = {one.user}}), "iam.four_eyes");
  world_.bind_to_one_person(one.tenant, {one.user, reader.user});
  EXPECT_EQ(check(reader, {.by = {one.user}}), "iam.four_eyes_of_person");
  EXPECT_EQ(check(reader, one.user), "iam.four_eyes_of_person");
}

}  // namespace
}  // namespace belfry::iam
