// A file as the answer.
#pragma once

#include "route.h"

#include <string>

namespace belfry::api {

// Answers with `octets` under that name, as an attachment that never runs as a page of the console.
// `kind`: its media type.
Task<Answer> send_attachment(Call& call, const std::string& kind, const std::string& name,
                             const std::string& octets);

}  // namespace belfry::api
