// The prober's tenant: new secrets each time, nothing left of the time before, nobody else touched.
#include "base/text_encoding.h"
#include "world.h"

namespace belfry::iam {
namespace {

class ProbingTest : public testing::TestWithParam<database::Engine> {
 protected:
  ProbingTest() : world_(GetParam()) {}

  Upkeep& upkeep() { return world_.iam->upkeep(); }
  ProbeAdministrator renew() {
    auto renewed = world_.wait(upkeep().renew_probe());
    EXPECT_TRUE(renewed) << message_of(renewed);
    return renewed.value_or(ProbeAdministrator());
  }
  Result<Iam::OpenedSession> sign_in(const ProbeAdministrator& probe) {
    return world_.sign_in(probe.name, probe.password, world_.code_of(to_base32(probe.totp_seed)));
  }
  Principal principal_of(const ProbeAdministrator& probe) {
    return {.tenant = probe.tenant,
            .user = probe.user,
            .name = probe.name,
            .role = Role::kTenantAdministrator,
            .method = Method::kSystem,
            .credential = {},
            .second_factor = true};
  }

  World world_;
};

BELFRY_ON_BOTH_ENGINES(ProbingTest);

TEST_P(ProbingTest, HasNewSecretsEachTime) {
  const ProbeAdministrator first = renew();
  ASSERT_TRUE(sign_in(first));
  const ProbeAdministrator second = renew();
  EXPECT_EQ(first.tenant, second.tenant);
  EXPECT_EQ(first.user, second.user);
  EXPECT_NE(first.password, second.password);
  EXPECT_EQ(message_of(sign_in(first)), "iam.sign_in_refused");
  EXPECT_TRUE(sign_in(second));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM tenant WHERE probe = 1"), 1);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mfa_factor f JOIN tenant t "
                         "ON t.id = f.tenant_id WHERE t.probe = 1"),
            1);

  EXPECT_TRUE(world_.wait(upkeep().end_probe()));
  EXPECT_EQ(message_of(sign_in(second)), "iam.sign_in_refused");
  EXPECT_TRUE(sign_in(renew()));
}

TEST_P(ProbingTest, TakesAwayWhatWasLeftAndNothingOfOthers) {
  const std::int64_t users = world_.count("SELECT count(*) AS n FROM iam_user");
  const std::int64_t factors = world_.count("SELECT count(*) AS n FROM mfa_factor");
  const ProbeAdministrator probe = renew();
  const Principal by = principal_of(probe);
  auto left = world_.wait(world_.iam->create_user(by, probe.tenant, "belfry-probe-left", "",
                                                  Role::kReader, "a password that nobody guesses"));
  ASSERT_TRUE(left) << message_of(left);
  auto profile = world_.wait(world_.iam->profiles().create_profile(
      by, "Left",
      R"({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})"));
  ASSERT_TRUE(profile) << message_of(profile);
  ASSERT_TRUE(world_.wait(
      world_.iam->profiles().give_profile(by, profile->id, {.user = left->id, .group = {}})));
  ASSERT_TRUE(world_.wait(world_.iam->create_access_key(by, left->id)));

  renew();
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user"), users + 1);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mfa_factor"), factors + 1);
  for (const char* table : {"iam_profile", "user_profile", "access_key"})
    EXPECT_EQ(world_.count("SELECT count(*) AS n FROM " + std::string(table) +
                           " x JOIN tenant t "
                           "ON t.id = x.tenant_id WHERE t.probe = 1"),
              0)
        << table;
  EXPECT_TRUE(world_.wait(upkeep().end_probe()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user"), users + 1);
}

TEST_P(ProbingTest, EndsWhereThereIsNone) {
  EXPECT_TRUE(world_.wait(upkeep().end_probe()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM tenant WHERE probe = 1"), 0);
}

// A year of probes: some marks, one set of steps.
TEST_P(ProbingTest, RemembersLittle) {
  for (int hour = 0; hour < 24 * 400; hour += 12) {
    ASSERT_TRUE(world_.wait(
        upkeep().keep_probe({{"sign_in", true, "200", "200", std::chrono::milliseconds(7)}},
                            ProbeMark{world_.clock.now(), "belfry:user/" + std::to_string(hour)})));
    world_.clock.advance(std::chrono::hours(12));
  }
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM probe_step"), 1);
  EXPECT_LE(world_.count("SELECT count(*) AS n FROM probe_mark"), 15);
  auto marks = world_.wait(upkeep().probe_marks());
  ASSERT_TRUE(marks) << message_of(marks);
  ASSERT_EQ(marks->size(), 2u);
  const Timestamp now = world_.clock.now();
  EXPECT_GT(now - (*marks)[0].at, std::chrono::days(300));
  EXPECT_LE(now - (*marks)[0].at, std::chrono::days(334));
  EXPECT_LE(now - (*marks)[1].at, std::chrono::hours(24 * 31));
}

TEST_P(ProbingTest, SaysWhatPasswordsAreHeldTo) {
  ASSERT_TRUE(world_.wait(upkeep().collect_facts()));
  ASSERT_TRUE(world_.wait(upkeep().collect_facts()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM password_policy"), 1);
  EXPECT_EQ(world_.count("SELECT hash_memory_kib AS n FROM password_policy"), 19 * 1024);
  EXPECT_EQ(world_.count("SELECT hash_passes AS n FROM password_policy"), 2);
  EXPECT_EQ(world_.count("SELECT characters_min AS n FROM password_policy"), 15);
  EXPECT_GT(world_.count("SELECT known_words AS n FROM password_policy"), 500);
}

}  // namespace
}  // namespace belfry::iam
