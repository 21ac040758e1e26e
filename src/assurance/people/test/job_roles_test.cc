#include "state.h"

namespace belfry::people {
namespace {

using JobRolesTest = RegisterTest;
BELFRY_ON_BOTH_ENGINES(JobRolesTest);

TEST_P(JobRolesTest, NameWhatTheirHoldersAreGiven) {
  execute(
      "INSERT INTO iam_profile (id, tenant_id, name, document, privileged, created_us, changed_us) "
      "VALUES (5, 1, 'Documents', '{}', 0, 0, 0), (6, 2, 'Others', '{}', 0, 0, 0)");
  execute("INSERT INTO iam_group (id, tenant_id, name, created_us) VALUES (7, 1, 'Archivists', 0)");
  WantedJobRole wanted{.name = "Archivist",
                       .owner = "Head of archives",
                       .account_role = "operator",
                       .profiles = {5, 5},
                       .groups = {7}};
  const JobRole made = must(register_->set_job_role(admin_, {}, wanted));
  EXPECT_EQ(last(), "people:SetJobRole");
  EXPECT_EQ(detail("profiles"), "Documents");
  ASSERT_EQ(made.profiles.size(), 1u);
  EXPECT_EQ(made.groups.at(0).name, "Archivists");

  const auto refused = [&](auto alter) {
    WantedJobRole other = wanted;
    other.name = "Other";
    alter(other);
    return refusal(register_->set_job_role(admin_, {}, other));
  };
  EXPECT_EQ(refused([](WantedJobRole& r) { r.name = "archivist"; }), "people.job_role_exists");
  EXPECT_EQ(refused([](WantedJobRole& r) { r.owner = ""; }), "people.bad_owner");
  EXPECT_EQ(refused([](WantedJobRole& r) { r.profiles = {6}; }), "people.no_profile");
  EXPECT_EQ(refused([](WantedJobRole& r) { r.groups = {5}; }), "people.no_group");
  EXPECT_EQ(refused([](WantedJobRole& r) { r.account_role = "tenant_administrator"; }),
            "people.bad_account_role");
  const Actor customer{.tenant = TenantId{2}, .user = UserId{20}, .name = "anna", .source_ip = ""};
  EXPECT_EQ(refusal(register_->set_job_role(customer, made.id, {.name = "X", .owner = "Y"})),
            "people.no_job_role");
  EXPECT_EQ(refusal(register_->set_job_role(
                customer, {}, {.name = "X", .owner = "Y", .account_role = "operator"})),
            "people.bad_account_role");

  wanted.profiles.clear();
  wanted.name = "Keeper";
  EXPECT_TRUE(must(register_->set_job_role(admin_, made.id, wanted)).profiles.empty());
  // What is deleted elsewhere stands for nothing, and shows so.
  execute("DELETE FROM iam_group WHERE id = 7");
  EXPECT_EQ(must(register_->job_roles(TenantId{1})).at(0).groups.at(0).name, "");
}

TEST_P(JobRolesTest, StayOnceSomebodyHadThem) {
  const JobRole made = must(register_->set_job_role(admin_, {}, {.name = "A", .owner = "B"}));
  NewPerson wanted = new_anna();
  wanted.job_role = made.id;
  must(register_->record(admin_, wanted));
  EXPECT_EQ(must(register_->job_roles(TenantId{1})).at(0).persons, 1);
  EXPECT_EQ(refusal(register_->delete_job_role(admin_, made.id)), "people.job_role_in_use");
  const JobRole other = must(register_->set_job_role(admin_, {}, {.name = "C", .owner = "B"}));
  must(register_->delete_job_role(admin_, other.id));
  EXPECT_EQ(last(), "people:DeleteJobRole");
  EXPECT_EQ(must(register_->job_roles(TenantId{1})).size(), 1u);
}

}  // namespace
}  // namespace belfry::people
