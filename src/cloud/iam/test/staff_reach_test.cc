// What is told of staff of the provider that can reach a bucket, and of services besides buckets.
#include "iam/reach.h"
#include "staff_fixture.h"

#include <algorithm>

namespace belfry::iam {
namespace {

using std::chrono::hours;

constexpr const char* kDenyWriting =
    R"({"Statement": {"Sid": "NoWriting", "Effect": "Deny", "Principal": "*",
        "Action": "s3:PutObject", "Resource": "*"}})";

class StaffReachTest : public StaffTest {
 protected:
  StaffReachTest() { nadia_ = make_staff("nadia", Role::kReader); }

  InterventionId open(std::vector<std::string> actions, const std::string& bucket) {
    auto asked = world_.wait(interventions_.ask(enter("nadia"), {.tenant = kFirstCustomer,
                                                                 .actions = std::move(actions),
                                                                 .bucket = bucket,
                                                                 .reason = "ticket 7",
                                                                 .duration = hours(1)}));
    EXPECT_TRUE(asked) << asked.error().describe();
    EXPECT_EQ(approve(world_.admin(), asked->id), "");
    return asked->id;
  }
  std::vector<StaffReach> who(const std::string& bucket, const std::string& policy = "") {
    auto found = world_.wait(queries_.who(customer_, {bucket, policy}, "", {}));
    EXPECT_TRUE(found) << found.error().describe();
    return found ? found->staff : std::vector<StaffReach>();
  }
  // "read=always list=always"
  static std::string acts_of(const std::vector<ActReach>& acts) {
    std::string text;
    for (const ActReach& act : acts)
      text += (text.empty() ? "" : " ") + std::string(name_of(act.act)) + "=" +
              std::string(name_of(act.certainty));
    return text;
  }
  Result<Explanation> explain(const Principal& by, UserId user, const std::string& action,
                              const std::string& resource, const std::string& policy = "") {
    return world_.wait(queries_.explain(by,
                                        {.user = user,
                                         .action = action,
                                         .resource = resource,
                                         .policy = policy,
                                         .second_factor = true},
                                        {.time = world_.clock.now()}));
  }

  AccessQueries& queries_ = iam_.access_queries();
  const Principal customer_ = world_.customer();
  UserId nadia_;
};
BELFRY_ON_BOTH_ENGINES(StaffReachTest);

TEST_P(StaffReachTest, IsToldAsLongAsItReaches) {
  EXPECT_TRUE(who("papers").empty());
  const InterventionId id = open({"s3:GetObject", "s3:List*"}, "papers");
  const auto staff = who("papers");
  ASSERT_EQ(staff.size(), 1u);
  EXPECT_EQ(staff[0].name, "nadia");
  EXPECT_EQ(staff[0].intervention, id);
  EXPECT_EQ(staff[0].approved_by, world_.founded.admin_user);
  EXPECT_EQ(staff[0].expires - world_.clock.now(), hours(1));
  EXPECT_EQ(acts_of(staff[0].acts), "read=always list=always");
  EXPECT_EQ(staff[0].acts[0].reasons.at(0).source, Reason::Source::kIntervention);
  EXPECT_EQ(may(enter("nadia")), "") << "as it is decided";
  EXPECT_TRUE(who("others").empty());
  EXPECT_EQ(
      world_.wait(queries_.who(world_.make_other("two").administrator, {"papers", ""}, "", {}))
          ->staff.size(),
      0u);
  ASSERT_TRUE(world_.wait(interventions_.end(customer_, id)));
  EXPECT_TRUE(who("papers").empty());
  open({"s3:GetObject"}, "");
  EXPECT_EQ(who("others").size(), 1u);
  world_.clock.advance(hours(1));
  EXPECT_TRUE(who("others").empty()) << "from the instant at which it expires, without a turn";
}

TEST_P(StaffReachTest, IsToldAsFarAsTheBucketAndItsRightsLetIt) {
  open({"s3:*"}, "");
  EXPECT_EQ(acts_of(who("papers").at(0).acts),
            "read=always list=always write=always delete=always");
  EXPECT_EQ(acts_of(who("papers", kDenyWriting).at(0).acts),
            "read=always list=always delete=always");
  const auto denied =
      explain(customer_, nadia_, "s3:PutObject", "arn:aws:s3:::papers/a", kDenyWriting);
  ASSERT_TRUE(denied) << denied.error().describe();
  EXPECT_FALSE(denied->allowed);
  EXPECT_EQ(denied->reasons.back().statement, "NoWriting");
  world_.execute("UPDATE iam_user SET active = 0 WHERE id = " + nadia_.text());
  EXPECT_TRUE(who("papers").empty()) << "who is suspended does nothing by it";
}

TEST_P(StaffReachTest, WhoIsAskedAboutIsStaffAndByWhat) {
  // Nothing has told the customer that there is such staff.
  EXPECT_EQ(message_of(explain(customer_, nadia_, "s3:GetObject", "arn:aws:s3:::papers/a")),
            "iam.user_missing");
  const InterventionId id = open({"s3:GetObject"}, "papers");
  auto told = explain(customer_, nadia_, "s3:GetObject", "arn:aws:s3:::papers/a");
  ASSERT_TRUE(told) << told.error().describe();
  EXPECT_TRUE(told->allowed && told->is_staff);
  EXPECT_EQ(told->staff.at(0).intervention, id);
  EXPECT_EQ(told->reasons.at(0).name, id.text());
  auto can = world_.wait(
      queries_.what(customer_, nadia_, {{"papers", ""}, {"others", ""}}, {"iam:ListUsers"}));
  ASSERT_TRUE(can) << can.error().describe();
  EXPECT_TRUE(can->is_staff && can->services.empty());
  ASSERT_EQ(can->buckets.size(), 1u);
  EXPECT_EQ(acts_of(can->buckets[0].acts), "read=always");
  // Others of the customer's, who may not see interventions, learn nothing of it.
  ASSERT_TRUE(world_.wait(
      iam_.create_user(customer_, kFirstCustomer, "reader", "", Role::kReader, kGoodPassword)));
  EXPECT_EQ(message_of(explain(world_.enter("reader", kGoodPassword), nadia_, "s3:GetObject",
                               "arn:aws:s3:::papers/a")),
            "iam.denied");
  ASSERT_TRUE(world_.wait(interventions_.end(customer_, id)));
  told = explain(customer_, nadia_, "s3:GetObject", "arn:aws:s3:::papers/a");
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->is_staff && told->staff.empty() && !told->allowed);
  EXPECT_EQ(told->refusal, "iam.staff_not_let_in");
}

TEST_P(StaffReachTest, ServicesAreToldAsTheyAreDecided) {
  const std::vector<std::string> actions = {
      "audit:ListEvents", "iam:ChangePassword", "iam:CreateUser",      "iam:GetSession",
      "iam:ListUsers",    "measure:List",       "iam:CreateAccessKey", "disk:List"};
  auto reader = world_.wait(
      iam_.create_user(customer_, kFirstCustomer, "reader", "", Role::kReader, kGoodPassword));
  ASSERT_TRUE(reader);
  auto profile = world_.wait(iam_.profiles().create_profile(
      customer_, "Log",
      R"({"Version": "2012-10-17", "Statement": {"Sid": "Log", "Effect": "Allow",
          "Action": ["audit:*", "iam:CreateUser", "iam:ListUsers"], "Resource": "*"}})"));
  ASSERT_TRUE(profile) << profile.error().describe();
  world_.execute(
      "INSERT INTO user_profile (user_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "VALUES (" +
      reader->id.text() + ", " + profile->id.text() + ", 2, 0, " + customer_.user.text() + ")");
  for (const UserId user : {reader->id, customer_.user}) {
    auto can = world_.wait(queries_.what(customer_, user, {}, actions));
    ASSERT_TRUE(can) << can.error().describe();
    for (const std::string& action : actions) {
      const auto found = std::ranges::find(can->services, action, &ServiceReach::action);
      const bool told = found != can->services.end();
      const auto on_all = explain(customer_, user, action, "*");
      const auto on_own = explain(customer_, user, action, "self");
      ASSERT_TRUE(on_all && on_own);
      EXPECT_EQ(told, on_all->allowed || on_own->allowed) << action;
      if (told) EXPECT_EQ(found->own_alone, !on_all->allowed) << action;
      if (told) EXPECT_FALSE(found->reasons.empty()) << action;
    }
  }
  EXPECT_EQ(message_of(explain(customer_, reader->id, "everything", "*")), "iam.bad_simulation");
}

}  // namespace
}  // namespace belfry::iam
