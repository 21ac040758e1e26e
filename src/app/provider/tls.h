// The local authority of a data directory and the certificate that the listeners show.
#pragma once

#include "crypto/certificate.h"
#include "data_directory.h"
#include "runtime/clock.h"

namespace belfry::provider {

// Makes the authority on the first start (ten years; its certificate also in run/ca.pem) and a
// server certificate for the names and addresses of this machine's loopback (one year) on each
// start.
Result<crypto::Identity> prepare_server_identity(const DataDirectory& directory,
                                                 const Clock& clock);

}  // namespace belfry::provider
