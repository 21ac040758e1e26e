// Which tables a check may read, and what kind of source each is (docs/formats/measure.md).
#pragma once

#include "measures/measures.h"

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace belfry::measures {

struct TableSource {
  std::string_view table;
  Proof proof;  // kObserved, kAttested or kDeclared
  // Gives one row `simulated` > 0 when facts of this table concern hardware that is declared
  // simulated; empty: it has none.
  std::string_view simulated_sql;
};

std::span<const TableSource> table_sources();
const TableSource* find_source(std::string_view table);

// The weaker of the two.
Proof weakest(Proof a, Proof b);

// The tables that stand after FROM and JOIN in one portable SELECT; names of WITH are left out.
// Errors: invalid ("measures.sql_unknown_table", argument table; "measures.sql_comma_join";
// "measures.sql_not_select"; "measures.sql_unreadable").
Result<std::set<std::string>> tables_read(std::string_view sql);

// The names that stand after a colon: `:now_us`, `:copies_min`. Empty for unreadable SQL.
std::set<std::string> parameters_named(std::string_view sql);

}  // namespace belfry::measures
