// The x-amz-copy-source field.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace belfry::s3 {

struct CopySource {
  std::string bucket, key;
};

// "/bucket/key", percent-encoded, the first slash optional. Errors: InvalidArgument.
Result<CopySource> read_copy_source(std::string_view field);

}  // namespace belfry::s3
