// A folder for a database of the tests.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>

namespace belfry::database::testing {

// A new, empty one: in memory where that has room, for these tests cut no power and need no disk to
// wait for. Those that killed processes left behind are removed. Errors: internal
// ("test.directory").
Result<std::filesystem::path> make_folder(const std::string& name);

}  // namespace belfry::database::testing
