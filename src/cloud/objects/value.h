// The values of entries: what Belfry knows of a bucket, an object, an upload, a part. Each starts
// with a version; docs/formats/envelope.md has their octets.
#pragma once

#include "crypto/hash.h"
#include "objects/store.h"
#include "sealing.h"

#include <vector>

namespace belfry::objects {

// Sealed octets of an object: one piece, or one a part. The piece's blob stands at the same place
// in the entry's list.
struct Piece {
  std::uint32_t number = 0;  // of the part; 0: the object is one piece
  std::uint64_t size = 0;    // of the plaintext
  crypto::Md5Digest md5{};
  Envelope envelope;
  Headers headers{};  // of a part: those of its body
};

struct ObjectValue {
  ObjectInfo info;        // key and version are the entry's
  std::string upload_id;  // that made it, 16 octets; empty: none
  std::vector<Piece> pieces;
};

struct PartValue {
  Piece piece;
  Timestamp modified;
};

Buffer encode_bucket(const Bucket& bucket);
Buffer encode_object(const ObjectValue& object);
Buffer encode_upload(const Upload& upload);
Buffer encode_part(const PartValue& part);

// Errors: corrupt ("object.bad_value").
// Lists have no use for the policies, which may be much.
enum class BucketExtent { kWhole, kWithoutPolicy };
Result<Bucket> decode_bucket(const Entry& entry, BucketExtent extent = BucketExtent::kWhole);
Result<ObjectValue> decode_object(const Entry& entry);
// Without the pieces, for listings.
Result<ObjectInfo> decode_info(const Entry& entry);
Result<Upload> decode_upload(const Entry& entry);
Result<PartValue> decode_part(const Entry& entry);

std::string etag_of(const crypto::Md5Digest& md5);

}  // namespace belfry::objects
