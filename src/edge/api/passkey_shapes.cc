#include "passkey_shapes.h"

#include "base/text_encoding.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

// As long as the challenge is good.
constexpr int kTimeoutMs = 300'000;
constexpr std::size_t kTransportsMax = 16;

json to_json(const std::vector<iam::KnownPasskey>& passkeys) {
  json list = json::array();
  for (const iam::KnownPasskey& passkey : passkeys)
    list.push_back({{"type", "public-key"},
                    {"id", to_base64url(passkey.credential_id)},
                    {"transports", passkey.transports}});
  return list;
}

Result<const json*> object_in(const json& body, const char* name) {
  auto field = body.find(name);
  if (field == body.end() || !field->is_object())
    return fail(Code::kInvalid, "api.missing_field", {{"name", name}});
  return &*field;
}

Result<Buffer> octets_in(const json& body, const char* name) {
  TRY(const std::string text, text_field(body, name));
  auto octets = from_base64url(text);
  if (!octets) return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return std::move(*octets);
}

}  // namespace

json to_json(const iam::Factor& factor) {
  const bool is_passkey = factor.kind == iam::FactorKind::kPasskey;
  return {{"id", factor.id},
          {"kind", iam::name_of(factor.kind)},
          {"label", is_passkey ? json(factor.label) : json(nullptr)},
          {"site", is_passkey ? json(factor.site) : json(nullptr)},
          {"backed_up", factor.backed_up},
          {"alone_suffices", factor.alone_suffices},
          {"created_us", to_us(factor.created)},
          {"last_used_us", time_or_null(factor.last_used)}};
}

json to_json(const iam::PasskeyCreation& creation, const std::string& provider) {
  json algorithms = json::array();
  for (int algorithm : iam::kPasskeyAlgorithms)
    algorithms.push_back({{"type", "public-key"}, {"alg", algorithm}});
  return {
      {"challenge", to_base64url(creation.challenge)},
      {"rp", {{"id", creation.site}, {"name", provider}}},
      {"user",
       {{"id", to_base64url(creation.user_handle)},
        {"name", creation.user_name},
        {"displayName", creation.user_name}}},
      {"pubKeyCredParams", std::move(algorithms)},
      {"timeout", kTimeoutMs},
      {"excludeCredentials", to_json(creation.excluded)},
      // A key without a PIN will do beside a password.
      {"authenticatorSelection", {{"residentKey", "preferred"}, {"userVerification", "preferred"}}},
      {"attestation", "none"}};
}

json to_json(const iam::PasskeyRequest& request) {
  return {{"challenge", to_base64url(request.challenge)},
          {"rpId", request.site},
          {"timeout", kTimeoutMs},
          {"allowCredentials", to_json(request.allowed)},
          {"userVerification", request.verify_user ? "required" : "preferred"}};
}

Result<iam::PasskeyAttestation> attestation_in(const json& body, const char* name) {
  TRY(const json* credential, object_in(body, name));
  TRY(const json* response, object_in(*credential, "response"));
  iam::PasskeyAttestation attestation;
  TRY(attestation.client_data, octets_in(*response, "clientDataJSON"));
  TRY(attestation.attestation_object, octets_in(*response, "attestationObject"));
  if (auto transports = response->find("transports");
      transports != response->end() && transports->is_array())
    for (const json& each : *transports)
      if (each.is_string() && attestation.transports.size() < kTransportsMax)
        attestation.transports.push_back(each.get<std::string>());
  return attestation;
}

Result<iam::PasskeyAssertion> assertion_in(const json& body, const char* name) {
  TRY(const json* credential, object_in(body, name));
  TRY(const json* response, object_in(*credential, "response"));
  iam::PasskeyAssertion assertion;
  TRY(assertion.credential_id, octets_in(*credential, "id"));
  TRY(assertion.client_data, octets_in(*response, "clientDataJSON"));
  TRY(assertion.authenticator_data, octets_in(*response, "authenticatorData"));
  TRY(assertion.signature, octets_in(*response, "signature"));
  if (auto handle = response->find("userHandle"); handle != response->end() && !handle->is_null()) {
    TRY(assertion.user_handle, octets_in(*response, "userHandle"));
  }
  return assertion;
}

}  // namespace belfry::api
