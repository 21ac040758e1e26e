// The checks over what the collector of the object engine sees, on facts as it would write them.
// tests/measures breaks a real provider for the same verdicts.
#include "state.h"

#include <gmock/gmock.h>

#include <set>

namespace belfry::measures {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// One set on three disks at two sites, with the object b/k in it.
class ObjectChecks : public StateTest {
 protected:
  void SetUp() override {
    declare_example();
    observe_disks();
    execute(
        "INSERT INTO bucket_fact (bucket_id, tenant_id, name, placement_default, copies, "
        "servers_min, sites_min, created_us, observed_at_us) VALUES (5, 2, 'b', 1, 3, 3, 2, 0, "
        ":now)",
        now());
    for (const std::string& name : {one_, two_, other_site_}) {
      auto parameters = now();
      parameters.push_back({"disk", disk(name)});
      execute(
          "INSERT INTO replica_set_disk (set_id, disk_id, present, observed_at_us) VALUES (9, "
          ":disk, 1, :now)",
          parameters);
    }
    execute(
        "INSERT INTO replica_set (set_id, stream, objects, object_bytes, stored_bytes, "
        "copies_expected, servers_expected, sites_expected, copies_present, disks_distinct, "
        "servers_distinct, sites_distinct, missing_copies, damaged_copies, placement_default, "
        "oldest_check_us, first_seen_us, degraded_since_us, simulated, observed_at_us) VALUES (9, "
        "'objects', 1, 10, 10, 3, 3, 2, 3, 3, 3, 2, 0, 0, 1, 0, 1, 0, 0, :now)",
        now());
  }
  database::Parameters now() const { return {{"now", to_us(clock_.now())}}; }
  std::int64_t disk(const std::string& name) const {
    auto found = std::ranges::find(topology_.disks, name, &topology::Disk::name);
    EXPECT_NE(found, topology_.disks.end()) << name;
    return found->id.value;
  }
  void rot(const std::string& name) { without_copy(name, "corrupt"); }
  void without_copy(const std::string& name, const std::string& state) {
    auto parameters = now();
    parameters.push_back({"disk", disk(name)});
    parameters.push_back({"state", state});
    execute(
        "INSERT INTO damaged_object (bucket_id, object_key, set_id, disk_id, tenant_id, state, "
        "found_us, observed_at_us) VALUES (5, 'k', 9, :disk, 2, :state, :now, :now)",
        parameters);
    execute("UPDATE replica_set SET damaged_copies = damaged_copies + 1, degraded_since_us = :now",
            now());
  }
  void lose(const std::string& name) {
    without_copy(name, "missing");
    execute("UPDATE replica_set_disk SET present = 0 WHERE disk_id = :disk",
            {{"disk", disk(name)}});
    execute(
        "UPDATE replica_set SET copies_present = copies_present - 1, disks_distinct = "
        "disks_distinct - 1, servers_distinct = servers_distinct - 1, missing_copies = "
        "missing_copies + 1, damaged_copies = damaged_copies - 1");
  }

  std::string one_ = "par1-s1-d1", two_ = "par1-s2-d1", other_site_ = "fra1-s1-d1";
};
BELFRY_ON_BOTH_ENGINES(ObjectChecks);

TEST_P(ObjectChecks, PassWhileAllIsWell) {
  for (const char* id : {"S01-P-02", "S06-P-20", "S06-P-21"}) {
    EXPECT_EQ(check(id).status.verdict, Verdict::kPass) << id;
    EXPECT_EQ(check(id).status.population, 1) << id;
  }
}

TEST_P(ObjectChecks, OneRottenCopyAtTheOnlyOtherSite) {
  rot(other_site_);
  Evaluation sites = check("S06-P-21");
  EXPECT_EQ(sites.status.verdict, Verdict::kFail);
  EXPECT_THAT(failing(sites), ElementsAre("object b/k: good copies at 1 site in set 9"));
  EXPECT_EQ(sites.rows.back().tenant, TenantId{2});
  EXPECT_THAT(failing(check("S06-P-20")),
              UnorderedElementsAre("object b/k: 2 good copies of 3 in set 9",
                                   "set 9: 1 object on 3 copies, 3 disks, 3 servers; 1 damaged"));
}

TEST_P(ObjectChecks, OneRottenCopyOfTwoAtASite) {
  rot(one_);
  EXPECT_EQ(check("S06-P-21").status.verdict, Verdict::kPass);
  EXPECT_EQ(check("S06-P-20").status.verdict, Verdict::kFail);
}

// A copy that is away is not taken off twice.
TEST_P(ObjectChecks, CopiesThatAreAwayAndCopiesThatAreRotten) {
  lose(one_);
  EXPECT_THAT(failing(check("S06-P-20")),
              testing::Contains("object b/k: 2 good copies of 3 in set 9"));
  EXPECT_THAT(failing(check("S01-P-02")), IsEmpty());
  rot(two_);
  EXPECT_THAT(failing(check("S01-P-02")), IsEmpty()) << "one good copy is left";
  lose(other_site_);
  EXPECT_THAT(failing(check("S01-P-02")), ElementsAre("object b/k: 0 good copies of 3 in set 9"));
  EXPECT_THAT(failing(check("S06-P-21")),
              testing::Contains("object b/k: good copies at 0 sites in set 9"));
}

TEST_P(ObjectChecks, ASetWithoutAnyCopyNeverSettles) {
  execute(
      "UPDATE replica_set SET copies_present = 0, disks_distinct = 0, servers_distinct = 0, "
      "sites_distinct = 0, missing_copies = 3, first_seen_us = :now, degraded_since_us = :now",
      now());
  for (const char* id : {"S01-P-02", "S01-P-03", "S06-P-20", "S06-P-21"})
    EXPECT_EQ(check(id).status.verdict, Verdict::kFail) << id;
}

// The record of a large object lies in another set than its octets.
TEST_P(ObjectChecks, ASetOfFilesAloneCountsToo) {
  execute(
      "INSERT INTO replica_set SELECT 10, stream, 1, 0, 0, copies_expected, servers_expected, "
      "sites_expected, copies_present, disks_distinct, servers_distinct, sites_distinct, "
      "missing_copies, damaged_copies, placement_default, oldest_check_us, first_seen_us, "
      "degraded_since_us, simulated, observed_at_us FROM replica_set WHERE set_id = 9");
  execute(
      "UPDATE replica_set SET objects = 0, copies_present = 0, sites_distinct = 0, "
      "degraded_since_us = 1 WHERE set_id = 9");
  for (const char* id : {"S01-P-02", "S01-P-03", "S06-P-20", "S06-P-21"})
    EXPECT_THAT(failing(check(id)), testing::Contains(testing::StartsWith("set 9: "))) << id;
}

}  // namespace
}  // namespace belfry::measures
