// Of people and programs whose tenant rests or has ended.
#pragma once

#include "base/result.h"

namespace belfry::iam {

// Whether they were refused for that alone: everything else was right, nobody guessed, and they are
// told. "iam.tenant_suspended", "iam.tenant_ended".
bool says_stopped(const Error& error);

// Whether whoever tried is not to blame: no failure that counts against anybody.
bool is_nobodys_fault(const Error& error);

}  // namespace belfry::iam
