// Who sends a request, and whether it still may while the body runs.
#pragma once

#include "route.h"
#include "runtime/stream.h"

namespace belfry::api {

// By a bearer token, or by the console's cookie. A cookie alone changes nothing: another site could
// make the browser send it, but not the field X-Belfry-Request.
Task<iam::Principal> authenticate(Host& host, const http::Request& request);

// What an object request was allowed when it began, asked again once a second while it runs.
class StillAllowed {
 public:
  StillAllowed(Call& call, const objects::Bucket& bucket, std::string key)
      : call_(call),
        bucket_(bucket),
        key_(std::move(key)),
        asked_(call.host.services.clock.now()) {}

  // Errors: denied, as `reach` has them.
  Task<> check();

 private:
  Call& call_;
  const objects::Bucket& bucket_;
  const std::string key_;
  Timestamp asked_;
};

// The body of a request, that ends with the right to send it.
class AllowedBody : public Source {
 public:
  AllowedBody(Source& body, StillAllowed& allowed) : body_(body), allowed_(allowed) {}
  Task<std::size_t> read(MutableView out) override;

 private:
  Source& body_;
  StillAllowed& allowed_;
};

}  // namespace belfry::api
