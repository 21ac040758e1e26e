#include "base/ensure.h"
#include "head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry::http;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto end = find_head_end(input, 0);
  if (!end) return 0;
  Request request;
  auto facts = parse_head(input.substr(0, *end), request);
  if (!facts) return 0;
  ENSURE(request.fields.all().size() <= kFieldsMax);
  ENSURE(!(facts->chunked && request.content_length));
  ENSURE(request.path.starts_with('/') || request.path == "*");
  ENSURE(request.raw_path.size() >= request.path.size());
  return 0;
}
