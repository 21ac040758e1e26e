// What the listeners prove themselves with.
#pragma once

#include "crypto/certificate.h"
#include "data_directory.h"
#include "runtime/clock.h"
#include "topology/topology.h"

#include <optional>

namespace belfry::provider {

struct ServerIdentity {
  crypto::Identity identity;
  std::string authority_pem;            // what clients check it with
  std::optional<Timestamp> renew_from;  // of a generated one: before its end
  Timestamp good_from;
};

// The operator's own files; or a certificate for loopback and the declared names (397 days) of an
// authority in the data directory, which the first start makes (ten years). Two years before its
// end the authority gets a new certificate for the same key: `authority_pem` has both while both
// are good, and who has either trusts every server certificate. One whose time is yet to come,
// since the clock was ahead, is replaced so too. Errors: those of the files.
Result<ServerIdentity> load_server_identity(const DataDirectory& directory,
                                            const topology::Tls& declared, const Clock& clock);

// Whether `current` is to be exchanged: it ends within a month, its time is yet to come, or the
// operator's files changed.
bool is_outdated(const ServerIdentity& current, const DataDirectory& directory,
                 const topology::Tls& declared, const Clock& clock);

}  // namespace belfry::provider
