// Signing requests of S3 as customers' programs do.
#pragma once

#include "base/time.h"
#include "http/server.h"

#include <string>
#include <string_view>

namespace belfry::prober {

struct Key {
  std::string id, secret;
};

struct S3Request {
  std::string_view method;
  std::string host;  // "127.0.0.1:9000", as the field Host says it
  std::string path;  // unreserved characters and slashes, without a query
  std::string body;
};

// The fields that sign the request at `now` (Signature Version 4, AWS General Reference), Host
// among them.
http::Fields signed_fields(const S3Request& request, const Key& key, Timestamp now);

}  // namespace belfry::prober
