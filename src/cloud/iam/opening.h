// A session about to be.
#pragma once

#include "service.h"

namespace belfry::iam {

struct IamService::Opening {
  const SignIn& attempt;
  User user;
  std::optional<Proof> proof;
  std::string amr;
  const Issuer* issuer = nullptr;  // of the directory that it came by
};

}  // namespace belfry::iam
