// The accounts of persons who have left, ended: where the register of people meets cloud/iam.
#pragma once

#include "iam/iam.h"
#include "people/people.h"
#include "runtime/task.h"

namespace belfry::provider {

// Ends each account whose person has left: one that cannot be, because its tenant would have no
// administrator, is told in the log and the register, and tried again. Safe to repeat. Errors: the
// first of an account, once the others were tried.
Task<> end_leavers(people::Register& people, iam::Iam& iam);

}  // namespace belfry::provider
