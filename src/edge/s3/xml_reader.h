// The XML bodies that clients send. Every reader gives MalformedXML for what does not fit its
// schema; namespaces are ignored, as S3 does. Bounded by the length of the text.
#pragma once

#include "base/result.h"
#include "objects/store.h"
#include "policy/public_access.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::s3 {

struct DeleteRequest {
  struct Object {
    std::string key;
    std::string version;  // empty: none named
    objects::RemoveConditions conditions{};
  };
  std::vector<Object> objects;
  bool quiet = false;
};

struct CompleteRequest {
  std::vector<objects::PartReference> parts;
  std::vector<objects::Headers> checksums;  // of each part, by the name of their field
};

inline constexpr std::size_t kDeleteKeysMax = 1000;
inline constexpr std::uint32_t kPartNumberMax = 10'000;

Result<DeleteRequest> read_delete_request(std::string_view xml);
// Errors, besides: InvalidPartOrder.
Result<CompleteRequest> read_complete_request(std::string_view xml);
// Whether an AccessControlPolicy grants full control to `owner` and nothing to anybody else: what
// every bucket and object has. Errors: MalformedXML.
Result<bool> grants_owner_alone(std::string_view xml, std::string_view owner);
// The region of a CreateBucketConfiguration; empty when none is named.
Result<std::string> read_location(std::string_view xml);

// A PublicAccessBlockConfiguration: what it leaves out is off.
Result<policy::PublicAccessBlock> read_public_access_block(std::string_view xml);

}  // namespace belfry::s3
