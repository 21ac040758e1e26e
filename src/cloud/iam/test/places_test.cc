// A session that is used from elsewhere than it was opened.
#include "places.h"

#include "world.h"

namespace belfry::iam {
namespace {

TEST(Place, IsANetworkAndAKindOfProgram) {
  const auto same = [](const Origin& a, const Origin& b) { return place_of(a) == place_of(b); };
  EXPECT_TRUE(same({"192.0.2.1", "x"}, {"192.0.2.254", "x"}));
  EXPECT_TRUE(same({"192.0.2.1", "x"}, {"::ffff:192.0.2.7", "x"}));
  EXPECT_FALSE(same({"192.0.2.1", "x"}, {"192.0.3.1", "x"}));
  EXPECT_TRUE(same({"2001:db8:1:2::3", "x"}, {"2001:db8:1:ffff::1", "x"}));
  EXPECT_FALSE(same({"2001:db8:1::3", "x"}, {"2001:db8:2::3", "x"}));
  EXPECT_FALSE(same({"192.0.2.1", "x"}, {"2001:db8:1::3", "x"}));
  EXPECT_TRUE(same({"192.0.2.1", "Firefox/128.0"}, {"192.0.2.1", "Firefox/129.0.1"}));
  EXPECT_FALSE(same({"192.0.2.1", "Firefox/128.0"}, {"192.0.2.1", "curl/7.88.1"}));
  EXPECT_EQ(place_of({"192.0.2.1", "\xff\xfe"}), "192.0.2.0/24 ");
  EXPECT_EQ(place_of({"192.0.2.1", std::string("a\0b", 3)}), "192.0.2.0/24 ");
}

class PlacesTest : public testing::TestWithParam<database::Engine> {
 protected:
  PlacesTest() {
    auto opened =
        world_.sign_in(world_.founded.customer_user, world_.founded.customer_password, code());
    EXPECT_TRUE(opened) << opened.error().describe();
    secret_ = opened->secret;
    world_.clock.advance(std::chrono::seconds(30));
  }
  std::string code() { return world_.code_of(world_.founded.customer_totp_secret); }
  Principal from(const std::string& source_ip, const std::string& agent = "test") {
    auto found = world_.wait(iam_.authenticate_session(secret_, {source_ip, agent}));
    EXPECT_TRUE(found) << found.error().describe();
    return found.value_or(Principal{});
  }
  // What a session that needs a factor for it may do.
  std::string list_users(const Principal& by) {
    return message_of(world_.wait(iam_.list_users(by, kFirstCustomer, {})));
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  std::string secret_;
};
BELFRY_ON_BOTH_ENGINES(PlacesTest);

TEST_P(PlacesTest, AreNoticedOnceAndConfirmedByASecondFactor) {
  EXPECT_EQ(list_users(from("192.0.2.77")), "") << "the same network";
  EXPECT_EQ(world_.ledger.count("iam:UseSessionElsewhere"), 0u);
  EXPECT_EQ(list_users(from("198.51.100.7")), "iam.step_up_needed");
  EXPECT_EQ(list_users(from("198.51.100.8")), "iam.step_up_needed");
  EXPECT_EQ(world_.ledger.count("iam:UseSessionElsewhere"), 1u);
  EXPECT_EQ(list_users(from("192.0.2.1", "curl")), "iam.step_up_needed");
  EXPECT_EQ(world_.ledger.count("iam:UseSessionElsewhere"), 2u);
  EXPECT_EQ(list_users(from("192.0.2.1")), "") << "who opened it is not disturbed";

  const Principal away = from("198.51.100.7");
  EXPECT_EQ(message_of(world_.wait(iam_.create_api_token(away, "x", std::nullopt))),
            "iam.step_up_needed");
  EXPECT_EQ(message_of(world_.wait(iam_.second_factors().step_up(away, {"000000", {}}))),
            "iam.wrong_code");
  EXPECT_EQ(list_users(from("198.51.100.7")), "iam.step_up_needed");
  ASSERT_TRUE(world_.wait(iam_.second_factors().step_up(away, {code(), {}})));
  EXPECT_EQ(list_users(from("198.51.100.7")), "");
  EXPECT_EQ(list_users(from("192.0.2.1", "curl")), "iam.step_up_needed")
      << "what was proved at one place is not proved at another";

  auto sessions = world_.wait(iam_.list_sessions(from("192.0.2.1"), away.user, {}));
  ASSERT_TRUE(sessions);
  ASSERT_EQ(sessions->things.size(), 1u);
  const auto& places = sessions->things[0].places;
  ASSERT_EQ(places.size(), 2u);
  EXPECT_TRUE(places[0].confirmed.has_value() != places[1].confirmed.has_value());
  EXPECT_EQ(places[0].first_seen, places[1].first_seen);
}

TEST_P(PlacesTest, LeaveTheOwnAccountAndAreBounded) {
  const Principal away = from("198.51.100.7");
  EXPECT_TRUE(world_.wait(iam_.find_user(away, away.user)));
  EXPECT_TRUE(world_.wait(iam_.list_sessions(away, away.user, {})));
  ASSERT_TRUE(world_.wait(iam_.second_factors().step_up(away, {code(), {}})));
  for (int i = 0; i < 40; ++i) from("203.0." + std::to_string(i) + ".1");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM session_place"), 16);
  EXPECT_EQ(world_.ledger.count("iam:UseSessionElsewhere"), 16u);
  EXPECT_EQ(list_users(from("198.51.100.7")), "") << "what was proved is kept";
  world_.clock.advance(std::chrono::days(40));
  ASSERT_TRUE(
      world_.sign_in(world_.founded.customer_user, world_.founded.customer_password, code()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM session_place"), 0);
}

TEST_P(PlacesTest, StopNobodyWithoutAFactor) {
  ASSERT_TRUE(world_.wait(iam_.create_user(from("192.0.2.1"), kFirstCustomer, "ada", "",
                                           Role::kMember, kGoodPassword)));
  auto opened = world_.sign_in("ada", kGoodPassword);
  ASSERT_TRUE(opened);
  auto away = world_.wait(iam_.authenticate_session(opened->secret, {"198.51.100.7", "test"}));
  ASSERT_TRUE(away);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:UseSessionElsewhere");
  EXPECT_TRUE(iam_.authorize(*away, "s3:PutObject", {"arn:aws:s3:::b/a", kFirstCustomer},
                             {.time = world_.clock.now(), .source_ip = "198.51.100.7"}));
}

}  // namespace
}  // namespace belfry::iam
