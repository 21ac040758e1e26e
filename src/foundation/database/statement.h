// Reading SQL text just far enough to know its parameters and where its statements end.
#pragma once

#include "base/result.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::database {

// Gives `sql` back with each `:name` replaced by what `replace` returns for the name. Literals,
// quoted names, comments and `::` casts stay as they are.
// Errors: invalid ("database.many_statements") when text follows a `;`.
Result<std::string> replace_parameters(
    std::string_view sql, const std::function<std::string(std::string_view name)>& replace);

// The statements of a migration: each ends with a `;` at the end of a line (blanks may follow),
// outside of literals and comments.
std::vector<std::string> split_statements(std::string_view sql);

}  // namespace belfry::database
