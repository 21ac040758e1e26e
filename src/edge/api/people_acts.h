// Who changes the register of people, and how what it refuses is told.
#pragma once

#include "people/people.h"
#include "route.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace belfry::api {

std::string own_people(const Call& call);
people::Actor actor_of(const Call& call);
// Who acts, once it may: changes want a second factor that was just proved.
Result<people::Actor> allow_change(Call& call, const std::string& resource);

// A field that is not what it should be: invalid ("api.bad_parameter").
Error bad(const char* name);
// Fields of a body that may be left out. Errors: invalid ("api.bad_parameter",
// "people.bad_kind").
Result<std::optional<std::string>> text_if(const nlohmann::json& body, const char* name);
Result<people::Kind> person_kind(const std::string& name);
// A file as the answer.
Task<Answer> send_csv(Call& call, const std::string& name, const std::string& file);

}  // namespace belfry::api
