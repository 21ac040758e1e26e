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

// Whether whoever tried is not to blame for it: no failure that the throttle counts.
bool is_nobodys_fault(const Error& error);

}  // namespace belfry::iam
