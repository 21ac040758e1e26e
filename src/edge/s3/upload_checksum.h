// Checksums that are kept with an object, and that of an object which an upload makes out of its
// parts: none of their octets is read again (S3 User Guide, "Checking object integrity", "Full
// object and composite checksum types").
//
// Kept in the object's headers: the value under the name of its field, and x-amz-checksum-type of
// a composite one.
// An upload keeps x-amz-checksum-algorithm and -type, a part the values of its body.
#pragma once

#include "checksum.h"
#include "http/server.h"
#include "objects/store.h"
#include "xml_writer.h"

#include <optional>
#include <string>
#include <vector>

namespace belfry::s3 {

enum class ChecksumType { kFullObject, kComposite };
std::string_view name_of(ChecksumType type);  // "FULL_OBJECT"

// The checksum that an upload was begun with.
struct ChecksumPlan {
  ChecksumKind kind = ChecksumKind::kCrc32;
  ChecksumType type = ChecksumType::kComposite;
};

struct KeptChecksum {
  ChecksumKind kind = ChecksumKind::kCrc32;
  std::string value;
  ChecksumType type = ChecksumType::kFullObject;
};

inline constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";
inline constexpr std::string_view kChecksumAlgorithm = "x-amz-checksum-algorithm";
inline constexpr std::string_view kChecksumType = "x-amz-checksum-type";

// What CreateMultipartUpload asks for; nothing if it names no algorithm. Errors: InvalidRequest.
Result<std::optional<ChecksumPlan>> read_checksum_plan(const http::Fields& fields);
objects::Headers headers_of(const ChecksumPlan& plan);
std::optional<ChecksumPlan> plan_of(const objects::Headers& headers);

// The algorithm that a request names by itself. Errors: InvalidRequest for one that is unknown.
Result<std::optional<ChecksumKind>> read_checksum_algorithm(const http::Fields& fields);

objects::Headers headers_of(const KeptChecksum& checksum);
std::optional<KeptChecksum> kept_checksum(const objects::Headers& headers);
// As the element ChecksumCRC32 and so on.
void write_checksum(XmlWriter& xml, const KeptChecksum& checksum);

// What CompleteMultipartUpload says, besides its parts.
struct WholeAnnounced {
  std::optional<Bytes> size;
  std::optional<ChecksumKind> kind;
  std::string value;  // of `kind`
  std::optional<ChecksumType> type;
  std::vector<objects::Headers> parts;  // the checksums that its XML names, a part each
};
// Errors: InvalidRequest, InvalidArgument.
Result<WholeAnnounced> read_whole_announced(const http::Fields& fields,
                                            std::vector<objects::Headers> parts);

// The headers of the object that `parts` become, which hold what was announced. Errors:
// InvalidRequest (cannot be checked, or another size), InvalidPart (another checksum of a part),
// BadDigest.
Result<objects::Headers> describe_whole(const WholeAnnounced& announced,
                                        const objects::Upload& upload,
                                        const std::vector<objects::Part>& parts);

}  // namespace belfry::s3
