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
  ENSURE(request->action == "AssumeRole" || request->action == "GetCallerIdentity");
  if (request->action != "AssumeRole") return 0;
  const iam::RoleAssumption& wanted = request->assumption;
  ENSURE(!wanted.role_arn.empty() && !wanted.session_name.empty());
  ENSURE(is_utf8(wanted.role_arn) && is_utf8(wanted.policy) && is_utf8(wanted.external_id));
  return 0;
}
