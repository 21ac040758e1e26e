// Documents of policies, from files.
#pragma once

#include "base/result.h"

#include <string>

namespace belfry::command_line {

// What a file holds, or standard input where "-" stands for it. Errors: not_found, invalid
// ("cli.no_policy_file").
Result<std::string> read_policy_file(const std::string& path);

}  // namespace belfry::command_line
