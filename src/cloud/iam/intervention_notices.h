// Mail to a customer's administrators about interventions on its data.
#pragma once

#include "core.h"
#include "iam/interventions.h"

namespace belfry::iam {

// In the transaction in which it was asked for, or opened. `console`: where the console is. Says
// who, until when and where to read on: neither the reason nor what it is about. At most 100 mails
// of a kind a day: staff that asks again and again uses up nobody's mail.
Result<> mail_intervention(Core& core, Transaction& transaction, const Intervention& about,
                           const std::string& console);

}  // namespace belfry::iam
