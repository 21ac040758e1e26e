// The Authorization header, or a query's signature: "header\ndate\n", or
// "?credential\ndate\nheaders".
#include "base/ensure.h"
#include "signature.h"

namespace {

std::string_view take_line(std::string_view& rest) {
  std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  http::Request request;
  request.method = "GET";
  request.path = "/bucket/key";
  request.fields.add("Host", "localhost");
  if (input.starts_with('?')) {
    input.remove_prefix(1);
    request.query = {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
                     {"X-Amz-Credential", std::string(take_line(input))},
                     {"X-Amz-Date", std::string(take_line(input))},
                     {"X-Amz-Expires", std::string(take_line(input))},
                     {"X-Amz-SignedHeaders", std::string(take_line(input))},
                     {"X-Amz-Signature", std::string(64, 'a')}};
  } else {
    request.fields.add("Authorization", std::string(take_line(input)));
    request.fields.add("x-amz-date", std::string(take_line(input)));
    request.fields.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  }
  auto claim = s3::read_claim(request);
  if (!claim) return 0;
  ENSURE(claim->signature.size() == 64 && claim->date.size() == 8);
  ENSURE(!claim->access_key_id.empty() && !claim->signed_headers.empty());
  (void)s3::check_signed_headers(*claim, request);
  (void)s3::check_time(*claim, from_us(1'700'000'000'000'000));
  (void)s3::string_to_sign(*claim, s3::canonical_request(*claim, request));
  return 0;
}
