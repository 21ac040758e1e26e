// The declaration is broken: what provider.yaml says after it was changed, the measures say too.
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr const char* kOfTopology[] = {"S05-P-01", "S06-P-07", "S06-P-08", "S06-P-11", "S06-P-12"};
constexpr const char* kOfObjects[] = {"S01-P-02", "S01-P-03", "S06-P-20", "S06-P-21"};

TEST_F(MeasuresBroken, NotAtAll) {
  for (const char* id : kOfTopology) EXPECT_EQ(verdict(id), "pass") << id;
  for (const char* id : kOfObjects) {
    EXPECT_EQ(verdict(id), "pass") << id << testing::PrintToString(failing(id));
    EXPECT_EQ(check(id).status.population, kSmallObjects + kLargeObjects) << id;
    // The example's disks are declared simulated, and its verdicts say so.
    EXPECT_EQ(measures::name_of(check(id).status.proof), "simulated") << id;
  }
  EXPECT_EQ(verdict("S07-P-13"), "pass");
  EXPECT_EQ(measures::name_of(check("S07-P-13").status.proof), "observed");
  EXPECT_EQ(measures::name_of(check("S06-P-08").status.proof), "declared");
}

// A promise over nothing is neither kept nor broken.
TEST_F(MeasuresBroken, NothingStoredYet) {
  begin(From::kNothing);
  for (const char* id : kOfObjects) {
    EXPECT_EQ(verdict(id), "no_data") << id;
    EXPECT_EQ(measures::name_of(check(id).status.proof), "none") << id;
  }
  for (const char* id : kOfTopology) EXPECT_EQ(verdict(id), "pass") << id;
}

TEST_F(MeasuresBroken, SiteOutsideEurope) {
  redeclare("country: DE", "country: US");
  EXPECT_EQ(verdict("S05-P-01"), "fail");
  EXPECT_THAT(failing("S05-P-01"), IsSupersetOf({"server fra1-h1: declared at fra1, US",
                                                 "disk fra1-s1-d1: holds copies at fra1, US"}));
  EXPECT_EQ(check("S05-P-01").status.violations, 7 + 6);
  redeclare_as_before();
  EXPECT_EQ(verdict("S05-P-01"), "pass");
}

TEST_F(MeasuresBroken, ServerWithOneSupply) {
  redeclare("                  - {name: psu2, outlet: par1-k1-b/1, power_watts: 800}\n", "");
  EXPECT_EQ(verdict("S06-P-07"), "fail");
  EXPECT_THAT(failing("S06-P-07"), ElementsAre("par1-s1: 1 power supply"));
  redeclare_as_before();
  EXPECT_EQ(verdict("S06-P-07"), "pass");
}

TEST_F(MeasuresBroken, SuppliesOnOneSegment) {
  redeclare("par1-k2-b, segment: par1-segment-b", "par1-k2-b, segment: par1-segment-a");
  EXPECT_EQ(verdict("S06-P-08"), "fail");
  EXPECT_THAT(failing("S06-P-08"), ElementsAre("par1-h3: 2 supplies, all on par1-segment-a",
                                               "par1-h4: 2 supplies, all on par1-segment-a",
                                               "par1-s3: 2 supplies, all on par1-segment-a"));
  redeclare_as_before();
  EXPECT_EQ(verdict("S06-P-08"), "pass");
}

// The cable of the second port is pulled: the group is there, and one link of it.
TEST_F(MeasuresBroken, LagOfOneLink) {
  redeclare("{name: eth1, switch_port: par1-k1-sw2/1, speed_gbps: 25}",
            "{name: eth1, speed_gbps: 25}");
  EXPECT_EQ(verdict("S06-P-11"), "fail");
  EXPECT_THAT(failing("S06-P-11"), ElementsAre("par1-s1: 1 connected link in its LAG"));
  EXPECT_THAT(failing("S06-P-12"), ElementsAre("par1-s1/bond0: all links end at par1-k1-sw1"));
  redeclare_as_before();
  EXPECT_EQ(verdict("S06-P-11"), "pass");
}

TEST_F(MeasuresBroken, LagOverSwitchesThatAreNoPair) {
  redeclare("  - {name: par1-k1-access, switches: [par1-k1-sw1, par1-k1-sw2]}\n", "");
  EXPECT_EQ(verdict("S06-P-12"), "fail");
  EXPECT_THAT(failing("S06-P-12"), Contains("par1-s1/bond0: its two switches are not a pair"));
  EXPECT_THAT(failing("S06-P-11"), IsEmpty());
  redeclare_as_before();
  EXPECT_EQ(verdict("S06-P-12"), "pass");
}

}  // namespace
}  // namespace belfry::measures_broken
