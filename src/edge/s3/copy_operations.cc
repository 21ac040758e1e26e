// Copies on the server's side: CopyObject and UploadPartCopy.
#include "base/text_encoding.h"
#include "conditions.h"
#include "copy_source.h"
#include "errors.h"
#include "events.h"
#include "may_know.h"
#include "multipart.h"
#include "object_fields.h"
#include "route.h"
#include "still_allowed.h"
#include "upload_checksum.h"
#include "xml_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace belfry::s3 {
namespace {

struct SourceObject {
  objects::Bucket bucket;
  std::string key;
};

// An object that is being read, as a body, as long as the caller may copy it; its checksum of
// `kind` is computed on the way.
class ReadingSource final : public Source {
 public:
  ReadingSource(Call& call, const SourceObject& source, objects::Reading& reading,
                std::optional<ChecksumKind> kind)
      : call_(call),
        source_{source.bucket, source.key},
        reading_(reading),
        kind_(kind),
        checksum_(kind ? make_checksum(*kind) : nullptr) {}

  Task<std::size_t> read(MutableView out) override {
    if (piece_.empty()) {
      CO_TRY(piece_, co_await reading_.next());
      if (is_due_again(call_)) CO_TRY(co_await check_still_allowed(call_, &source_));
    }
    std::size_t count = std::min(out.size(), piece_.size());
    if (count > 0) std::memcpy(out.data(), piece_.data(), count);
    if (checksum_) checksum_->update(out.first(count));
    piece_ = piece_.subspan(count);
    co_return count;
  }

  // Once, when all was read.
  objects::Headers kept_headers() {
    if (!kind_) return {};
    return headers_of(KeptChecksum{*kind_, checksum_->finish(), ChecksumType::kFullObject});
  }

 private:
  Call& call_;
  const AlsoRead source_;
  objects::Reading& reading_;
  std::optional<ChecksumKind> kind_;
  std::unique_ptr<Checksum> checksum_;
  View piece_;
};

// The source's bucket, once the caller may read the object.
Task<SourceObject> find_source(Call& call) {
  CO_TRY(CopySource named, read_copy_source(call.request.fields.get("x-amz-copy-source")));
  SourceObject source;
  CO_TRY(source.bucket, co_await call.service.store.find_bucket(named.bucket));
  source.key = std::move(named.key);
  if (goes_by_tenants_block(call, source.bucket))
    CO_TRY(co_await call.service.iam.public_access().keep_up());
  auto allowed = authorize(call, "s3:GetObject", source.bucket, source.key);
  if (allowed)
    allowed = check_expected_owner(call, "x-amz-source-expected-bucket-owner", source.bucket);
  if (!allowed) {
    record_denial_for_owner(call, source.bucket, source.key, allowed.error());
    if (may_not_know(call, source.bucket)) co_return missing_bucket(named.bucket);
    co_return std::unexpected(std::move(allowed.error()));
  }
  co_return source;
}

using ChooseRange =
    std::function<Result<std::optional<objects::Range>>(const objects::ObjectInfo&)>;

// The source, open. That it is not there is told of it, and to those alone who may know.
Task<std::unique_ptr<objects::Reading>> open_source(Call& call, const SourceObject& source,
                                                    ChooseRange choose) {
  auto opened = co_await call.service.store.open(source.bucket, source.key, std::move(choose));
  // Where the copy goes is another's log: the reading is recorded by itself.
  if (opened && source.bucket.tenant != call.bucket.tenant)
    CO_TRY(record_source_read(call, source.bucket, source.key));
  if (opened || opened.error().message() != "object.missing") co_return std::move(opened);
  auto allowed = authorize_absence(call, source.bucket, source.key);
  if (allowed) co_return refuse("NoSuchKey", {{"Key", source.key}});
  record_denial_for_owner(call, source.bucket, source.key, allowed.error());
  co_return std::unexpected(std::move(allowed.error()));
}

Result<> check_source(const Call& call, const objects::ObjectInfo& info) {
  auto held = check_conditions(call.request.fields, info, kCopySourceConditions);
  // A copy has no 304: what was not modified is a condition that failed.
  if (!held && kind_of(held.error()).status == 304) return refuse("PreconditionFailed");
  if (info.size > objects::kPutSizeMax)
    return refuse_with("InvalidRequest",
                       "The specified copy source is larger than the maximum allowable size for a "
                       "copy source: 5368709120");
  return held;
}

bool replaces_metadata(const Call& call) {
  return call.request.fields.get("x-amz-metadata-directive") == "REPLACE";
}

Result<objects::PutRequest> make_put(const Call& call, const objects::ObjectInfo& info) {
  TRY(objects::PutRequest put, read_object_fields(call.request.fields));
  if (!replaces_metadata(call)) {
    put.content_type = info.content_type;
    put.headers = info.headers;
    put.metadata = info.metadata;
  }
  std::erase_if(put.headers,
                [](const auto& each) { return each.first.starts_with(kChecksumPrefix); });
  put.size = info.size;
  TRY(put.conditions, read_write_conditions(call.request.fields));
  return put;
}

// What the copy's checksum is to be: of the kind that is asked for, else as the source's.
Result<std::optional<ChecksumKind>> checksum_of_copy(const Call& call,
                                                     const objects::ObjectInfo& source) {
  TRY(auto asked, read_checksum_algorithm(call.request.fields));
  if (asked) return asked;
  auto kept = kept_checksum(source.headers);
  if (!kept) return std::optional<ChecksumKind>();
  return std::optional(kept->kind);
}

Task<> answer_copy(Call& call, std::string_view root, std::string_view etag, Timestamp modified,
                   const objects::Headers& headers) {
  XmlWriter xml;
  xml.open_root(root);
  xml.element("LastModified", format_rfc3339(modified));
  xml.element("ETag", quoted(etag));
  if (auto checksum = kept_checksum(headers)) write_checksum(xml, *checksum);
  xml.close(root);
  co_return co_await answer_xml(call, xml.take());
}

std::optional<std::uint64_t> read_offset(std::string_view text) {
  std::uint64_t offset = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return offset;
}

// "bytes=0-9", both ends given, inside the object: a part that is shorter than asked for would be
// taken for the whole.
Result<std::optional<objects::Range>> read_copy_range(const Call& call,
                                                      const objects::ObjectInfo& info) {
  auto field = call.request.fields.find("x-amz-copy-source-range");
  if (!field) return std::optional<objects::Range>();
  constexpr std::string_view kUnit = "bytes=";
  std::size_t dash = std::min(field->find('-'), field->size());
  std::optional<std::uint64_t> first, last;
  if (field->starts_with(kUnit) && dash < field->size()) {
    first = read_offset(field->substr(kUnit.size(), dash - kUnit.size()));
    last = read_offset(field->substr(dash + 1));
  }
  if (!first || !last || *last < *first)
    return refuse_with("InvalidArgument",
                       "The x-amz-copy-source-range value must be of the form "
                       "bytes=first-last where first and last are the "
                       "zero-based offsets of the first and last bytes to copy");
  if (*last >= info.size.count)
    return refuse_with("InvalidArgument",
                       "Range specified is not valid for source object of size: " +
                           std::to_string(info.size.count));
  return std::optional(objects::Range{*first, *last});
}

// Nothing of a tenant's bucket goes into the log of another's.
std::vector<audit::Detail> source_detail(const Call& call, const SourceObject& source) {
  if (source.bucket.tenant != call.bucket.tenant) return {};
  return {{"source", resource_name(source.bucket.name, source.key)}};
}

}  // namespace

Result<CopySource> read_copy_source(std::string_view field) {
  std::size_t question = std::min(field.find('?'), field.size());
  std::string_view query = field.substr(question);
  auto decoded = percent_decode(field.substr(0, question));
  if (!decoded || (!query.empty() && query != "?versionId=null"))
    return refuse_with("InvalidArgument", "Invalid copy source object key");
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  std::size_t slash = path.find('/');
  if (slash == path.npos || slash == 0 || slash + 1 == path.size())
    return refuse_with("InvalidArgument",
                       "Copy Source must mention the source bucket and key: "
                       "sourcebucket/sourcekey");
  return CopySource{std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

Task<> copy_object(Call& call) {
  CO_TRY(SourceObject source, co_await find_source(call));
  if (source.bucket.id == call.bucket.id && source.key == call.key && !replaces_metadata(call))
    co_return refuse_with("InvalidRequest",
                          "This copy request is illegal because it is trying to copy an object to "
                          "itself without changing the object's metadata, storage class, website "
                          "redirect location or encryption attributes.");
  auto choose = [&call](const objects::ObjectInfo& info) -> Result<std::optional<objects::Range>> {
    TRY(check_source(call, info));
    return std::optional<objects::Range>();
  };
  CO_TRY(auto reading, co_await open_source(call, source, choose));
  CO_TRY(objects::PutRequest put, make_put(call, reading->info()));
  // Read and written at once.
  CO_TRY(auto read, call.service.in_flight.take(put.size));
  CO_TRY(auto written, call.service.in_flight.take(put.size));
  CO_TRY(auto kind, checksum_of_copy(call, reading->info()));
  ReadingSource body(call, source, *reading, kind);
  put.headers_of_body = [&body] { return body.kept_headers(); };
  CO_TRY(objects::ObjectInfo info,
         co_await call.service.store.put(call.bucket, call.key, put, body,
                                         make_leaf(call, source_detail(call, source))));
  call.response.fields.add("x-amz-server-side-encryption", "AES256");
  co_return co_await answer_copy(call, "CopyObjectResult", info.etag, info.modified, info.headers);
}

Task<> upload_part_copy(Call& call) {
  CO_TRY(PartPlace place, read_part_place(call.request));
  CO_TRY(check_no_customer_key(call.request.fields));
  CO_TRY(SourceObject source, co_await find_source(call));
  CO_TRY(objects::Upload upload,
         co_await call.service.store.find_upload(call.bucket, call.key, place.upload));
  objects::PutRequest put;
  auto choose = [&](const objects::ObjectInfo& info) -> Result<std::optional<objects::Range>> {
    TRY(check_source(call, info));
    TRY(auto range, read_copy_range(call, info));
    put.size = range ? Bytes{range->last - range->first + 1} : info.size;
    return range;
  };
  CO_TRY(auto reading, co_await open_source(call, source, choose));
  CO_TRY(auto read, call.service.in_flight.take(put.size));
  CO_TRY(auto written, call.service.in_flight.take(put.size));
  std::optional<ChecksumKind> kind;
  if (auto plan = plan_of(upload.headers)) kind = plan->kind;
  ReadingSource body(call, source, *reading, kind);
  put.headers_of_body = [&body] { return body.kept_headers(); };
  CO_TRY(objects::Part part, co_await call.service.store.put_part(
                                 call.bucket, call.key, place.upload, place.number, put, body,
                                 make_leaf(call, source_detail(call, source))));
  co_return co_await answer_copy(call, "CopyPartResult", part.etag, part.modified, part.headers);
}

}  // namespace belfry::s3
