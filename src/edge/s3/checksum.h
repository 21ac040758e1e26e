// The checksums that S3 clients name (S3 User Guide, "Checking object integrity").
#pragma once

#include "base/bytes.h"
#include "crypto/hash.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::s3 {

enum class ChecksumKind { kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };

// "x-amz-checksum-crc32" and so on.
std::string_view header_of(ChecksumKind kind);
// Without case; nothing if it is none of ours.
std::optional<ChecksumKind> checksum_named(std::string_view header);
// "CRC32", as x-amz-sdk-checksum-algorithm has it.
std::string_view name_of(ChecksumKind kind);
// The same from its name; nothing if it is none of ours.
std::optional<ChecksumKind> algorithm_named(std::string_view name);
// Octets of its value.
std::size_t length_of(ChecksumKind kind);

class Checksum {
 public:
  virtual ~Checksum() = default;
  virtual void update(View bytes) = 0;
  // Base64 of the big-endian value.
  virtual std::string finish() = 0;
};
std::unique_ptr<Checksum> make_checksum(ChecksumKind kind);

// Whether the checksum of a whole follows from those of its pieces: of the CRCs it does.
bool can_join(ChecksumKind kind);
// That of two pieces one after the other, from the values of both as finish() gives them, without
// reading either. Nothing when a value is not one of `kind`, or cannot be joined.
std::optional<std::string> joined(ChecksumKind kind, std::string_view first,
                                  std::string_view second, Bytes second_size);

}  // namespace belfry::s3
