// S3's errors: codes, statuses and words (S3 API Reference, "Error responses").
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace belfry::s3 {

struct ErrorKind {
  std::string_view code;  // "NoSuchKey"
  int status;
  std::string_view message;
};

// An error of ours that is already S3's; each argument becomes an element of its XML.
std::unexpected<Error> refuse(std::string_view code,
                              std::initializer_list<Argument> arguments = {});
// The same, with a sentence of its own.
std::unexpected<Error> refuse_with(std::string_view code, std::string_view message);

// How S3 names `error`, whichever module it came from.
const ErrorKind& kind_of(const Error& error);

// What S3 says of the request, besides the error.
struct ErrorPlace {
  std::string_view resource;  // "/bucket/key"
  std::string_view request_id;
  std::string_view host_id;
};
std::string error_document(const Error& error, const ErrorPlace& place);

}  // namespace belfry::s3
