// Copying a log into a folder.
#pragma once

#include "commands.h"
#include "connection.h"

#include <filesystem>
#include <string>

namespace belfry::command_line {

// Copies the caller's log, so that it can be verified anywhere without the daemon. Errors: corrupt,
// and nothing in the folder is changed, when the log does not go on from the checkpoint that the
// folder has.
Result<> fetch_log(const Invocation& invocation, const std::string& directory);

// That a log goes on from the checkpoint that the folder has, if it has one, by the key that the
// folder names. Changes nothing. Errors: corrupt ("cli.audit.other_key",
// "cli.audit.without_checkpoint", those of audit::check_extends()).
Result<> check_continues(Connection& connection, const std::filesystem::path& directory,
                         const std::string& note, const std::string& verifier_key);

// A signed note; one whose last line end got lost when it was copied has it again.
Result<std::string> read_note(const std::string& path);

}  // namespace belfry::command_line
