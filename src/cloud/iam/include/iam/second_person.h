// Undoing what one person did takes another, while there is one.
#pragma once

#include "base/id.h"
#include "database/database.h"
#include "iam/iam.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"

#include <memory>

namespace belfry::iam {

// Who undoes it. kMayBeOne: somebody who may be the same person behind another account, as no other
// administrator surely is another. kAlone: the tenant has no other.
enum class Undoing { kByAnother, kMayBeOne, kAlone };

// Whether `by` may undo what `first`, a user of the same tenant, did: another administrator, who is
// not the same person behind another account, as long as the tenant has such a one, suspended or
// not; else also `first` alone. A service account is whose it is, and a session of a role nobody.
// Errors: denied ("iam.four_eyes", "iam.four_eyes_of_maker", "iam.four_eyes_of_person").
Task<Undoing> check_second_person(database::Database& database, std::shared_ptr<Pool> pool,
                                  Clock& clock, const Principal& by, UserId first);

}  // namespace belfry::iam
