// What a form asks of STS.
#pragma once

#include "base/result.h"
#include "iam/roles.h"

#include <string>
#include <string_view>

namespace belfry::s3 {

inline constexpr std::size_t kStsFormMax = 32 << 10;

struct StsRequest {
  std::string action;              // "AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"
  iam::RoleAssumption assumption;  // of the first two
  std::string token;               // of AssumeRoleWithWebIdentity
};

inline constexpr std::string_view kWithWebIdentity = "AssumeRoleWithWebIdentity";

// An error as STS names it, in English.
std::unexpected<Error> refuse_as_sts(Code kind, std::string_view code, std::string message);

// Refuses what it does not know rather than pass over it: a parameter that narrows or marks a
// session (Tags, PolicyArns) must not be lost. Errors: invalid ("sts.ValidationError",
// "sts.InvalidAction", "sts.MalformedInput"), in English.
Result<StsRequest> read_sts_request(std::string_view form);

}  // namespace belfry::s3
