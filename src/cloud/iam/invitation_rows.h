// Between rows of `invitation` and the types of people.h.
#pragma once

#include "database/database.h"
#include "iam/iam.h"

#include <string>
#include <string_view>

namespace belfry::iam {

// The columns that invitation_of reads, of `invitation i`.
inline constexpr std::string_view kInvitationColumns =
    "i.id, i.tenant_id, i.email, i.user_name, i.role, i.language, i.invited_by_user_id, i.sends, "
    "i.created_us, i.expires_us, i.ended_us, i.user_id, i.delegation_id, "
    "(SELECT b.name FROM iam_user b WHERE b.id = i.invited_by_user_id) AS invited_by_name";
Invitation invitation_of(const database::Row& row, Timestamp now);

std::string resource_of_invitation(const std::string& id);
// What the mail with it is about.
std::string subject_of(const Invitation& invitation);

}  // namespace belfry::iam
