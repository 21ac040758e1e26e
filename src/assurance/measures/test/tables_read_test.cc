#include "sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belfry::measures {
namespace {

using testing::ElementsAre;

TEST(TablesRead, FindsEveryTable) {
  auto tables = tables_read(
      "SELECT s.name AS subject -- FROM carrier\n"
      "FROM server s LEFT JOIN power_supply p ON p.server_id = s.id\n"
      "WHERE s.id IN (SELECT server_id FROM disk) AND s.name <> 'FROM pdu'\n"
      "UNION ALL SELECT x.name FROM (SELECT name FROM switch) x");
  ASSERT_TRUE(tables) << tables.error().describe();
  EXPECT_THAT(*tables, ElementsAre("disk", "power_supply", "server", "switch"));
}

TEST(TablesRead, LooksIntoWith) {
  auto tables = tables_read(
      "WITH a AS (SELECT id FROM lag), b AS (SELECT id FROM a) "
      "SELECT b.id FROM b JOIN a ON a.id = b.id");
  ASSERT_TRUE(tables) << tables.error().describe();
  EXPECT_THAT(*tables, ElementsAre("lag"));
}

struct Refused {
  const char* sql;
  const char* message;
};

class RefusedSql : public testing::TestWithParam<Refused> {};

TEST_P(RefusedSql, IsToldWhy) {
  auto tables = tables_read(GetParam().sql);
  ASSERT_FALSE(tables) << GetParam().sql;
  EXPECT_EQ(tables.error().message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedSql,
    testing::Values(Refused{"SELECT 1 FROM secret", "measures.sql_unknown_table"},
                    Refused{"SELECT 1 FROM server s, site t", "measures.sql_comma_join"},
                    Refused{"SELECT 1 FROM (SELECT 1 AS x FROM site) a, server b",
                            "measures.sql_comma_join"},
                    Refused{"SELECT 1 FROM main.site", "measures.sql_unknown_table"},
                    Refused{"SELECT 1 FROM site.x", "measures.sql_unknown_table"},
                    Refused{"SELECT 1 FROM generate_series(1, 2)", "measures.sql_unknown_table"},
                    Refused{"SELECT 1 FROM", "measures.sql_unknown_table"},
                    Refused{"SELECT 1 FROM \"site\"", "measures.sql_unreadable"},
                    Refused{"SELECT 1 FROM site; DELETE FROM site", "measures.sql_unreadable"},
                    Refused{"SELECT 1 FROM site /* x */", "measures.sql_unreadable"},
                    Refused{"SELECT 'x FROM site", "measures.sql_unreadable"},
                    Refused{"SELECT 1) FROM site", "measures.sql_unreadable"},
                    Refused{"DELETE FROM site", "measures.sql_not_select"},
                    Refused{"WITH site AS (SELECT 1 AS id FROM server) SELECT id FROM site",
                            "measures.sql_hides_table"}));

TEST(TablesRead, CommasElsewhereAreFine) {
  EXPECT_TRUE(
      tables_read("SELECT a, COALESCE(b, c) FROM site WHERE a IN (1, 2) "
                  "GROUP BY a, b ORDER BY a, b"));
}

TEST(ParametersNamed, LeavesLiteralsOut) {
  EXPECT_THAT(parameters_named("SELECT ':no' WHERE a > :copies_min AND b < :now_us"),
              ElementsAre("copies_min", "now_us"));
}

TEST(Proof, TheWeakestSourceDecides) {
  EXPECT_EQ(weakest(Proof::kObserved, Proof::kDeclared), Proof::kDeclared);
  EXPECT_EQ(weakest(Proof::kSimulated, Proof::kObserved), Proof::kSimulated);
}

}  // namespace
}  // namespace belfry::measures
