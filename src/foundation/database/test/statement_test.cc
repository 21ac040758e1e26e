#include "statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belfry::database {
namespace {

using testing::ElementsAre;

std::string bracketed(std::string_view sql) {
  auto out =
      replace_parameters(sql, [](std::string_view name) { return "<" + std::string(name) + ">"; });
  return out ? *out : out.error().message();
}

TEST(Statement, ReplacesParametersAlone) {
  EXPECT_EQ(bracketed("SELECT :a, x::text, ':b', \":c\" FROM t -- :d\nWHERE y = :a_2/* :e */"),
            "SELECT <a>, x::text, ':b', \":c\" FROM t -- :d\nWHERE y = <a_2>/* :e */");
  EXPECT_EQ(bracketed("SELECT 'it''s :a', :b"), "SELECT 'it''s :a', <b>");
}

TEST(Statement, SurvivesWhatDoesNotEnd) {
  EXPECT_EQ(bracketed("SELECT 'a"), "SELECT 'a");
  EXPECT_EQ(bracketed("SELECT 1 /* :a"), "SELECT 1 /* :a");
  EXPECT_EQ(bracketed("SELECT :"), "SELECT :");
  EXPECT_EQ(bracketed(""), "");
}

TEST(Statement, RefusesASecondStatement) {
  EXPECT_EQ(bracketed("SELECT 1; DROP TABLE t"), "database.many_statements");
  EXPECT_EQ(bracketed("SELECT 1; -- the end\n"), "SELECT 1");
}

TEST(Statement, SplitsWhereALineEnds) {
  EXPECT_THAT(split_statements("CREATE TABLE a (\n  -- x; y\n  b TEXT DEFAULT ';\n'\n); -- done\n"
                               "\nINSERT INTO a VALUES ('1');\n-- nothing more\n"),
              ElementsAre("CREATE TABLE a (\n  -- x; y\n  b TEXT DEFAULT ';\n'\n);",
                          " -- done\n\nINSERT INTO a VALUES ('1');"));
  EXPECT_THAT(split_statements("SELECT 1"), ElementsAre("SELECT 1"));
  EXPECT_THAT(split_statements(" \n"), ElementsAre());
}

}  // namespace
}  // namespace belfry::database
