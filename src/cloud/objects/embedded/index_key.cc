#include "embedded/index_key.h"

#include <optional>

namespace belfry::objects::index_key {
namespace {

constexpr std::size_t kEntryHead = 1 + 8 + 1;
constexpr std::size_t kFileHead = 2 + 8 + 16;
constexpr std::size_t kSegmentHead = 2 + 8 + 4;
constexpr std::size_t kRecordHead = kSegmentHead + 4;

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t get(std::string_view in, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i)
    value = value << 8 | static_cast<unsigned char>(in[at + i]);
  return value;
}

void escape(std::string& out, std::string_view text) {
  for (char c : text) {
    out.push_back(c);
    if (c == '\0') out.push_back('\xff');
  }
}

}  // namespace

std::string entries(BucketId bucket, EntryKind kind) {
  std::string out;
  out.reserve(96);
  out.push_back('e');
  put(out, static_cast<std::uint64_t>(bucket.value));
  out.push_back(static_cast<char>(kind));
  return out;
}

std::string entries_with(BucketId bucket, EntryKind kind, std::string_view prefix) {
  std::string out = entries(bucket, kind);
  escape(out, prefix);
  return out;
}

std::string entry(BucketId bucket, EntryKind kind, std::string_view key, std::string_view suffix) {
  std::string out = entries_with(bucket, kind, key);
  out.push_back('\0');
  out.push_back('\1');
  return out.append(suffix);
}

std::optional<EntryName> parse_entry(std::string_view in) {
  if (in.size() < kEntryHead || in[0] != 'e') return std::nullopt;
  EntryName name;
  name.bucket.value = static_cast<std::int64_t>(get(in, 1, 8));
  name.kind = static_cast<EntryKind>(in[9]);
  for (std::size_t i = kEntryHead; i < in.size(); ++i) {
    if (in[i] != '\0') {
      name.key.push_back(in[i]);
      continue;
    }
    if (++i == in.size()) break;
    if (in[i] == '\1') {
      name.suffix = in.substr(i + 1);
      return name;
    }
    name.key.push_back('\0');
  }
  return std::nullopt;
}

std::string files_of(SetId set) {
  std::string out = "lf";
  put(out, static_cast<std::uint64_t>(set.value));
  return out;
}

std::string records_of(SetId set) {
  std::string out = "lr";
  put(out, static_cast<std::uint64_t>(set.value));
  return out;
}

std::string file(const segments::FilePosition& file) {
  return files_of(file.set).append(as_text(file.file));
}

std::string segment(SetId set, std::uint32_t segment) {
  std::string out = records_of(set);
  put(out, segment);
  return out;
}

std::string record(const segments::Position& record) {
  std::string out = segment(record.set, record.segment);
  put(out, record.offset);
  return out;
}

std::string location(const Blob& blob) {
  if (auto* there = std::get_if<segments::FilePosition>(&blob)) return file(*there);
  return record(std::get<RecordBlob>(blob).record);
}

std::string_view named_by_file(std::string_view location) {
  return location.size() < kFileHead ? std::string_view{} : location.substr(kFileHead);
}

std::string_view named_by_record(std::string_view location) {
  return location.size() < kRecordHead ? std::string_view{} : location.substr(kRecordHead);
}

std::uint32_t offset_of(std::string_view record_location) {
  if (record_location.size() < kRecordHead) return 0;
  return static_cast<std::uint32_t>(get(record_location, kSegmentHead, 4));
}

std::string counts(SetId set) {
  std::string out = "n";
  put(out, static_cast<std::uint64_t>(set.value));
  return out;
}

std::string held(SetId set) {
  std::string out = "h";
  put(out, static_cast<std::uint64_t>(set.value));
  return out;
}

SetId set_of(std::string_view in) {
  return in.size() == 9 ? SetId{static_cast<std::int64_t>(get(in, 1, 8))} : SetId{};
}

std::string after_all(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

}  // namespace belfry::objects::index_key
