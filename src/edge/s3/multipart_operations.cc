// Multipart uploads.
#include "base/text_encoding.h"
#include "conditions.h"
#include "errors.h"
#include "events.h"
#include "list_parameters.h"
#include "multipart.h"
#include "object_fields.h"
#include "payload.h"
#include "route.h"
#include "upload_checksum.h"
#include "xml_reader.h"
#include "xml_writer.h"

#include <charconv>

namespace belfry::s3 {
namespace {

constexpr Bytes kCompleteBodyMax = 4_MiB;

std::string upload_of(const Call& call) {
  return std::string(call.request.parameter("uploadId").value_or(""));
}

void write_owner(XmlWriter& xml, std::string_view name, const Call& call) {
  xml.open(name);
  xml.element("ID", owner_id(call.bucket.tenant));
  xml.element("DisplayName", "tenant-" + call.bucket.tenant.text());
  xml.close(name);
}

}  // namespace

Result<std::uint32_t> part_number_of(std::string_view text) {
  std::uint32_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size() || number < 1 ||
      number > kPartNumberMax)
    return refuse("InvalidArgument",
                  {{"Message", "Part number must be an integer between 1 and 10000, inclusive"},
                   {"ArgumentName", "partNumber"},
                   {"ArgumentValue", std::string(text)}});
  return number;
}

Result<PartPlace> read_part_place(const http::Request& request) {
  PartPlace place;
  place.upload = request.parameter("uploadId").value_or("");
  TRY(place.number, part_number_of(request.parameter("partNumber").value_or("")));
  return place;
}

Task<> create_upload(Call& call) {
  CO_TRY(objects::PutRequest put, read_object_fields(call.request.fields));
  CO_TRY(auto plan, read_checksum_plan(call.request.fields));
  if (plan) put.headers.merge(headers_of(*plan));
  CO_TRY(objects::Upload upload,
         co_await call.service.store.create_upload(call.bucket, call.key, put, make_leaf(call)));
  if (plan)
    for (auto& [name, value] : headers_of(*plan)) call.response.fields.add(name, value);
  call.response.fields.add("x-amz-server-side-encryption", "AES256");
  XmlWriter xml;
  xml.open_root("InitiateMultipartUploadResult");
  xml.element("Bucket", call.bucket.name);
  xml.element("Key", call.key);
  xml.element("UploadId", upload.id);
  xml.close("InitiateMultipartUploadResult");
  co_return co_await answer_xml(call, xml.take());
}

Task<> upload_part(Call& call) {
  CO_TRY(PartPlace place, read_part_place(call.request));
  CO_TRY(check_no_customer_key(call.request.fields));
  CO_TRY(check_length_said(call.request));
  CO_TRY(auto payload, Payload::make(call));
  CO_TRY(objects::Upload upload,
         co_await call.service.store.find_upload(call.bucket, call.key, place.upload));
  if (auto plan = plan_of(upload.headers)) CO_TRY(payload->compute(plan->kind));
  CO_TRY(auto share, call.service.in_flight.take(payload->size()));
  objects::PutRequest put;
  put.size = payload->size();
  put.md5 = payload->md5();
  put.sha256 = payload->sha256();
  put.headers_of_body = [&payload] { return payload->kept_headers(); };
  CO_TRY(co_await payload->check_empty());
  auto leaf = make_leaf(call, {{"part", std::to_string(place.number)}});
  CO_TRY(objects::Part part,
         co_await call.service.store.put_part(call.bucket, call.key, place.upload, place.number,
                                              put, *payload, leaf));
  add_stored_fields(call.response, part.etag, *payload);
  co_return co_await answer_empty(call, 200);
}

Task<> complete_upload(Call& call) {
  CO_TRY(Document document,
         co_await read_document(call, kCompleteBodyMax, Payload::Checksums::kOfObject));
  CO_TRY(CompleteRequest asked, read_complete_request(document.text));
  CO_TRY(WholeAnnounced announced,
         read_whole_announced(call.request.fields, std::move(asked.checksums)));
  auto describe = [&announced](const objects::Upload& upload,
                               const std::vector<objects::Part>& parts) {
    return describe_whole(announced, upload, parts);
  };
  CO_TRY(auto conditions, read_write_conditions(call.request.fields));
  CO_TRY(objects::ObjectInfo info, co_await call.service.store.complete_upload(
                                       call.bucket, call.key, upload_of(call), asked.parts,
                                       conditions, describe, make_leaf(call)));
  XmlWriter xml;
  xml.open_root("CompleteMultipartUploadResult");
  xml.element("Location", (call.request.secure ? "https://" : "http://") +
                              std::string(call.request.fields.get("host")) + "/" +
                              call.bucket.name + "/" + percent_encode(call.key, Slash::kKeep));
  xml.element("Bucket", call.bucket.name);
  xml.element("Key", call.key);
  xml.element("ETag", quoted(info.etag));
  if (auto checksum = kept_checksum(info.headers)) {
    write_checksum(xml, *checksum);
    xml.element("ChecksumType", name_of(checksum->type));
  }
  xml.close("CompleteMultipartUploadResult");
  co_return co_await answer_xml(call, xml.take());
}

Task<> abort_upload(Call& call) {
  CO_TRY(co_await call.service.store.abort_upload(call.bucket, call.key, upload_of(call),
                                                  make_leaf(call)));
  co_return co_await answer_empty(call, 204);
}

Task<> list_parts(Call& call) {
  CO_TRY(std::size_t limit, read_limit(call.request, "max-parts"));
  std::uint32_t after = 0;
  if (auto marker = call.request.parameter("part-number-marker"); marker && !marker->empty()) {
    auto [end, ec] = std::from_chars(marker->data(), marker->data() + marker->size(), after);
    if (ec != std::errc() || end != marker->data() + marker->size())
      co_return refuse_with("InvalidArgument", "part-number-marker is not a number");
  }
  std::string upload = upload_of(call);
  CO_TRY(objects::Upload facts,
         co_await call.service.store.find_upload(call.bucket, call.key, upload));
  // One more tells whether there is more.
  CO_TRY(auto parts,
         co_await call.service.store.list_parts(call.bucket, call.key, upload, after, limit + 1));
  bool truncated = parts.size() > limit;
  if (truncated) parts.resize(limit);
  CO_TRY(record_read(call));
  XmlWriter xml;
  xml.open_root("ListPartsResult");
  xml.element("Bucket", call.bucket.name);
  xml.element("Key", call.key);
  xml.element("UploadId", upload);
  xml.element("PartNumberMarker", after);
  if (truncated && !parts.empty()) xml.element("NextPartNumberMarker", parts.back().number);
  xml.element("MaxParts", limit);
  xml.element("IsTruncated", truncated);
  for (const objects::Part& part : parts) {
    xml.open("Part");
    xml.element("PartNumber", part.number);
    xml.element("LastModified", format_rfc3339(part.modified));
    xml.element("ETag", quoted(part.etag));
    xml.element("Size", part.size.count);
    if (auto checksum = kept_checksum(part.headers)) write_checksum(xml, *checksum);
    xml.close("Part");
  }
  write_owner(xml, "Initiator", call);
  write_owner(xml, "Owner", call);
  xml.element("StorageClass", "STANDARD");
  if (auto plan = plan_of(facts.headers)) {
    xml.element("ChecksumAlgorithm", name_of(plan->kind));
    xml.element("ChecksumType", name_of(plan->type));
  }
  xml.close("ListPartsResult");
  co_return co_await answer_xml(call, xml.take());
}

Task<> list_uploads(Call& call) {
  CO_TRY(ListParameters asked, read_list_parameters(call.request, "max-uploads"));
  asked.list.after = call.request.parameter("key-marker").value_or("");
  std::string after_upload(call.request.parameter("upload-id-marker").value_or(""));
  CO_TRY(auto page,
         co_await call.service.store.list_uploads(call.bucket, asked.list, after_upload));
  CO_TRY(record_read(call));
  XmlWriter xml;
  xml.open_root("ListMultipartUploadsResult");
  xml.element("Bucket", call.bucket.name);
  xml.element("KeyMarker", asked.encoded(asked.list.after));
  xml.element("UploadIdMarker", after_upload);
  xml.element("Prefix", asked.encoded(asked.list.prefix));
  if (!asked.list.delimiter.empty()) xml.element("Delimiter", asked.encoded(asked.list.delimiter));
  if (asked.url_encoded) xml.element("EncodingType", "url");
  if (page.truncated) {
    xml.element("NextKeyMarker", asked.encoded(page.next_key));
    xml.element("NextUploadIdMarker", page.next_upload);
  }
  xml.element("MaxUploads", asked.list.limit);
  xml.element("IsTruncated", page.truncated);
  for (const objects::Upload& upload : page.uploads) {
    xml.open("Upload");
    xml.element("Key", asked.encoded(upload.key));
    xml.element("UploadId", upload.id);
    write_owner(xml, "Initiator", call);
    write_owner(xml, "Owner", call);
    xml.element("StorageClass", "STANDARD");
    xml.element("Initiated", format_rfc3339(upload.started));
    xml.close("Upload");
  }
  write_common_prefixes(xml, asked, page.common_prefixes);
  xml.close("ListMultipartUploadsResult");
  co_return co_await answer_xml(call, xml.take());
}

}  // namespace belfry::s3
