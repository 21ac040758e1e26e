// A body on its way in: hashed, sealed and stored, with a bounded buffer.
#pragma once

#include "objects/store.h"
#include "value.h"

namespace belfry::objects {

// A stored body that no entry names yet: in memory for the commit record, or in a file.
struct SealedBody {
  Piece piece;
  Buffer inline_blob;
  std::optional<segments::FilePosition> file;
  std::string sha256_hex;  // when the request gave one

  // Gives the blob to the change that will name it.
  void move_into(Change& change);
};

struct BodyPlace {
  const Bucket& bucket;
  const std::string& key;
  const crypto::Key& tenant_key;
};

// Reads `body` to its end. Holds 384 KiB and the file writer's buffer at most, whatever its length.
// Errors: invalid ("object.incomplete_body", "object.too_large", "object.bad_digest",
// "object.wrong_sha256"); those of the body and the engine.
Task<SealedBody> store_body(Engine& engine, Random& random, BodyPlace place,
                            const PutRequest& request, Source& body);

}  // namespace belfry::objects
