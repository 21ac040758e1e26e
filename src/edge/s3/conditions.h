// Ranges and preconditions of reads (RFC 9110, sections 13 and 14).
#pragma once

#include "http/server.h"
#include "objects/store.h"

#include <optional>
#include <string_view>
#include <variant>

namespace belfry::s3 {

struct Unsatisfiable {};
// Nothing: the field is to be passed over (malformed, another unit, several ranges), as RFC 9110
// and S3 have it.
using RangeAnswer = std::variant<std::monostate, objects::Range, Unsatisfiable>;
RangeAnswer read_range(std::string_view field, Bytes size);

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

// Of PUT and Complete. Errors: NotImplemented for an If-None-Match other than `*`.
Result<objects::WriteConditions> read_write_conditions(const http::Fields& fields);

}  // namespace belfry::s3
