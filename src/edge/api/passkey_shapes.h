// Passkeys in JSON, as browsers take and give them (WebAuthn Level 3, section 5.1.8: octets are
// base64url).
#pragma once

#include "iam/passkey.h"
#include "iam/second_factors.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace belfry::api {

nlohmann::json to_json(const iam::Factor& factor);
// PublicKeyCredentialCreationOptionsJSON; `provider` is what authenticators show.
nlohmann::json to_json(const iam::PasskeyCreation& creation, const std::string& provider);
// PublicKeyCredentialRequestOptionsJSON.
nlohmann::json to_json(const iam::PasskeyRequest& request);

// RegistrationResponseJSON and AuthenticationResponseJSON, the field `name` of `body`. Errors:
// invalid ("api.missing_field", "api.bad_parameter").
Result<iam::PasskeyAttestation> attestation_in(const nlohmann::json& body, const char* name);
Result<iam::PasskeyAssertion> assertion_in(const nlohmann::json& body, const char* name);

}  // namespace belfry::api
