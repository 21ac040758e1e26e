// The Security Token Service beside S3 at the same listeners, where clients reach it with the same
// endpoint: POST of a form to "/", signed for the service "sts", or not at all where a token of an
// issuer is shown instead (AWS STS API Reference).
#pragma once

#include "call.h"

namespace belfry::s3 {

// No operation of S3 is a form to the root.
bool is_for_sts(const http::Request& request);

// AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity. Answers always, errors as STS names
// them: secrets are given over TLS, or to this machine itself.
Task<> serve_sts(Call& call);

}  // namespace belfry::s3
