#include "invitation_rows.h"

#include "base/ensure.h"
#include "rows.h"

namespace belfry::iam {
namespace {

std::string state_of(const database::Row& row, Timestamp now) {
  if (!row.is_null("user_id")) return "accepted";
  if (!row.is_null("ended_us")) return "withdrawn";
  return row.integer("expires_us") <= to_us(now) ? "expired" : "open";
}

}  // namespace

Invitation invitation_of(const database::Row& row, Timestamp now) {
  const auto role = role_named(row.text("role"));
  ENSURE(role.has_value());  // a foreign key holds it
  return {.id = row.text("id"),
          .tenant = TenantId{row.integer("tenant_id")},
          .email = row.text("email"),
          .user_name = row.text("user_name"),
          .role = *role,
          .language = row.text("language"),
          .invited_by = UserId{row.integer("invited_by_user_id")},
          .invited_by_name = row.text("invited_by_name"),
          .created = from_us(row.integer("created_us")),
          .expires = from_us(row.integer("expires_us")),
          .state = state_of(row, now),
          .sends = std::size_t(row.integer("sends")),
          .delegation = DelegationId{row.integer("delegation_id")}};
}

std::string resource_of_invitation(const std::string& id) {
  return "belfry:invitation/" + id;
}

std::string subject_of(const Invitation& invitation) {
  return "invitation/" + invitation.id;
}

}  // namespace belfry::iam
