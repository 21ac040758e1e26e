// The checks over the declaration: the example keeps them, and each breaks when the file does.
#include "state.h"

#include <gmock/gmock.h>

namespace belfry::measures {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class TopologyBroken : public StateTest {};
BELFRY_ON_BOTH_ENGINES(TopologyBroken);

TEST_P(TopologyBroken, NotAtAll) {
  declare_example();
  observe_disks();
  for (const char* id : {"S06-P-07", "S06-P-08", "S06-P-11", "S06-P-12", "S05-P-01"}) {
    Evaluation evaluation = check(id);
    EXPECT_EQ(name_of(evaluation.status.verdict), "pass")
        << id << " " << evaluation.status.reason << testing::PrintToString(failing(evaluation));
    EXPECT_EQ(evaluation.status.violations, 0);
  }
  EXPECT_EQ(check("S06-P-07").status.population, 14);
  EXPECT_EQ(check("S06-P-11").status.population, 14 + 12);
  EXPECT_EQ(check("S06-P-12").status.population, 14 + 8 + 4 * 2);
  // Over the declaration alone; where simulated disks were observed it says so.
  EXPECT_EQ(check("S06-P-08").status.proof, Proof::kDeclared);
  EXPECT_EQ(check("S05-P-01").status.proof, Proof::kSimulated);
}

TEST_P(TopologyBroken, ServerWithOneSupply) {
  declare(example_with("                  - {name: psu2, outlet: par1-k1-b/1, power_watts: 800}\n",
                       ""));
  Evaluation evaluation = check("S06-P-07");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail);
  EXPECT_THAT(failing(evaluation), ElementsAre("par1-s1: 1 power supply"));
  EXPECT_EQ(evaluation.status.population, 14);
}

TEST_P(TopologyBroken, SuppliesOnOneSegment) {
  std::string text = example_with("outlet: par1-k1-b/1,", "outlet: par1-k1-a/11,");
  std::string second = "outlet: par1-k1-b/2,";
  text.replace(text.find(second), second.size(), "outlet: par1-k1-a/12,");
  declare(text);
  Evaluation evaluation = check("S06-P-08");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail);
  EXPECT_EQ(evaluation.status.proof, Proof::kDeclared);
  EXPECT_THAT(failing(evaluation), ElementsAre("par1-s1: 2 supplies, all on par1-segment-a",
                                               "par1-s2: 2 supplies, all on par1-segment-a"));
}

TEST_P(TopologyBroken, PduMovedToTheOtherSegment) {
  declare(example_with("par1-k2-b, segment: par1-segment-b", "par1-k2-b, segment: par1-segment-a"));
  EXPECT_EQ(check("S06-P-08").status.violations, 3);  // s3, h3, h4
}

TEST_P(TopologyBroken, SupplyWithoutOutlet) {
  declare(example_with("psu2, outlet: par1-k1-b/1, power", "psu2, power"));
  EXPECT_THAT(failing(check("S06-P-08")),
              ElementsAre("par1-s1: 1 supply without a declared outlet"));
}

TEST_P(TopologyBroken, LagOfOneLink) {
  std::string text =
      example_with("- {name: bond0, ports: [eth0, eth1]}", "- {name: bond0, ports: [eth0]}");
  std::string lag = "                lags:\n                  - {name: up, ports: [47, 48]}\n";
  text.replace(text.find(lag), lag.size(), "");
  declare(text);
  Evaluation evaluation = check("S06-P-11");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail);
  EXPECT_THAT(failing(evaluation),
              UnorderedElementsAre("par1-s1: 1 connected link in its LAG", "par1-k1-sw1: no LAG"));
}

TEST_P(TopologyBroken, CablePulled) {
  declare(example_with("{name: eth1, switch_port: par1-k1-sw2/1, speed_gbps: 25}",
                       "{name: eth1, speed_gbps: 25}"));
  EXPECT_THAT(failing(check("S06-P-11")), ElementsAre("par1-s1: 1 connected link in its LAG"));
  EXPECT_THAT(failing(check("S06-P-12")),
              ElementsAre("par1-s1/bond0: all links end at par1-k1-sw1"));
}

TEST_P(TopologyBroken, LagOnOneSwitch) {
  declare(example_with("switch_port: par1-k1-sw2/1,", "switch_port: par1-k1-sw1/40,"));
  Evaluation evaluation = check("S06-P-12");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail);
  EXPECT_THAT(failing(evaluation), ElementsAre("par1-s1/bond0: all links end at par1-k1-sw1"));
  EXPECT_TRUE(failing(check("S06-P-11")).empty());
}

TEST_P(TopologyBroken, LagOverSwitchesThatAreNoPair) {
  declare(example_with("  - {name: par1-k1-access, switches: [par1-k1-sw1, par1-k1-sw2]}\n", ""));
  // Four servers, and the aggregation switches' two LAGs down to this rack.
  EXPECT_EQ(check("S06-P-12").status.violations, 4 + 2);
}

// Two of the three may be a pair: the third is not.
TEST_P(TopologyBroken, LagOverThreeSwitches) {
  for (const char* third : {"par1-k2-sw1/40", "par1-k2-sw2/40", "par1-agg1/20"}) {
    std::string text = example_with(
        "                  - {name: eth1, switch_port: par1-k1-sw2/1, speed_gbps: 25}\n",
        "                  - {name: eth1, switch_port: par1-k1-sw2/1, speed_gbps: 25}\n"
        "                  - {name: eth2, switch_port: " +
            std::string(third) + ", speed_gbps: 25}\n");
    std::string lag = "- {name: bond0, ports: [eth0, eth1]}";
    text.replace(text.find(lag), lag.size(), "- {name: bond0, ports: [eth0, eth1, eth2]}");
    declare(text);
    EXPECT_THAT(failing(check("S06-P-12")), ElementsAre("par1-s1/bond0: 3 switches are no pair"));
  }
}

TEST_P(TopologyBroken, SiteOutsideEurope) {
  declare(example_with("country: DE", "country: US"));
  observe_disks();
  Evaluation evaluation = check("S05-P-01");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail);
  EXPECT_EQ(evaluation.status.violations, 7 + 6);
  EXPECT_THAT(failing(evaluation), testing::Contains("disk fra1-s1-d1: holds copies at fra1, US"));
  EXPECT_THAT(failing(evaluation), testing::Contains("server fra1-h1: declared at fra1, US"));
}

TEST_P(TopologyBroken, NothingDeclaredIsNoData) {
  for (const char* id : {"S06-P-07", "S06-P-08", "S06-P-11", "S06-P-12", "S05-P-01"}) {
    Evaluation evaluation = check(id);
    EXPECT_EQ(evaluation.status.verdict, Verdict::kNoData) << id;
    EXPECT_EQ(evaluation.status.proof, Proof::kNone) << id;
  }
}

}  // namespace
}  // namespace belfry::measures
