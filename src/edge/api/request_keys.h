// The condition keys of a request over REST, for policies.
#pragma once

#include "http/server.h"
#include "policy/policy.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::api {

// Those of S3's condition keys that a REST request has too: what is listed, and fields of the head.
// The keys of signatures are not here: nothing is signed. Holds the request, and
// `prefix`: what is listed, where the request itself lists nothing.
class RequestKeys : public policy::Facts {
 public:
  explicit RequestKeys(const http::Request& request,
                       std::optional<std::string_view> prefix = std::nullopt)
      : request_(request), prefix_(prefix) {}

  std::optional<std::vector<std::string>> find(std::string_view key) const override;

 private:
  const http::Request& request_;
  const std::optional<std::string_view> prefix_;
};

}  // namespace belfry::api
