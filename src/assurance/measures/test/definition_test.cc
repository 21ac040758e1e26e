#include "catalogue.h"

#include <gtest/gtest.h>

namespace belfry::measures {
namespace {

constexpr const char* kFile = "annex/6a/S06-P-07.yaml";

std::string good() {
  return "id: S06-P-07\n"
         "section: 6a\n"
         "party: provider\n"
         "iso27001: [A.7.11, \"6.2\"]\n"
         "text: {fr: Deux alimentations, en: Two supplies}\n"
         "owner_role: datacentre-manager\n"
         "parameters:\n"
         "  - {name: supplies_min, value: 2, unit: {en: supplies, fr: alimentations}, source: "
         "annex}\n"
         "lists:\n"
         "  - {name: names, values: [a, b], source: ours}\n"
         "reasons:\n"
         "  - {id: few, en: '{n} left', fr: 'reste {n}'}\n"
         "check:\n"
         "  period_seconds: 60\n"
         "  population_sql: SELECT COUNT(*) AS population FROM server\n"
         "  sql: SELECT name AS subject, 'few n=1' AS reason FROM server WHERE :supplies_min > 1 "
         "AND name IN :names\n"
         "negative_test: measures:Suite.Name\n";
}

std::string with(const std::string& what, const std::string& replacement) {
  std::string text = good();
  return text.replace(text.find(what), what.size(), replacement);
}

TEST(Definition, IsRead) {
  ReadDefinition read = read_definition(good(), kFile);
  ASSERT_TRUE(read.faults.empty()) << read.faults[0];
  const Measure& measure = read.definition.measure;
  EXPECT_EQ(measure.section, "6a");
  EXPECT_EQ(measure.parameters[0].value, 2);
  EXPECT_EQ(measure.check->period, std::chrono::minutes(1));
  EXPECT_EQ(measure.proof, Proof::kDeclared);
  EXPECT_TRUE(read.definition.sql.ends_with("name IN (:names_1, :names_2)")) << read.definition.sql;
  EXPECT_EQ(read.definition.parameters.size(), 3u);
}

struct Case {
  const char* what;
  const char* replacement;
  const char* fault;  // with its place
};

class BadDefinition : public testing::TestWithParam<Case> {};

TEST_P(BadDefinition, IsToldWithItsPlace) {
  ReadDefinition read = read_definition(with(GetParam().what, GetParam().replacement), kFile);
  ASSERT_FALSE(read.faults.empty()) << GetParam().replacement;
  EXPECT_TRUE(read.faults[0].starts_with(std::string(kFile) + ":" + GetParam().fault))
      << read.faults[0];
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadDefinition,
    testing::Values(
        Case{"id: S06-P-07", "id: S06-P-08", "1:5: invalid measures.bad_id"},
        Case{"section: 6a", "section: 6b", "2:10: invalid measures.other_section"},
        Case{"party: provider", "party: client", "3:8: invalid measures.other_party"},
        Case{"A.7.11", "A7.11", "4:12: invalid measures.bad_reference"},
        Case{", en: Two supplies", "", "5:7: invalid yaml.missing_key"},
        Case{"owner_role:", "owner_rol:", "1:1: invalid yaml.missing_key"},
        Case{"source: annex", "source: theirs", "8:85: invalid yaml.not_one_of"},
        Case{"supplies_min,", "now_us,", "8:12: invalid measures.bad_parameter"},
        Case{"FROM server WHERE", "FROM secret WHERE",
             "16:8: invalid measures.sql_unknown_table table=secret"},
        Case{":supplies_min >", ":supplies >", "16:8: invalid measures.unknown_parameter"},
        Case{":supplies_min >", "2 >", "16:8: invalid measures.unused_parameter"},
        Case{"unit: {en: supplies, fr: alimentations}", "unit: supplies",
             "8:42: invalid yaml.map_expected"},
        Case{"id: few", "id: Few", "12:10: invalid measures.bad_reason"},
        Case{"reste {n}", "reste {m}", "12:10: invalid measures.bad_reason"},
        Case{", fr: 'reste {n}'", "", "12:5: invalid yaml.missing_key"},
        Case{"'few n=1'", "'many'", "12:10: invalid measures.bad_reason"},
        Case{"  period_seconds: 60",
             "  summed: {kind: user, rest: few, more: many}\n  period_seconds: 60",
             "14:11: invalid measures.bad_reason id=few"},
        Case{"  period_seconds: 60",
             "  summed: {kind: site, rest: few, more: few}\n  period_seconds: 60",
             "14:18: invalid yaml.not_one_of"},
        Case{"measures:Suite.Name", "later", "17:16: invalid measures.bad_negative_test"},
        Case{"negative_test: measures:Suite.Name\n", "", "1:1: invalid yaml.missing_key"}));

TEST(Definition, WithoutACheckIsEnough) {
  ReadDefinition read =
      read_definition("id: S06-P-07\nsection: 6a\nparty: provider\niso27001: []\n", kFile);
  EXPECT_TRUE(read.faults.empty());
  EXPECT_FALSE(read.definition.measure.check);
}

}  // namespace
}  // namespace belfry::measures
