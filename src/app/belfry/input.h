// What commands read: lines that people type, and documents.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>

namespace belfry::command_line {

enum class Echo { kShown, kHidden };

// A line from standard input; on a terminal after the prompt, a secret without echo.
std::string ask(const std::string& prompt, Echo echo);

// A new secret: on a terminal it is asked for twice. Errors: invalid ("cli.passwords_differ").
Result<std::string> ask_new_secret(const std::string& prompt, const std::string& prompt_again);

// What a file holds, or standard input where "-" stands for it; more than any policy may have is
// cut, so that the server is the one that refuses it. Errors: not_found, invalid
// ("cli.no_policy_file").
Result<std::string> read_document(const std::string& path);

// A file for the server, or standard input where "-" stands for it; more than the server takes is
// cut, so that the server is the one that refuses it. Errors: not_found ("cli.no_file").
Result<std::string> read_file(const std::string& path);

// "90s", "30m", "8h", "7d", in seconds. Errors: invalid ("cli.bad_duration").
Result<std::int64_t> read_duration(const std::string& text);

}  // namespace belfry::command_line
