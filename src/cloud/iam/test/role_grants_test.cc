// What roles to be assumed hold and whom they trust, as rights: asked for, recorded, reviewed.
#include "iam/access.h"
#include "world.h"

#include <algorithm>
#include <map>

namespace belfry::iam {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

std::string allow(const std::string& action) {
  return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ")" + action +
         R"(", "Resource": "*"}})";
}

// The provider, where two persons give what is privileged.
class RoleGrantsTest : public testing::TestWithParam<database::Engine> {
 protected:
  RoleGrantsTest() {
    make_user("clerk", Role::kReader);
    role_ = make_role("crew", trust_in("clerk"));
    powers_ = make_profile("Powers", allow("disk:*"));
    plain_ = make_profile("Plain", allow("s3:PutObject"));
    make_administrator("nadia");
    world_.clock.advance(seconds(1));
  }

  UserId make_user(const std::string& name, Role role) {
    auto made = world_.wait(
        iam_.create_user(world_.admin(), kProviderTenant, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  void make_administrator(const std::string& name) {
    const UserId user = make_user(name, Role::kReader);
    const RequestId request =
        ask(world_.enter(name, kGoodPassword), {.user = user,
                                                .role = Role::kProviderAdministrator,
                                                .reason = "on duty",
                                                .duration = hours(900)});
    // Who made the account decides only while nobody else can.
    EXPECT_EQ(approve(seeds_.empty() ? world_.admin() : enter("nadia"), request), "");
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(iam_.begin_totp(fresh));
    EXPECT_TRUE(seed) << seed.error().describe();
    EXPECT_TRUE(world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
    seeds_[name] = *seed;
  }
  Principal enter(const std::string& name) {
    world_.clock.advance(seconds(30));
    return world_.enter(name, kGoodPassword, seeds_.at(name));
  }
  RoleId make_role(const std::string& name, const std::string& trust) {
    auto made = world_.wait(iam_.roles().create_role(world_.admin(), name, trust, hours(1)));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : RoleId{};
  }
  ProfileId make_profile(const std::string& name, const std::string& document) {
    auto made = world_.wait(iam_.profiles().create_profile(world_.admin(), name, document));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  static std::string trust_in(const std::string& user) {
    return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
           arn_of(kProviderTenant, user) + R"("}, "Action": "sts:AssumeRole"}})";
  }
  RequestId ask(const Principal& by, const Wanted& wanted) {
    auto asked = world_.wait(access_.ask(by, wanted));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked ? asked->id : RequestId{};
  }
  std::string refusal(const Principal& by, const Wanted& wanted) {
    return message_of(world_.wait(access_.ask(by, wanted)));
  }
  std::string approve(const Principal& by, RequestId id) {
    return message_of(world_.wait(access_.approve(by, id, "as agreed")));
  }
  Wanted powers() const {
    return {
        .profile = powers_, .assumable = role_, .reason = "disks are old", .duration = hours(8)};
  }
  Wanted trust(const std::string& document) const {
    return {.assumable = role_, .trust = document, .reason = "another clerk"};
  }
  std::vector<Grant> grants(Access::Which which = Access::Which::kCurrent) {
    auto found = world_.wait(access_.list_grants(world_.admin(), std::nullopt, which, {}));
    EXPECT_TRUE(found) << found.error().describe();
    std::vector<Grant> of_role;
    if (!found) return of_role;
    for (Grant& grant : found->things)
      if (grant.assumable == role_) of_role.push_back(std::move(grant));
    return of_role;
  }
  AssumableRole read() {
    auto found = world_.wait(iam_.roles().find_role(world_.admin(), role_));
    EXPECT_TRUE(found) << found.error().describe();
    return found.value_or(AssumableRole{});
  }
  // What a session of the role that the clerk assumed may do.
  Result<RoleCredentials> assume() {
    return world_.wait(iam_.roles().assume_role(
        world_.enter("clerk", kGoodPassword),
        {.role_arn = "arn:aws:iam::000000000001:role/crew", .session_name = "day"}));
  }
  std::string may(const std::string& key, std::string_view action = "s3:PutObject") {
    auto found = world_.wait(iam_.find_signing_identity(key));
    if (!found) return found.error().message();
    return message_of(iam_.authorize(found->principal, action,
                                     {"arn:aws:s3:::b/a", kProviderTenant},
                                     {.time = world_.clock.now()}));
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  Access& access_ = iam_.access();
  std::map<std::string, std::string> seeds_;
  RoleId role_;
  ProfileId powers_, plain_;
};
BELFRY_ON_BOTH_ENGINES(RoleGrantsTest);

TEST_P(RoleGrantsTest, APrivilegedProfileComesByTwoPersons) {
  const Principal founder = world_.admin();
  EXPECT_EQ(message_of(world_.wait(iam_.roles().give_profile(founder, role_, powers_))),
            "iam.role_of_four_eyes");
  EXPECT_EQ(refusal(world_.enter("clerk", kGoodPassword), powers()), "iam.denied")
      << "administrators ask";
  const RequestId request = ask(founder, powers());
  EXPECT_EQ(refusal(founder, powers()), "iam.asked_already");
  EXPECT_EQ(approve(founder, request), "iam.four_eyes");
  EXPECT_FALSE(read().privileged);
  const Principal nadia = enter("nadia");
  EXPECT_EQ(approve(nadia, request), "");
  ASSERT_EQ(read().profiles.size(), 1u);
  EXPECT_TRUE(read().privileged);
  ASSERT_TRUE(read().profiles[0].expires);
  const std::vector<Grant> held = grants();
  ASSERT_EQ(held.size(), 2u) << "the profile, and whom it trusts";
  EXPECT_EQ(held[0].kind, RightKind::kRoleProfile);
  EXPECT_EQ(held[0].holder, "crew");
  EXPECT_EQ(held[0].name, "Powers");
  EXPECT_EQ(held[0].origin, "request");
  EXPECT_EQ(held[0].request, request);
  EXPECT_EQ(held[0].given_by, nadia.user);
  EXPECT_EQ(held[1].kind, RightKind::kTrust);
  EXPECT_EQ(held[1].name, arn_of(kProviderTenant, "clerk"));
  EXPECT_EQ(message_of(assume()), "iam.second_factor_needed");

  world_.clock.advance(hours(8));
  EXPECT_FALSE(read().privileged) << "from the instant at which it expires";
  EXPECT_EQ(message_of(assume()), "");
  ASSERT_TRUE(world_.wait(access_.turn()));
  EXPECT_EQ(grants().size(), 1u);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM role_profile"), 0);
  EXPECT_EQ(world_.ledger.count("iam:RightExpired"), 1u);
}

TEST_P(RoleGrantsTest, WhatASessionHasEndsWithTheRight) {
  EXPECT_EQ(approve(enter("nadia"), ask(world_.admin(), {.profile = plain_,
                                                         .assumable = role_,
                                                         .reason = "uploads",
                                                         .duration = std::chrono::minutes(30)})),
            "");
  const auto made = assume();
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(may(made->session.id), "");
  ASSERT_TRUE(read().last_assumed);
  EXPECT_EQ(*read().last_assumed, made->session.created);
  const Timestamp end = *read().profiles.at(0).expires;
  world_.clock.advance(end - world_.clock.now() - seconds(1));
  EXPECT_EQ(may(made->session.id), "");
  world_.clock.advance(seconds(1));
  EXPECT_EQ(may(made->session.id), "iam.denied") << "whatever is remembered";
}

TEST_P(RoleGrantsTest, WhomItTrustsIsAskedForWhileItHoldsSuchRights) {
  const Principal founder = world_.admin();
  make_user("porter", Role::kReader);
  EXPECT_EQ(approve(enter("nadia"), ask(world_.admin(), powers())), "");
  EXPECT_EQ(message_of(world_.wait(
                iam_.roles().change_role(world_.admin(), role_, {.trust = trust_in("porter")}))),
            "iam.role_of_four_eyes");
  EXPECT_EQ(refusal(world_.admin(), trust("{}")), "policy.no_statement");
  EXPECT_EQ(refusal(world_.admin(), trust(trust_in("clerk"))), "iam.already_held");
  const RequestId request = ask(world_.admin(), trust(trust_in("porter")));
  auto asked = world_.wait(access_.find_request(world_.admin(), request));
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->trust, trust_in("porter"));
  EXPECT_TRUE(asked->privileged);
  EXPECT_EQ(approve(world_.admin(), request), "iam.four_eyes");
  EXPECT_EQ(read().trust, trust_in("clerk"));
  EXPECT_EQ(approve(enter("nadia"), request), "");
  EXPECT_EQ(read().trust, trust_in("porter"));
  const auto all = grants(Access::Which::kAll);
  EXPECT_EQ(std::ranges::count(all, "replaced", &Grant::end_reason), 1);
  EXPECT_EQ(grants()[0].request, request);
}

TEST_P(RoleGrantsTest, WhatChangedSinceIsNotApprovedNorByWhomTheRoleTrusts) {
  const RequestId outdated = ask(world_.admin(), powers());
  ASSERT_TRUE(
      world_.wait(iam_.roles().change_role(world_.admin(), role_, {.trust = trust_in("nadia")})));
  EXPECT_EQ(approve(enter("nadia"), outdated), "iam.four_eyes") << "it would be its own right";
  ASSERT_TRUE(
      world_.wait(iam_.roles().change_role(world_.admin(), role_, {.trust = trust_in("clerk")})));
  EXPECT_EQ(approve(enter("nadia"), outdated), "iam.request_outdated")
      << "another trust than was seen";
  EXPECT_EQ(approve(enter("nadia"), ask(world_.admin(), trust(trust_in("nadia")))),
            "iam.four_eyes");
}

// The account that a role trusts may be the approver's own.
TEST_P(RoleGrantsTest, WhoMadeAnAccountDoesNotDecideForTheRoleThatTrustsIt) {
  make_administrator("otto");
  ASSERT_TRUE(world_.wait(iam_.create_user(enter("nadia"), kProviderTenant, "puppet", "",
                                           Role::kReader, kGoodPassword)));
  ASSERT_TRUE(
      world_.wait(iam_.roles().change_role(world_.admin(), role_, {.trust = trust_in("puppet")})));
  const auto nobody_else =
      world_.wait(access_.approve(enter("nadia"), ask(enter("otto"), powers()), "as agreed"));
  ASSERT_TRUE(nobody_else) << nobody_else.error().describe();
  EXPECT_TRUE(nobody_else->approved_by_own_account);
  make_administrator("iris");
  const RequestId request = ask(enter("otto"), trust(trust_in("clerk")));
  EXPECT_EQ(approve(enter("nadia"), request), "");
  const RequestId puppets = ask(enter("otto"), trust(trust_in("puppet")));
  EXPECT_EQ(approve(enter("nadia"), puppets), "iam.four_eyes_of_maker");
  const auto other = world_.wait(access_.approve(enter("iris"), puppets, "as agreed"));
  ASSERT_TRUE(other) << other.error().describe();
  EXPECT_FALSE(other->approved_by_own_account);
}

// Otherwise one person alone would widen whom two persons let in.
TEST_P(RoleGrantsTest, WhomTwoPersonsLetInIsNamedOneByOne) {
  const auto naming = [](const std::string& principal) {
    return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
           principal + R"("}, "Action": "sts:AssumeRole"}})";
  };
  for (const char* wide : {"000000000001", "arn:aws:iam::000000000001:role/idle",
                           "arn:aws:iam::000000000001:user/ghost",
                           "arn:aws:sts::000000000001:assumed-role/idle/day"}) {
    ASSERT_TRUE(
        world_.wait(iam_.roles().change_role(world_.admin(), role_, {.trust = naming(wide)})))
        << wide;
    EXPECT_EQ(refusal(world_.admin(), powers()), "iam.trust_too_wide") << wide;
  }
  ASSERT_TRUE(
      world_.wait(iam_.roles().change_role(world_.admin(), role_, {.trust = trust_in("clerk")})));
  EXPECT_EQ(approve(enter("nadia"), ask(world_.admin(), powers())), "");
  EXPECT_EQ(refusal(world_.admin(), trust(naming("000000000001"))), "iam.trust_too_wide");
  EXPECT_EQ(refusal(world_.admin(), {.profile = plain_,
                                     .assumable = make_role("wide", naming("000000000001")),
                                     .reason = "uploads",
                                     .duration = hours(1)}),
            "")
      << "what one person may give";
}

TEST_P(RoleGrantsTest, ShapesThatAreNoneAreRefused) {
  const Principal founder = world_.admin();
  for (Wanted wanted : {Wanted{.assumable = role_}, Wanted{.trust = trust_in("clerk")},
                        Wanted{.profile = plain_, .assumable = role_, .trust = trust_in("clerk")},
                        Wanted{.user = founder.user, .profile = plain_, .assumable = role_},
                        Wanted{.role = Role::kReader, .assumable = role_, .trust = "{}"}}) {
    wanted.reason = "to see";
    wanted.duration = hours(1);
    EXPECT_EQ(refusal(founder, wanted), "iam.bad_request_shape");
  }
  Wanted other = powers();
  other.assumable = RoleId{77};
  EXPECT_EQ(refusal(founder, other), "iam.role_missing");
}

TEST_P(RoleGrantsTest, AReviewTakesAProfileAndTheTrust) {
  ASSERT_TRUE(world_.wait(iam_.roles().give_profile(world_.admin(), role_, plain_)));
  const auto made = assume();
  ASSERT_TRUE(made) << made.error().describe();
  auto review =
      world_.wait(iam_.reviews().open(world_.admin(), {.name = "Spring", .due_days = 10}));
  ASSERT_TRUE(review) << review.error().describe();
  auto items = world_.wait(iam_.reviews().list_items(world_.admin(), review->id, {}));
  ASSERT_TRUE(items);
  std::size_t of_role = 0;
  for (const ReviewItem& item : items->things) {
    if (item.grant.holder == "clerk")
      EXPECT_EQ(message_of(world_.wait(
                    iam_.reviews().decide(world_.admin(), review->id, item.id, true, ""))),
                "");
    if (item.grant.assumable != role_) continue;
    ++of_role;
    ASSERT_TRUE(item.last_used) << "when it was last assumed";
    EXPECT_EQ(*item.last_used, made->session.created);
    if (item.grant.kind != RightKind::kRoleProfile) continue;
    EXPECT_EQ(message_of(world_.wait(iam_.reviews().decide(world_.admin(), review->id, item.id,
                                                           false, "nobody uploads"))),
              "");
    EXPECT_EQ(may(made->session.id), "iam.denied");
  }
  EXPECT_EQ(of_role, 2u);
  EXPECT_TRUE(read().profiles.empty());
  // Nobody confirms the trust.
  world_.clock.advance(days(10));
  ASSERT_TRUE(world_.wait(iam_.reviews().turn()));
  EXPECT_EQ(read().trust, "");
  EXPECT_EQ(message_of(assume()), "iam.denied");
  EXPECT_TRUE(grants().empty());
  // It may be given one anew.
  EXPECT_EQ(message_of(world_.wait(
                iam_.roles().change_role(world_.admin(), role_, {.trust = trust_in("clerk")}))),
            "");
  EXPECT_EQ(message_of(assume()), "");
}

TEST_P(RoleGrantsTest, TakingTheTrustAwayEndsTheSessions) {
  ASSERT_TRUE(world_.wait(iam_.roles().give_profile(world_.admin(), role_, plain_)));
  const auto made = assume();
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(may(made->session.id), "");
  for (const Grant& grant : grants())
    if (grant.kind == RightKind::kTrust)
      EXPECT_EQ(message_of(world_.wait(access_.revoke(world_.admin(), grant.id))), "");
  EXPECT_EQ(may(made->session.id), "iam.unknown_key");
  ASSERT_TRUE(world_.wait(iam_.roles().delete_role(world_.admin(), role_)));
  EXPECT_TRUE(grants().empty());
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE end_reason = 'role_deleted'"),
            1);
}

TEST_P(RoleGrantsTest, WhomARoleTrustsDoesNotReviewIt) {
  const RoleId own = make_role("own", trust_in("nadia"));
  auto review = world_.wait(iam_.reviews().open(world_.admin(), {.name = "Privileged"}));
  ASSERT_TRUE(review) << review.error().describe();
  auto items = world_.wait(iam_.reviews().list_items(world_.admin(), review->id, {}));
  ASSERT_TRUE(items);
  for (const ReviewItem& item : items->things)
    if (item.grant.assumable == own)
      EXPECT_EQ(message_of(world_.wait(
                    iam_.reviews().decide(enter("nadia"), review->id, item.id, true, "mine"))),
                "iam.own_right");
}

TEST_P(RoleGrantsTest, ThePrivilegedScopeHasThemByWhatTheyHoldNow) {
  EXPECT_EQ(approve(enter("nadia"), ask(world_.admin(), powers())), "");
  make_role("idle", trust_in("clerk"));
  auto review = world_.wait(iam_.reviews().open(
      world_.admin(), {.name = "Privileged", .scope = ReviewScope::kPrivileged}));
  ASSERT_TRUE(review) << review.error().describe();
  auto items = world_.wait(iam_.reviews().list_items(world_.admin(), review->id, {}));
  ASSERT_TRUE(items);
  EXPECT_EQ(
      std::ranges::count_if(items->things,
                            [&](const ReviewItem& item) { return item.grant.assumable == role_; }),
      2)
      << "the trust of before too";
  for (const ReviewItem& item : items->things) EXPECT_NE(item.grant.holder, "idle");
}

}  // namespace
}  // namespace belfry::iam
