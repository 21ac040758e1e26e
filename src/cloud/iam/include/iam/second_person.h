// Undoing what one person did takes another, while there is one.
#pragma once

#include "base/id.h"
#include "database/database.h"
#include "iam/iam.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"

#include <memory>
#include <vector>

namespace belfry::iam {

// Who undoes it. kMayBeOne: somebody who may be the same person behind another account, as no other
// administrator surely is another. kAlone: the tenant has no other.
enum class Undoing { kByAnother, kMayBeOne, kAlone };

// What somebody did before, that a second person is to act on.
struct Earlier {
  std::vector<UserId> by;  // who did it, of the tenant of who acts
  // Who may not be the second for another reason: nobody waits for them.
  std::vector<UserId> barred{};
  // Whether one of `by` may act itself where the tenant has no other administrator.
  bool may_be_alone = false;
};

// Whether `by` may act after all of `earlier.by`: who is none of them, as the register of people
// says it too, even where nobody else is; and who surely is not the same person behind another
// account, as long as the tenant has an administrator who surely is another than all of them,
// suspended or not. A service account is whose it is, and a session of a role nobody. In the
// transaction of the act, so that nothing comes between. Errors: denied ("iam.four_eyes",
// "iam.four_eyes_of_maker", "iam.four_eyes_of_person").
Result<Undoing> check_second_person(database::Transaction& transaction, const Principal& by,
                                    const Earlier& earlier, Timestamp now);

// The same of one who acted before, in a transaction of its own; but where the tenant has no other
// administrator, also `first` alone.
Task<Undoing> check_second_person(database::Database& database, std::shared_ptr<Pool> pool,
                                  Clock& clock, const Principal& by, UserId first);

}  // namespace belfry::iam
