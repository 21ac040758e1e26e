// Subresources that nobody configured yet: what S3 answers for a bucket without them.
#include "errors.h"
#include "events.h"
#include "list_parameters.h"
#include "payload.h"
#include "route.h"
#include "xml_reader.h"
#include "xml_writer.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

constexpr Bytes kAclBodyMax = 64_KiB;

struct Answer {
  std::string_view parameter;
  std::string_view error;  // empty: the document
  std::string_view root, inner;
};

constexpr Answer kBucketAnswers[] = {
    {"versioning", "", "VersioningConfiguration", ""},
    {"tagging", "NoSuchTagSet", "", ""},
    {"lifecycle", "NoSuchLifecycleConfiguration", "", ""},
    {"cors", "NoSuchCORSConfiguration", "", ""},
    {"encryption", "", "ServerSideEncryptionConfiguration",
     "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
     "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"},
    {"website", "NoSuchWebsiteConfiguration", "", ""},
    {"logging", "", "BucketLoggingStatus", ""},
    {"notification", "", "NotificationConfiguration", ""},
    {"requestPayment", "", "RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>"},
    {"accelerate", "", "AccelerateConfiguration", ""},
    {"replication", "ReplicationConfigurationNotFoundError", "", ""},
    {"object-lock", "ObjectLockConfigurationNotFoundError", "", ""},
    {"ownershipControls", "", "OwnershipControls",
     "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"},
};

constexpr Answer kObjectAnswers[] = {
    {"tagging", "", "Tagging", "<TagSet></TagSet>"},
    {"retention", "NoSuchObjectLockConfiguration", "", ""},
    {"legal-hold", "NoSuchObjectLockConfiguration", "", ""},
};

// An object's subresources exist only with the object.
Task<> check_object(Call& call) {
  if (call.key.empty()) co_return Result<>();
  CO_TRY(co_await call.service.store.head(call.bucket, call.key));
  co_return Result<>();
}

}  // namespace

Task<> get_unconfigured(Call& call) {
  CO_TRY(co_await check_object(call));
  CO_TRY(record_read(call));
  std::span<const Answer> table = kBucketAnswers;
  if (!call.key.empty()) table = kObjectAnswers;
  std::string_view parameter = subresource_of(call.request).value_or("");
  auto found = std::ranges::find(table, parameter, &Answer::parameter);
  if (found == table.end()) co_return refuse("NotImplemented");
  if (!found->error.empty()) co_return refuse(found->error, {{"BucketName", call.bucket.name}});
  XmlWriter xml;
  xml.open_root(found->root);
  std::string document = xml.take();
  document.append(found->inner).append("</").append(found->root).append(">");
  co_return co_await answer_xml(call, std::move(document));
}

Task<> get_acl(Call& call) {
  CO_TRY(co_await check_object(call));
  CO_TRY(record_read(call));
  std::string owner = owner_id(call.bucket.tenant);
  std::string name = "tenant-" + call.bucket.tenant.text();
  std::string document(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>");
  document.append(owner).append("</ID><DisplayName>").append(name);
  document +=
      "</DisplayName></Owner><AccessControlList><Grant>"
      "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:type=\"CanonicalUser\"><ID>";
  document.append(owner).append("</ID><DisplayName>").append(name);
  document +=
      "</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
      "</AccessControlList></AccessControlPolicy>";
  co_return co_await answer_xml(call, std::move(document));
}

// The owner has full control and nobody else has any: asking for that changes nothing.
Task<> put_acl(Call& call) {
  std::string_view canned = call.request.fields.get("x-amz-acl");
  bool unchanged = canned == "private" || canned == "bucket-owner-full-control";
  CO_TRY(Document document, co_await read_document(call, kAclBodyMax));
  if (canned.empty() && !document.text.empty()) {
    CO_TRY(unchanged, grants_owner_alone(document.text, owner_id(call.bucket.tenant)));
  }
  if (!unchanged) co_return refuse("AccessControlListNotSupported");
  CO_TRY(co_await check_object(call));
  co_return co_await answer_empty(call, 200);
}

}  // namespace belfry::s3
