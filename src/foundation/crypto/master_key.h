// The file that holds the master key.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_store.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <string>

namespace belfry::crypto {

// A new key, whole and durable under `name` before this returns. A file of that name is replaced.
Result<Buffer> make_master_key(Disk& folder, const std::string& name, Random& random);

// Errors: corrupt ("keystore.master_key_malformed", whose "path" the caller adds).
Result<Buffer> read_master_key(Disk& folder, const std::string& name);

}  // namespace belfry::crypto
