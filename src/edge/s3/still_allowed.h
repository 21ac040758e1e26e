// Requests that take long end with the right to make them: what was allowed when they began is
// asked again while their bodies run.
#pragma once

#include "call.h"

namespace belfry::s3 {

// How often.
inline constexpr auto kAskAgainAfter = std::chrono::seconds(1);

// Whether it is time to ask again.
bool is_due_again(const Call& call);
// Whether the key still works and still may do the operation on the object, as far as
// `is_due_again`. What the policy of the bucket said when the request began is not read again; nor
// does the end of a session's time end a request that began before it. Errors: denied.
Task<> check_still_allowed(Call& call);
// The same of an answer that is on its way. A refusal is in the log; what fails otherwise, so that
// nobody knows, refuses nothing.
Task<> check_read_goes_on(Call& call);

}  // namespace belfry::s3
