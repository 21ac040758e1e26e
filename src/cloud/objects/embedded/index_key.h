// The keys of the index, ordered as octet strings:
//
//   e | bucket | kind | key, escaped | suffix           an entry
//   l | f | set | file id | the entry's key             what names a file
//   l | r | set | segment | offset | the entry's key    what names a record
//   n | set                                             counts of a set
//   c                                                   everything up to this sequence is applied
//
// Numbers are big-endian. Escaping writes 00 as 00 FF and ends with 00 01, so that the order of
// (key, suffix) is kept.
#pragma once

#include "objects/engine.h"

#include <string>
#include <string_view>

namespace belfry::objects::index_key {

std::string entries(BucketId bucket, EntryKind kind);
// What keys that start with `prefix` share.
std::string entries_with(BucketId bucket, EntryKind kind, std::string_view prefix);
std::string entry(BucketId bucket, EntryKind kind, std::string_view key, std::string_view suffix);
// Nothing if it is not an entry's key.
struct EntryName {
  BucketId bucket;
  EntryKind kind;
  std::string key, suffix;
};
std::optional<EntryName> parse_entry(std::string_view index_key);

// What the locations in one set share.
std::string files_of(SetId set);
std::string records_of(SetId set);
std::string file(const segments::FilePosition& file);
std::string segment(SetId set, std::uint32_t segment);
std::string record(const segments::Position& record);
std::string location(const Blob& blob);
// The entry's key at the end of a location key made by `file` or `record`.
std::string_view named_by_file(std::string_view location);
std::string_view named_by_record(std::string_view location);
// Where in its segment the record of a location key lies.
std::uint32_t offset_of(std::string_view record_location);

std::string counts(SetId set);
std::string held(SetId set);
// Of both.
SetId set_of(std::string_view index_key);
inline constexpr std::string_view kCursor = "c";
inline constexpr std::string_view kWhole = "k";

// The least string greater than every string that starts with `prefix`; empty: there is none.
std::string after_all(std::string prefix);

}  // namespace belfry::objects::index_key
