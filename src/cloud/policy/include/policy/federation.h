// Trust policies that let in who comes with a token of an issuer of OpenID Connect (AWS IAM User
// Guide, "Create a role for OpenID Connect federation").
#pragma once

#include "policy/policy.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::policy {

inline constexpr std::string_view kWebIdentityAction = "sts:AssumeRoleWithWebIdentity";

// The condition keys of what a token says, in lower case: "id.example.org/ci:sub", ":aud".
// `issuer`: its ARN, "arn:aws:iam::000000000002:oidc-provider/id.example.org/ci".
std::string subject_key(std::string_view issuer);
std::string audience_key(std::string_view issuer);

// Whether each statement about an issuer is about its tokens, and each that lets some in says which
// subjects of which audience: without one of both anybody whom the issuer knows could come. Errors:
// invalid ("policy.trust_action", "policy.subject_not_fixed", "policy.audience_not_fixed").
Result<> check_federation(const Policy& trust);

// Those whose tokens the policy may let in.
std::vector<std::string> issuers_in(const Policy& trust);

// Whether it lets in who comes with a token of this issuer, of which `facts` tells. Statements that
// let in somebody else, be it everybody, never do; those that keep everybody out do.
bool trusts_token(const Policy& trust, std::string_view issuer, const Facts& facts);

}  // namespace belfry::policy
