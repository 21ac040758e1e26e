// Until a third administrator is there nothing tells whether two accounts are two persons.
#include "world.h"

#include <algorithm>

namespace belfry::iam {
namespace {

class OwnAccountTest : public testing::TestWithParam<database::Engine> {
 protected:
  UserId make(const std::string& name) {
    auto made = world_.wait(iam_.create_user(world_.customer(), kFirstCustomer, name, "",
                                             Role::kReader, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    world_.clock.advance(std::chrono::seconds(1));  // who gave the first role is told by its time
    return made ? made->id : UserId{};
  }
  // To administer, for itself.
  RequestId ask(const Principal& by) {
    auto asked = world_.wait(access_.ask(by, {.user = by.user,
                                              .role = Role::kTenantAdministrator,
                                              .reason = "on duty",
                                              .duration = std::chrono::hours(900)}));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked ? asked->id : RequestId{};
  }
  std::string approve(const Principal& by, RequestId id) {
    return message_of(world_.wait(access_.approve(by, id, "as agreed")));
  }
  bool is_marked(RequestId id) {
    return world_.wait(access_.find_request(world_.customer(), id))->approved_by_own_account;
  }
  bool says_so_in_the_log() {
    return std::ranges::any_of(
        world_.ledger.last_event(kFirstCustomer).details, [](const audit::Detail& detail) {
          return detail.name == "approved_by_own_account" && detail.value == "yes";
        });
  }
  Principal enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(iam_.begin_totp(fresh));
    EXPECT_TRUE(world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return world_.enter(name, kGoodPassword, *seed);
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  Access& access_ = iam_.access();
};
BELFRY_ON_BOTH_ENGINES(OwnAccountTest);

TEST_P(OwnAccountTest, AnApprovalThatOnePersonCouldHaveGivenIsMarked) {
  make("second");
  const RequestId first = ask(world_.enter("second", kGoodPassword));
  EXPECT_FALSE(is_marked(first)) << "nobody approved it yet";
  ASSERT_EQ(approve(world_.customer(), first), "");
  EXPECT_TRUE(says_so_in_the_log());
  EXPECT_TRUE(is_marked(first));

  // A third, whose account the second did not make.
  const Principal second = enrol("second");
  make("third");
  const RequestId next = ask(world_.enter("third", kGoodPassword));
  ASSERT_EQ(approve(second, next), "");
  EXPECT_FALSE(says_so_in_the_log());
  EXPECT_FALSE(is_marked(next));
  const Principal third = enrol("third");
  const RequestId anew = ask(second);
  ASSERT_EQ(approve(third, anew), "");
  EXPECT_FALSE(is_marked(anew));
  EXPECT_TRUE(is_marked(first)) << "for ever";
}

}  // namespace
}  // namespace belfry::iam
