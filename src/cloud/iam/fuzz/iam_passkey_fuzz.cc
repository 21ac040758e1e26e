// A new passkey and the use of one. The first octet says which part the others are: an attestation
// object, its client data, authenticator data, or the client data of a use; the parts that are not
// fuzzed are those that the check asks for.
#include "base/ensure.h"
#include "webauthn.h"

namespace {

using namespace belfry;
using namespace belfry::iam;

// "BwcH..." is the challenge of 32 sevens.
Buffer client_data(std::string_view type) {
  return to_buffer(R"({"type":")" + std::string(type) +
                   R"(","challenge":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",)"
                   R"("origin":"https://localhost:8443"})");
}

const webauthn::Expected kExpected{
    .challenge = Buffer(32, std::byte(7)), .origin = "https://localhost:8443", .site = "localhost"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Buffer rest = to_buffer(std::as_bytes(std::span(data + 1, size - 1)));
  static const webauthn::Credential kKey{
      .id = Buffer(32), .algorithm = kEs256, .public_key = Buffer(64, std::byte(1))};
  switch (data[0] & 3) {
    case 0: {
      const PasskeyAttestation made{client_data("webauthn.create"), rest, {}};
      if (auto credential = webauthn::check_attestation(made, kExpected))
        ENSURE(!credential->id.empty() && credential->id.size() <= 1023 &&
               !credential->public_key.empty());
      break;
    }
    case 1:
      ENSURE(!webauthn::check_attestation({rest, Buffer(), {}}, kExpected));
      break;
    case 2: {
      const PasskeyAssertion used{kKey.id, client_data("webauthn.get"), rest, Buffer(70), {}};
      // Nobody can have signed it.
      ENSURE(!webauthn::check_assertion(used, kKey, kExpected));
      break;
    }
    default: {
      const PasskeyAssertion used{kKey.id, rest, Buffer(37), Buffer(70), {}};
      ENSURE(!webauthn::check_assertion(used, kKey, kExpected));
      if (auto challenge = webauthn::challenge_of(rest)) ENSURE(challenge->size() <= rest.size());
    }
  }
  return 0;
}
