// Range, ETag lists, dates and copy sources: one input is tried as each of them.
#include "base/ensure.h"
#include "conditions.h"
#include "copy_source.h"
#include "http/range.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  std::string field(reinterpret_cast<const char*>(data), size);
  for (std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    auto answer = http::read_range(field, Bytes{length});
    if (auto* range = std::get_if<http::OctetRange>(&answer))
      ENSURE(range->first <= range->last && range->last < length);
  }
  objects::ObjectInfo info;
  info.etag = "abc";
  for (std::string name : {"if-match", "if-none-match", "if-modified-since", "x-amz-if-match-size",
                           "x-amz-if-match-last-modified-time"}) {
    http::Fields fields;
    fields.add(name, field);
    (void)s3::check_conditions(fields, info);
    (void)s3::read_write_conditions(fields);
    (void)s3::read_remove_conditions(fields);
  }
  if (auto source = s3::read_copy_source(field))
    ENSURE(!source->bucket.empty() && !source->key.empty());
  return 0;
}
