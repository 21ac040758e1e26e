// How long ago a second factor was proved, where it matters.
#pragma once

#include "core.h"

#include <optional>

namespace belfry::iam {

// That `by` proved a second factor within the last quarter of an hour, at `proved`, and is where it
// proved it; a passkey, where one is asked of it. A refusal is in the log. Errors: denied
// ("iam.step_up_needed", "iam.passkey_step_up_needed").
Result<> check_proved(Core& core, const Principal& by, std::optional<Timestamp> proved,
                      std::string_view action, const std::string& resource);

// When a person last proved a second factor for what `by` does: in this session; of a token, before
// it was made. Nothing: never, or it is not known.
Result<std::optional<Timestamp>> read_factor_time(Transaction& transaction, const Principal& by);

}  // namespace belfry::iam
