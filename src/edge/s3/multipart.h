// What names a part of an upload in a request's query.
#pragma once

#include "http/server.h"

#include <cstdint>
#include <string>

namespace belfry::s3 {

struct PartPlace {
  std::string upload;
  std::uint32_t number = 0;  // 1 to 10,000
};

// 1 to 10,000. Errors: InvalidArgument.
Result<std::uint32_t> part_number_of(std::string_view text);
// Errors: InvalidArgument.
Result<PartPlace> read_part_place(const http::Request& request);

}  // namespace belfry::s3
