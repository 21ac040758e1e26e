// Between rows of the tables and the types of attestations.h.
#pragma once

#include "attestations/attestations.h"

#include <string>

namespace belfry::attestations {

// Of `attestation a` beside `iam_user s`, who signed, where that one is active still.
inline constexpr std::string_view kColumns =
    "a.id, a.tenant_id, a.topic, a.version, a.sha256, a.language, a.signed_by_user_id, "
    "a.signed_by_name, s.id AS signer_there, a.signed_us, a.expires_us, a.superseded_us, "
    "a.withdrawn_us, a.withdrawn_by_name, a.withdrawn_reason";
inline constexpr std::string_view kFrom =
    " FROM attestation a LEFT JOIN iam_user s ON s.id = a.signed_by_user_id AND s.active = 1 AND "
    "s.deleted_us IS NULL ";

// With its administrators.
Result<Attestation> attestation_of(database::Transaction& transaction, const database::Row& row);
// Errors: not_found ("attestations.missing").
Result<Attestation> find_attestation(database::Transaction& transaction, AttestationId id);
// Of the topic, the one that is not superseded.
Result<std::optional<Attestation>> newest_of(database::Transaction& transaction, TenantId tenant,
                                             Topic topic);

// "belfry:attestation/12", and what its events tell.
std::string resource_of(AttestationId id);
std::vector<audit::Detail> details_of(const Attestation& attestation);

struct Published {
  Statement statement;
  Timestamp at;
};
// What is asked now. Errors: internal ("attestations.nothing_published").
Result<Published> asked_now(database::Transaction& transaction, Topic topic);

}  // namespace belfry::attestations
