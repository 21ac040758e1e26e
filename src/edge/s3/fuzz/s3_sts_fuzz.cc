// Forms of STS.
#include "base/ensure.h"
#include "base/text_encoding.h"
#include "sts_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  const std::string_view form(reinterpret_cast<const char*>(data), size);
  auto request = s3::read_sts_request(form);
  if (!request) {
    ENSURE(!request.error().argument("Message").empty());
    return 0;
  }
  const bool is_for_token = request->action == s3::kWithWebIdentity;
  ENSURE(is_for_token || request->action == "AssumeRole" || request->action == "GetCallerIdentity");
  ENSURE(is_for_token != request->token.empty());
  if (request->action == "GetCallerIdentity") return 0;
  const iam::RoleAssumption& wanted = request->assumption;
  ENSURE(!wanted.role_arn.empty() && !wanted.session_name.empty());
  // A token stands for a factor and an external id as little as for a signature.
  ENSURE(!is_for_token || (wanted.totp.empty() && wanted.external_id.empty()));
  ENSURE(is_utf8(wanted.role_arn) && is_utf8(wanted.policy) && is_utf8(wanted.external_id));
  return 0;
}
