// DIR/run/credentials.json: what the first start made to sign in with.
#pragma once

#include "base/result.h"
#include "data_directory.h"
#include "iam/iam.h"

namespace belfry::provider {

// For its owner alone to read. Errors: those of write_file.
Result<> keep_credentials(const DataDirectory& directory, const iam::Iam::Founded& founded);

}  // namespace belfry::provider
