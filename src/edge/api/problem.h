// Errors as RFC 9457 says them, in the reader's language.
#pragma once

#include "base/result.h"
#include "http/server.h"
#include "text/catalogue.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace belfry::api {

// The HTTP status of an error.
int status_of(const Error& error);

// The members of the problem, but for `instance`, which only an answer has.
nlohmann::json problem_of(const Error& error, text::Language language);

Task<> send_problem(const http::Request& request, http::Response& response, const Error& error);

text::Language language_of(const http::Request& request);

// The sentence of a message id and its arguments; empty for none. What the arguments lack is left
// out of it, so that no placeholder shows.
std::string worded(std::string_view message_id, const std::vector<Argument>& arguments,
                   text::Language language);
// The sentence of what Error::describe said, where stores keep it; other texts as they are.
std::string worded_description(std::string_view description, text::Language language);

}  // namespace belfry::api
