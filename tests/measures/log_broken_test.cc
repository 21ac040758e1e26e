// Logs that are not what they were, and things of which they do not tell.
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

namespace fs = std::filesystem;

using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

constexpr auto kDay = std::chrono::hours(24);

TEST_F(MeasuresBroken, SessionThatNobodySignedInto) {
  EXPECT_EQ(verdict("S07-P-14"), "no_data");
  create_user(iam::kProviderTenant, "ines", iam::Role::kReader);
  sign_in("ines");
  pause();
  EXPECT_EQ(verdict("S07-P-14"), "pass") << testing::PrintToString(failing("S07-P-14"));

  // Its secret is known to whoever wrote it there: a way in without a sign-in.
  stop();
  tamper(data(),
         "INSERT INTO iam_session (id, tenant_id, user_id, secret_sha256, amr, second_factor, "
         "privileged, enrolment_only, source_ip, user_agent, created_us, last_seen_us, expires_us, "
         "idle_limit_us) SELECT 'forged', tenant_id, user_id, 'forged', amr, 0, 0, 0, source_ip, "
         "user_agent, created_us + 10000000, last_seen_us, expires_us, idle_limit_us "
         "FROM iam_session");
  start();
  clock().jump(std::chrono::minutes(5));
  EXPECT_EQ(verdict("S07-P-14"), "fail");
  EXPECT_THAT(
      failing("S07-P-14"),
      ElementsAre(
          "user ines: of 1 of 2 ways in, sessions, keys and tokens, the log tells how it was "
          "opened"));
}

TEST_F(MeasuresBroken, UserThatTheLogKnowsNothingOf) {
  must(provider().iam().create_user(system_in(iam::kFirstCustomer), iam::kFirstCustomer, "ines", "",
                                    iam::Role::kMember, kUserPassword));
  pause();
  check("S07-P-21");
  clock().jump(std::chrono::minutes(5));
  EXPECT_EQ(verdict("S07-P-21"), "pass") << testing::PrintToString(failing("S07-P-21"));
  stop();
  tamper(data(),
         "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, "
         "created_us) SELECT 'BLFFORGED', tenant_id, id, 'forged', 0, created_us + 10000000 "
         "FROM iam_user WHERE name = 'ines'");
  start();
  EXPECT_EQ(verdict("S07-P-21"), "fail");
  auto own = must(provider().measures().last_of("S07-P-21", iam::kFirstCustomer, 10));
  ASSERT_EQ(own.rows.size(), 2u);
  EXPECT_THAT(failing("S07-P-21"), ElementsAre(StartsWith("tenant Demonstration: of ")));
}

// Whoever takes requests forgets to say from where one came.
TEST_F(MeasuresBroken, ChangeFromNowhere) {
  must(provider().iam().create_user(system_in(iam::kFirstCustomer), iam::kFirstCustomer, "ines", "",
                                    iam::Role::kMember, kUserPassword));
  const iam::Principal customer = sign_in_first("customer");
  const std::string reads =
      R"({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}})";
  must(provider().iam().profiles().create_profile(customer, "Reads", reads));
  pause();
  EXPECT_EQ(verdict("S07-P-21"), "pass") << testing::PrintToString(failing("S07-P-21"));

  iam::Principal from_nowhere = customer;
  from_nowhere.source_ip.clear();
  must(provider().iam().profiles().create_profile(from_nowhere, "Reads too", reads));
  pause();
  wait_until([&] { return verdict("S07-P-21") == "fail"; });
  EXPECT_THAT(failing("S07-P-21"), ElementsAre(StartsWith("log Demonstration: ")));
  clock().jump(std::chrono::minutes(5));
  // Nor is that a line of what was made.
  EXPECT_EQ(verdict("S07-P-21"), "fail");
  EXPECT_THAT(failing("S07-P-21"), Contains(StartsWith("tenant Demonstration: of ")));
}

// Answered by S3 while the log could be written nowhere, and looked for in it then.
TEST_F(MeasuresBroken, RequestThatTheLogKnowsNothingOf) {
  EXPECT_EQ(verdict("S07-P-20"), "no_data");
  const UserId user = create_user(iam::kFirstCustomer, "ines", iam::Role::kMember).id;
  auto made = must(provider().iam().create_access_key(sign_in("ines"), user));
  const prober::Key key{made.key.id, made.secret};
  EXPECT_EQ(list_buckets(key), 200);
  wait_until([&] {
    const audit::Query reads{.action = "s3:*"};
    return !must(provider().ledger().query(iam::kFirstCustomer, reads)).events.empty();
  });
  clock().jump(std::chrono::minutes(4));
  EXPECT_EQ(verdict("S07-P-20"), "pass") << testing::PrintToString(failing("S07-P-20"));

  std::vector<std::string> disks;
  for (const auto& folder : fs::directory_iterator(folder_of("")))
    disks.push_back(folder.path().filename());
  for (const std::string& disk : disks) take_disk_away(disk);
  inspect();
  EXPECT_EQ(list_buckets(key), 200);
  pause();
  clock().jump(std::chrono::minutes(4));
  EXPECT_FALSE(run(provider().measures().check_now("S07-P-20"))) << "its evidence has no place";
  for (const std::string& disk : disks) bring_disk_back(disk);
  inspect();
  wait_until([&] { return run(provider().measures().check_now("S07-P-20")).has_value(); });
  EXPECT_EQ(verdict("S07-P-20"), "fail");
  EXPECT_THAT(
      failing("S07-P-20"),
      ElementsAre("log Demonstration: 2 requests to S3, 0 reads over REST; of 2 and 0 looked for "
                  "in the log, 1 and 0 are there"));
}

// The same of what was read over REST: answered while the log could be written nowhere.
TEST_F(MeasuresBroken, ReadThatTheLogKnowsNothingOf) {
  create_user(iam::kFirstCustomer, "ines", iam::Role::kMember);
  const std::string token =
      must(provider().iam().create_api_token(sign_in("ines"), "reading", std::nullopt)).secret;
  const char* const kTokens = "/api/v1/api-tokens";
  EXPECT_EQ(read_over_rest(token, kTokens), 200);
  wait_until([&] {
    const audit::Query reads{.action = "iam:ListApiTokens"};
    return !must(provider().ledger().query(iam::kFirstCustomer, reads)).events.empty();
  });
  clock().jump(std::chrono::minutes(4));
  EXPECT_EQ(verdict("S07-P-20"), "pass") << testing::PrintToString(failing("S07-P-20"));

  std::vector<std::string> disks;
  for (const auto& folder : fs::directory_iterator(folder_of("")))
    disks.push_back(folder.path().filename());
  for (const std::string& disk : disks) take_disk_away(disk);
  inspect();
  EXPECT_EQ(read_over_rest(token, kTokens), 200);
  pause();
  clock().jump(std::chrono::minutes(4));
  EXPECT_FALSE(run(provider().measures().check_now("S07-P-20"))) << "its evidence has no place";
  for (const std::string& disk : disks) bring_disk_back(disk);
  inspect();
  wait_until([&] { return run(provider().measures().check_now("S07-P-20")).has_value(); });
  EXPECT_EQ(verdict("S07-P-20"), "fail");
  EXPECT_THAT(
      failing("S07-P-20"),
      ElementsAre("log Demonstration: 0 requests to S3, 2 reads over REST; of 0 and 2 looked for "
                  "in the log, 0 and 1 are there"));
}

TEST_F(MeasuresBroken, LogThatWasRolledBack) {
  EXPECT_EQ(verdict("S07-P-15"), "pass") << testing::PrintToString(failing("S07-P-15"));
  // A copy of a good one, which somebody puts back later: what happened since is not in it.
  stop();
  const fs::path copy = data().parent_path() / "copy";
  fs::copy(data(), copy, fs::copy_options::recursive);
  start();
  const std::uint64_t copied = must(provider().ledger().checkpoint(iam::kProviderTenant)).size;
  create_user(iam::kProviderTenant, "mallory", iam::Role::kReader);
  // What is not in the copy was seen.
  const std::string leaves =
      "SELECT leaves FROM log_fact WHERE tenant_id = " + iam::kProviderTenant.text();
  wait_until([&] {
    EXPECT_EQ(verdict("S07-P-15"), "pass");
    return std::stoull(look_up(data(), leaves).at(0)) > copied;
  });
  stop();
  for (const char* folder : {"disks", "index"}) {
    fs::remove_all(data() / folder);
    fs::copy(copy / folder, data() / folder, fs::copy_options::recursive);
  }
  start();
  EXPECT_EQ(verdict("S07-P-15"), "fail");
  EXPECT_THAT(failing("S07-P-15"), Contains(StartsWith("log demo: not the log any more")));
  // It stays so however much is added.
  for (const char* name : {"ines", "oleg", "nadia", "paul"})
    create_user(iam::kProviderTenant, name, iam::Role::kReader);
  pause();
  EXPECT_EQ(verdict("S07-P-15"), "fail");
}

TEST_F(MeasuresBroken, JournalOnTwoDisks) {
  EXPECT_EQ(verdict("S07-P-15"), "pass");
  std::string lost;
  for (const auto& disk : fs::directory_iterator(folder_of("")))
    if (ledger_sets_on(disk.path().filename()) > 0) lost = disk.path().filename();
  ASSERT_FALSE(lost.empty());
  delete_disk(lost);
  inspect();
  EXPECT_EQ(verdict("S07-P-15"), "fail");
  heal();
  // Checkpoints come again where two disks are left to publish on.
  wait_until([&] { return failing("S07-P-15").empty(); });
}

TEST_F(MeasuresBroken, LogKeptForTooLong) {
  EXPECT_EQ(verdict("S07-P-22"), "pass") << testing::PrintToString(failing("S07-P-22"));
  clock().jump(390 * kDay);
  EXPECT_EQ(verdict("S07-P-22"), "pass");
  // Nobody destroys what is due: the provider does nothing by itself here.
  clock().jump(10 * kDay);
  EXPECT_EQ(verdict("S07-P-22"), "fail");
  EXPECT_THAT(failing("S07-P-22"), ElementsAre(StartsWith("log Demonstration: goes back ")));
}

}  // namespace
}  // namespace belfry::measures_broken
