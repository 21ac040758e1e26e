// The body of a commit's record in the segments: docs/formats/commit.md has every octet of it.
#pragma once

#include "base/codec.h"
#include "objects/engine.h"

namespace belfry::objects {

inline constexpr segments::RecordType kCommitRecord = segments::kCriticalRecord | 1;

struct DecodedCommit {
  BucketId bucket;
  std::string key;
  std::vector<Change> changes;  // inline blobs appear as the RecordBlob they have become
  std::optional<audit::Leaf> leaf;
};

// A commit on its way: what is written, and what is applied once it is.
struct EncodedCommit {
  std::vector<Buffer> body;  // parts, to be written one after another
  DecodedCommit commit;      // its inline blobs await `place`
};
EncodedCommit encode_commit(Commit commit);
// Tells the inline blobs of `commit` in which record they are now.
void place(DecodedCommit& commit, const segments::Position& record);

// Changes of kinds that may be skipped are left out. Errors: corrupt ("engine.bad_commit"; or
// "engine.unknown_record" when a newer version wrote what must not be skipped).
Result<DecodedCommit> decode_commit(View body, const segments::Position& record);

// The blob's position among the octets of an index entry or a change.
void encode_blob(Encoder& out, const Blob& blob);
// `own` is what a blob in "this record" refers to.
std::optional<Blob> decode_blob(Decoder& in, const segments::Position& own,
                                std::uint32_t area_offset);

}  // namespace belfry::objects
