// Customers that attest nothing, take it back, let it get old, or name who has left.
#include "audit/ledger.h"
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using attestations::Topic;
using std::chrono::days;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kCustomer = "tenant Demonstration";
const std::string kNobodySigned =
    "nobody signed the attestation: an administrator reads and signs it, under Attestations";

TEST_F(MeasuresBroken, CustomerThatNamesNobodyForItsAccess) {
  EXPECT_EQ(verdict("S07-C-01"), "fail");
  EXPECT_EQ(why("S07-C-01", kCustomer), kNobodySigned);
  const auto ines = create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  const auto oleg = create_user(iam::kFirstCustomer, "oleg", iam::Role::kTenantAdministrator);
  attest(ines, Topic::kAccessManagement, {oleg.id});
  EXPECT_EQ(verdict("S07-C-01"), "pass");
  EXPECT_EQ(check("S07-C-01").status.proof, measures::Proof::kAttested);

  // Who signed may go; who was named may not.
  suspend(iam::kFirstCustomer, "ines");
  EXPECT_EQ(verdict("S07-C-01"), "pass");
  suspend(iam::kFirstCustomer, "oleg");
  EXPECT_EQ(verdict("S07-C-01"), "fail");
  const std::string gone =
      "oleg, who was named to manage access, left or is suspended: an administrator signs again "
      "and names who does now";
  EXPECT_EQ(why("S07-C-01", kCustomer), gone);
  EXPECT_EQ(standing(Topic::kAccessManagement), "administrator_gone");
  must(provider().iam().people().delete_user(system_in(iam::kFirstCustomer), oleg.id));
  EXPECT_EQ(why("S07-C-01", kCustomer), gone);

  const auto nadia = create_user(iam::kFirstCustomer, "nadia", iam::Role::kTenantAdministrator);
  attest(nadia, Topic::kAccessManagement, {nadia.id});
  EXPECT_EQ(verdict("S07-C-01"), "pass");
}

TEST_F(MeasuresBroken, CustomerThatWithdrawsWhatItAttested) {
  EXPECT_EQ(why("S07-C-07", kCustomer), kNobodySigned);
  const auto ines = create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  attest(ines, Topic::kGuestAccess);
  clock().jump(days(1));
  const auto second = attest(ines, Topic::kGuestAccess);
  EXPECT_EQ(verdict("S07-C-07"), "pass");
  must(provider().attestations().withdraw(act_of(ines, clock().now()), second.id, "not any more"));
  EXPECT_EQ(verdict("S07-C-07"), "fail") << "the one before does not count again";
  EXPECT_EQ(why("S07-C-07", kCustomer),
            "withdrawn 0 days ago: an administrator signs it again once it is true");
  EXPECT_EQ(standing(Topic::kGuestAccess), "withdrawn");
  attest(ines, Topic::kGuestAccess);
  EXPECT_EQ(verdict("S07-C-07"), "pass");
}

TEST_F(MeasuresBroken, CustomerWhoseAttestationIsAYearOld) {
  EXPECT_EQ(why("S10-C-02", kCustomer), kNobodySigned);
  const auto ines = create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  attest(ines, Topic::kSkills);
  EXPECT_EQ(verdict("S10-C-02"), "pass");
  clock().jump(days(335));
  EXPECT_EQ(verdict("S10-C-02"), "pass");
  EXPECT_EQ(standing(Topic::kSkills), "ends_soon");
  clock().jump(days(29));
  EXPECT_EQ(verdict("S10-C-02"), "pass");
  clock().jump(days(1));
  EXPECT_EQ(verdict("S10-C-02"), "fail");
  EXPECT_EQ(why("S10-C-02", kCustomer),
            "signed 365 days ago, which is too long: an administrator signs it again");
  EXPECT_EQ(standing(Topic::kSkills), "ended");
  attest(ines, Topic::kSkills);
  EXPECT_EQ(verdict("S10-C-02"), "pass");
  EXPECT_THAT(must(provider().measures().last_of("S10-C-02", TenantId{3}, 100)).rows, IsEmpty());
}

// Not a measure: who would let it end is told before, once, in the log and by mail.
TEST_F(MeasuresBroken, AttestationThatEndsIsAnnounced) {
  redeclare("demonstration: true",
            "demonstration: true\nsmtp:\n  server: 127.0.0.1:9\n  security: none\n"
            "  from: bell@belfry.example");
  const auto ines = create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator,
                                "ines@harbour.example");
  create_user(iam::kFirstCustomer, "oleg", iam::Role::kMember, "oleg@harbour.example");
  attest(ines, Topic::kSkills);
  const std::string mails =
      "SELECT recipient FROM mail WHERE kind = 'attestation_ends' ORDER BY recipient";
  const auto work = [&] {
    stop();
    start(Work::kByItself);
    for (int i = 0; i < 20; ++i) pause();
  };
  clock().jump(days(334));
  work();
  EXPECT_THAT(look_up(data(), mails), IsEmpty());
  clock().jump(days(2));
  stop();
  start(Work::kByItself);
  wait_until([&] { return !look_up(data(), mails).empty(); });
  EXPECT_THAT(look_up(data(), mails), ElementsAre("ines@harbour.example"));
  EXPECT_EQ(verdict("S10-C-02"), "pass") << "announced, and in force still";
  work();
  EXPECT_EQ(look_up(data(), mails).size(), 1u);
  const auto told = [&] {
    return must(provider().ledger().query(iam::kFirstCustomer, {.action = "attestation:EndsSoon"}))
        .events.size();
  };
  wait_until([&] { return told() > 0; });
  EXPECT_EQ(told(), 1u);
}

TEST_F(MeasuresBroken, CustomerThatInstructsNobody) {
  EXPECT_EQ(verdict("S10-C-04"), "fail");
  EXPECT_EQ(why("S10-C-04", kCustomer), kNobodySigned);
  const auto ines = create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  attest(ines, Topic::kInstructions);
  EXPECT_EQ(verdict("S10-C-04"), "pass");

  // Another text is asked for; the one before counts for a month.
  std::vector<attestations::Statement> changed(attestations::catalogue().begin(),
                                               attestations::catalogue().end());
  attestations::Statement& instructions = changed.at(std::size_t(Topic::kInstructions));
  ++instructions.version;
  instructions.english += " Each of them, in writing.";
  ASSERT_TRUE(provider().attestations().publish(changed));
  EXPECT_EQ(verdict("S10-C-04"), "pass");
  EXPECT_EQ(standing(Topic::kInstructions), "text_changed");
  clock().jump(days(30));
  EXPECT_EQ(verdict("S10-C-04"), "fail");
  EXPECT_EQ(why("S10-C-04", kCustomer),
            "signed for a text that was replaced 30 days ago: an administrator signs version 2");
  EXPECT_EQ(standing(Topic::kInstructions), "text_old");
  attest(ines, Topic::kInstructions);
  EXPECT_EQ(verdict("S10-C-04"), "pass");
}

TEST_F(MeasuresBroken, CustomerWhoseAccountsAreNobodys) {
  const std::string generic = "named after a task, not a person";
  EXPECT_EQ(why("S10-C-01", kCustomer), kNobodySigned);
  EXPECT_EQ(why("S10-C-01", "user customer"), generic) << "the account of the first start";
  const auto ines = create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator,
                                "ines@harbour.example");
  attest(ines, Topic::kStaff);
  EXPECT_THAT(failing("S10-C-01"), ElementsAre("user customer: " + generic));
  enrol(sign_in("ines"));  // another administrator is one who can act
  suspend(iam::kFirstCustomer, "customer");
  EXPECT_EQ(verdict("S10-C-01"), "pass");

  create_user(iam::kFirstCustomer, "Support", iam::Role::kMember);
  EXPECT_EQ(verdict("S10-C-01"), "fail");
  EXPECT_THAT(failing("S10-C-01"), ElementsAre("user Support: " + generic));
  suspend(iam::kFirstCustomer, "Support");
  create_user(iam::kFirstCustomer, "oleg", iam::Role::kMember, "Ines@harbour.example");
  EXPECT_THAT(failing("S10-C-01"), ElementsAre("user ines: one address for 2 accounts",
                                               "user oleg: one address for 2 accounts"));
  suspend(iam::kFirstCustomer, "oleg");
  EXPECT_EQ(verdict("S10-C-01"), "pass");
  clock().jump(days(366));
  EXPECT_EQ(verdict("S10-C-01"), "fail");
}

}  // namespace
}  // namespace belfry::measures_broken
