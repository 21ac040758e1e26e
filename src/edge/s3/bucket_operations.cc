// Buckets themselves.
#include "base/text_encoding.h"
#include "errors.h"
#include "events.h"
#include "list_parameters.h"
#include "object_fields.h"
#include "payload.h"
#include "route.h"
#include "xml_reader.h"
#include "xml_writer.h"

#include <algorithm>
#include <charconv>

namespace belfry::s3 {
namespace {

constexpr Bytes kLocationBodyMax = 64_KiB;
constexpr std::size_t kBucketPageMax = 10'000;

// What ListBuckets asks for; names are greater than `after`.
struct BucketPage {
  std::string prefix, after;
  std::size_t limit = kBucketPageMax;
};

Result<BucketPage> read_bucket_page(const http::Request& request) {
  BucketPage page;
  page.prefix = request.parameter("prefix").value_or("");
  if (auto token = request.parameter("continuation-token"); token && !token->empty()) {
    auto decoded = from_base64(*token);
    if (!decoded)
      return refuse_with("InvalidArgument", "The continuation token provided is incorrect");
    page.after = as_text(*decoded);
  }
  auto text = request.parameter("max-buckets");
  if (!text) return page;
  auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), page.limit);
  if (ec != std::errc() || end != text->data() + text->size() || page.limit < 1 ||
      page.limit > kBucketPageMax)
    return refuse("InvalidArgument",
                  {{"Message", "Argument max-buckets must be an integer between 1 and 10000"},
                   {"ArgumentName", "max-buckets"},
                   {"ArgumentValue", std::string(*text)}});
  return page;
}

}  // namespace

Task<> list_buckets(Call& call) {
  CO_TRY(BucketPage page, read_bucket_page(call.request));
  CO_TRY(auto buckets, co_await call.service.store.list_buckets(call.principal.tenant));
  const std::string& own = call.service.options.region;
  bool elsewhere = call.request.parameter("bucket-region").value_or(own) != own;
  std::erase_if(buckets, [&](const objects::Bucket& bucket) {
    return elsewhere || bucket.name <= page.after || !bucket.name.starts_with(page.prefix);
  });
  std::ranges::sort(buckets, {}, &objects::Bucket::name);
  bool truncated = buckets.size() > page.limit;
  if (truncated) buckets.resize(page.limit);
  CO_TRY(record_read(call));
  XmlWriter xml;
  xml.open_root("ListAllMyBucketsResult");
  xml.open("Owner");
  xml.element("ID", owner_id(call.principal.tenant));
  xml.element("DisplayName", "tenant-" + call.principal.tenant.text());
  xml.close("Owner");
  xml.open("Buckets");
  for (const objects::Bucket& bucket : buckets) {
    xml.open("Bucket");
    xml.element("Name", bucket.name);
    xml.element("CreationDate", format_rfc3339(bucket.created));
    xml.close("Bucket");
  }
  xml.close("Buckets");
  if (!page.prefix.empty()) xml.element("Prefix", page.prefix);
  if (truncated) xml.element("ContinuationToken", to_base64(as_view(buckets.back().name)));
  xml.close("ListAllMyBucketsResult");
  co_return co_await answer_xml(call, xml.take());
}

Task<> create_bucket(Call& call) {
  const http::Fields& fields = call.request.fields;
  // The same headers of ACLs as an object's.
  CO_TRY(read_object_fields(fields));
  if (fields.get("x-amz-bucket-object-lock-enabled") == "true")
    co_return refuse("NotImplemented", {{"Header", "x-amz-bucket-object-lock-enabled"}});
  CO_TRY(Document document, co_await read_document(call, kLocationBodyMax));
  CO_TRY(std::string region, read_location(document.text));
  const std::string& own = call.service.options.region;
  if (!region.empty() && region != own && region != call.claim.region && region != "EU")
    co_return refuse("InvalidLocationConstraint", {{"LocationConstraint", region}});
  CO_TRY(co_await call.service.store.create_bucket(call.principal.tenant, call.bucket_name,
                                                   std::nullopt, make_leaf(call)));
  call.response.fields.add("Location", "/" + call.bucket_name);
  co_return co_await answer_empty(call, 200);
}

Task<> head_bucket(Call& call) {
  CO_TRY(record_read(call));
  call.response.fields.add("x-amz-bucket-region", call.service.options.region);
  co_return co_await answer_empty(call, 200);
}

Task<> delete_bucket(Call& call) {
  CO_TRY(co_await call.service.store.delete_bucket(call.bucket, make_leaf(call)));
  co_return co_await answer_empty(call, 204);
}

Task<> get_bucket_location(Call& call) {
  CO_TRY(record_read(call));
  const std::string& region = call.service.options.region;
  XmlWriter xml;
  xml.open_root("LocationConstraint");
  std::string document = xml.take();
  // The first region of S3 has an empty name here.
  if (region != "us-east-1") document += region;
  co_return co_await answer_xml(call, document + "</LocationConstraint>");
}

}  // namespace belfry::s3
