// Preconditions of reads and writes (RFC 9110, section 13).
#pragma once

#include "http/server.h"
#include "objects/store.h"

#include <optional>
#include <string_view>

namespace belfry::s3 {

// The names that carry conditions: plain, or with the prefix of a copy's source.
struct ConditionNames {
  std::string_view if_match = "if-match";
  std::string_view if_none_match = "if-none-match";
  std::string_view if_modified_since = "if-modified-since";
  std::string_view if_unmodified_since = "if-unmodified-since";
};
inline constexpr ConditionNames kCopySourceConditions{
    "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-unmodified-since"};

// Errors: PreconditionFailed, NotModified.
Result<> check_conditions(const http::Fields& fields, const objects::ObjectInfo& info,
                          const ConditionNames& names = {});

// Of PUT and Complete. Errors: NotImplemented for an If-None-Match of several ETags.
// Whether a write is to depend on what is stored, beyond whether anything is.
bool compares_with_stored(const http::Fields& fields);
Result<objects::WriteConditions> read_write_conditions(const http::Fields& fields);
// Of DELETE. Errors: InvalidArgument.
Result<objects::RemoveConditions> read_remove_conditions(const http::Fields& fields);

// Without its quotes.
std::string_view unquoted(std::string_view etag);

}  // namespace belfry::s3
