// The condition keys of an S3 request ("Actions, resources, and condition keys for Amazon S3").
#pragma once

#include "call.h"

#include <optional>
#include <string_view>

namespace belfry::s3 {

// As long-lived as the call, and as `prefix`: what is listed, where the request itself lists
// nothing; then what its query says does not count.
class S3Facts : public policy::Facts {
 public:
  explicit S3Facts(const Call& call, std::optional<std::string_view> prefix = std::nullopt)
      : call_(call), prefix_(prefix) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override;

 private:
  // What there is of a request that is signed.
  std::optional<std::vector<std::string>> find_of_signature(std::string_view key) const;

  const Call& call_;
  const std::optional<std::string_view> prefix_;
};

}  // namespace belfry::s3
