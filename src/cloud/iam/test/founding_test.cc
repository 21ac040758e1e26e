// The first start: nobody is locked out of a provider whose secrets were not kept.
#include "world.h"

namespace belfry::iam {
namespace {

// A provider that was never founded.
class FoundingTest : public testing::TestWithParam<database::Engine> {
 protected:
  FoundingTest() : world_(GetParam()) {
    auto emptied = world_.state->write([](database::Transaction& transaction) -> Result<> {
      for (const char* table : {"audit_outbox", "api_token", "access_key", "iam_session",
                                "mfa_factor", "iam_grant", "iam_user", "tenant"})
        TRY(transaction.execute(std::string("DELETE FROM ") + table));
      return {};
    });
    EXPECT_TRUE(emptied) << emptied.error().describe();
    iam_ = make_iam(*world_.state, std::shared_ptr<Pool>(make_inline_pool()), world_.keys,
                    world_.ledger, world_.outbox, world_.clock, *world_.random);
  }

  World world_;
  std::unique_ptr<Iam> iam_;
};

BELFRY_ON_BOTH_ENGINES(FoundingTest);

TEST_P(FoundingTest, HoldsNothingBeforeItsSecretsAreKept) {
  auto refused = world_.wait(
      iam_->found("Belfry Example", "Demonstration",
                  [](const Iam::Founded&) -> Result<> { return fail(Code::kRetry, "disk.full"); }));
  EXPECT_EQ(message_of(refused), "disk.full");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user"), 0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM tenant"), 0);

  std::string kept;
  auto founded = world_.wait(
      iam_->found("Belfry Example", "Demonstration", [&](const Iam::Founded& made) -> Result<> {
        kept = made.admin_password;
        return {};
      }));
  ASSERT_TRUE(founded && *founded) << message_of(founded);
  EXPECT_EQ(kept, (*founded)->admin_password);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM tenant"), 2);
  auto opened = world_.wait(iam_->sign_in(
      {"admin", kept, world_.code_of((*founded)->admin_totp_secret), "192.0.2.1", "test"}));
  EXPECT_TRUE(opened) << message_of(opened);
}

TEST_P(FoundingTest, MakesACustomerOnlyWhenOneIsNamed) {
  auto founded = world_.wait(iam_->found("Belfry Example", std::nullopt,
                                         [](const Iam::Founded&) -> Result<> { return {}; }));
  ASSERT_TRUE(founded && *founded) << message_of(founded);
  EXPECT_FALSE((*founded)->customer);
  EXPECT_EQ((*founded)->customer_user, "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM tenant"), 1);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user"), 1);
}

}  // namespace
}  // namespace belfry::iam
