#include "base/ensure.h"
#include "xml_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  std::string_view xml(reinterpret_cast<const char*>(data), size);
  if (auto batch = s3::read_delete_request(xml))
    ENSURE(!batch->objects.empty() && batch->objects.size() <= s3::kDeleteKeysMax);
  if (auto request = s3::read_complete_request(xml)) {
    ENSURE(request->checksums.size() == request->parts.size());
    for (std::size_t i = 1; i < request->parts.size(); ++i)
      ENSURE(request->parts[i - 1].number < request->parts[i].number);
  }
  (void)s3::read_location(xml);
  (void)s3::grants_owner_alone(xml, "me");
  return 0;
}
