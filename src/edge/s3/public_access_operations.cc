// What a bucket keeps from the public: the four settings of S3 ("Blocking public access to your
// Amazon S3 storage").
#include "errors.h"
#include "events.h"
#include "payload.h"
#include "route.h"
#include "xml_reader.h"
#include "xml_writer.h"

namespace belfry::s3 {
namespace {

constexpr Bytes kBlockBodyMax = 64_KiB;

}  // namespace

Task<> get_public_access_block(Call& call) {
  CO_TRY(record_read(call));
  const auto& block = call.bucket.public_access;
  if (!block)
    co_return refuse("NoSuchPublicAccessBlockConfiguration", {{"BucketName", call.bucket.name}});
  XmlWriter xml;
  xml.open_root("PublicAccessBlockConfiguration");
  for (const policy::PublicAccessSetting& setting : policy::kPublicAccessSettings)
    xml.element(setting.element, *block.*setting.flag);
  xml.close("PublicAccessBlockConfiguration");
  co_return co_await answer_xml(call, xml.take());
}

Task<> put_public_access_block(Call& call) {
  CO_TRY(Document document, co_await read_document(call, kBlockBodyMax));
  CO_TRY(const auto block, read_public_access_block(document.text));
  CO_TRY(co_await call.service.store.set_public_access(
      call.bucket, block, make_leaf_of_access(call, iam::details_of(block))));
  co_return co_await answer_empty(call, 200);
}

Task<> delete_public_access_block(Call& call) {
  CO_TRY(co_await call.service.store.set_public_access(
      call.bucket, std::nullopt,
      make_leaf_of_access(call, iam::details_of(policy::kNothingBlocked))));
  co_return co_await answer_empty(call, 204);
}

}  // namespace belfry::s3
