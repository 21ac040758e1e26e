// The condition keys of an S3 request ("Actions, resources, and condition keys for Amazon S3").
#pragma once

#include "call.h"

namespace belfry::s3 {

// As long-lived as the call.
class S3Facts : public policy::Facts {
 public:
  explicit S3Facts(const Call& call) : call_(call) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override;

 private:
  const Call& call_;
};

}  // namespace belfry::s3
