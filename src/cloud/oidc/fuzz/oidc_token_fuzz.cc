// What an issuer, or somebody else, sends: the first octet says whether it is a token, checked
// against keys that anybody may know, or keys.
#include "base/ensure.h"
#include "oidc/token.h"

namespace {

using namespace belfry;
using namespace belfry::oidc;

constexpr std::string_view kKeys = R"({"keys":[
  {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
  {"kty":"EC","crv":"P-256","kid":"b","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
   "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest = as_text(std::as_bytes(std::span(data + 1, size - 1)));
  if ((data[0] & 1) != 0) {
    if (auto keys = KeySet::parse(rest)) ENSURE(keys->size() <= kKeysMax);
    return 0;
  }
  static const auto kKnown = KeySet::parse(kKeys);
  ENSURE(kKnown && kKnown->size() == 2);
  auto token = parse_token(rest);
  if (!token) return 0;
  const Claims& claims = token->claims;
  ENSURE(!claims.subject.empty() && claims.subject.size() <= kSubjectOctetsMax);
  ENSURE(!claims.audiences.empty());
  const Expected expected{.issuer = claims.issuer,
                          .audiences = claims.audiences,
                          .nonce = {},
                          .age_max = std::chrono::minutes(10)};
  // Nobody can have signed it.
  ENSURE(!check_token(*token, *kKnown, expected, claims.issued));
  return 0;
}
