#include "searches.h"

#include "runtime_testing/manual_clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <deque>

namespace belfry::api {
namespace {

constexpr TenantId kOne{2}, kOther{3};
constexpr TenantPlaces::Limits kLimits{.of_all = 200, .of_tenant = 50};

TEST(TenantPlaces, NoTenantTakesThePlacesOfAll) {
  TenantPlaces all(kLimits);
  std::deque<TenantPlaces::Place> places;
  for (int i = 0; i < kLimits.of_tenant; ++i)
    EXPECT_TRUE(places.emplace_back(all, kOne).is_there());
  EXPECT_FALSE(TenantPlaces::Place(all, kOne).is_there());
  EXPECT_TRUE(TenantPlaces::Place(all, kOther).is_there());
  places.pop_front();
  EXPECT_TRUE(TenantPlaces::Place(all, kOne).is_there());
}

TEST(TenantPlaces, AreSoManyAltogether) {
  TenantPlaces all(kLimits);
  std::deque<TenantPlaces::Place> places;
  for (int i = 0; i < kLimits.of_all; ++i)
    EXPECT_TRUE(places.emplace_back(all, TenantId{i}).is_there());
  EXPECT_FALSE(TenantPlaces::Place(all, kOne).is_there());
  places.pop_back();
  EXPECT_TRUE(TenantPlaces::Place(all, kOne).is_there());
}

// Searches of one thread, which end when the test says so.
class SearchesTest : public testing::Test {
 protected:
  struct Outcome {
    bool began = false;
    std::optional<Result<audit::QueryPage>> page;
  };

  // Its outcome is filled in as it goes.
  void start(TenantId tenant, Outcome& outcome) {
    boost::asio::co_spawn(context_, run(tenant, outcome), boost::asio::detached);
  }

  // Until nothing moves but what waits for a place.
  void turn(int times = 1000) {
    context_.restart();  // it stopped when nothing was left to do
    for (int i = 0; i < times; ++i) context_.poll_one();
  }

  boost::asio::awaitable<void> run(TenantId tenant, Outcome& outcome) {
    outcome.page = co_await searches_.run(clock_, tenant, std::chrono::seconds(2),
                                          [&]() -> Task<audit::QueryPage> {
                                            outcome.began = true;
                                            while (!released_) co_await turn_of_others();
                                            audit::QueryPage page;
                                            page.log_size = 7;
                                            co_return page;
                                          });
  }

  boost::asio::awaitable<void> turn_of_others() {
    co_await boost::asio::post(context_, boost::asio::use_awaitable);
  }

  boost::asio::io_context context_;
  runtime::testing::ManualClock clock_;
  Searches searches_;
  bool released_ = false;
};

TEST_F(SearchesTest, OneTenantsLeaveOthersTheirPlace) {
  std::deque<Outcome> own(Searches::kMaxOfTenant);
  for (Outcome& outcome : own) start(kOne, outcome);
  turn();
  for (const Outcome& outcome : own) EXPECT_TRUE(outcome.began);

  Outcome refused, other;
  start(kOne, refused);
  start(kOther, other);
  turn();
  EXPECT_FALSE(refused.began);
  ASSERT_TRUE(refused.page) << "its patience is over, by the clock of the test";
  EXPECT_EQ(refused.page->error().code(), Code::kRetry);
  EXPECT_EQ(refused.page->error().message(), "api.searches_busy");
  EXPECT_TRUE(other.began);

  released_ = true;
  turn();
  for (const Outcome& outcome : own) EXPECT_EQ((*outcome.page)->log_size, 7u);
  EXPECT_EQ((*other.page)->log_size, 7u);
  Outcome again;
  start(kOne, again);
  turn();
  EXPECT_TRUE(again.page && *again.page);
}

}  // namespace
}  // namespace belfry::api
