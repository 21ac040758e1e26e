#include "errors.h"

#include "iam/stopped.h"
#include "text/catalogue.h"
#include "xml_writer.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

constexpr std::string_view kMessageArgument = "Message";

constexpr ErrorKind kKinds[] = {
    {"AccessControlListNotSupported", 400, "The bucket does not allow ACLs."},
    {"AccessDenied", 403, "Access Denied"},
    {"AuthorizationHeaderMalformed", 400,
     "The authorization header that you provided is not valid."},
    {"AuthorizationQueryParametersError", 400,
     "The authorization query parameters that you provided are not valid."},
    {"BadDigest", 400, "The Content-MD5 or checksum you specified did not match what we received."},
    {"BucketAlreadyExists", 409,
     "The requested bucket name is not available. Select a different name and try again."},
    {"BucketAlreadyOwnedByYou", 409,
     "The bucket you tried to create already exists, and you own it."},
    {"BucketNotEmpty", 409, "The bucket you tried to delete is not empty."},
    {"ConditionalRequestConflict", 409,
     "A conflicting operation occurred during the request. Try again."},
    {"EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed object size."},
    {"EntityTooSmall", 400,
     "Your proposed upload is smaller than the minimum allowed object size."},
    {"ExpiredToken", 400, "The provided token has expired."},
    {"IncompleteBody", 400,
     "You did not provide the number of bytes specified by the Content-Length HTTP header."},
    {"InternalError", 500, "We encountered an internal error. Please try again."},
    {"InvalidAccessKeyId", 403, "The access key Id you provided does not exist in our records."},
    {"InvalidArgument", 400, "Invalid Argument"},
    {"InvalidBucketName", 400, "The specified bucket is not valid."},
    {"InvalidDigest", 400, "The Content-MD5 or checksum value that you specified is not valid."},
    {"InvalidLocationConstraint", 400, "The specified location (Region) constraint is not valid."},
    {"InvalidPart", 400,
     "One or more of the specified parts could not be found. The part may not have been uploaded, "
     "or the specified entity tag may not match the part's entity tag."},
    {"InvalidPartNumber", 416, "The requested partnumber is not satisfiable"},
    {"InvalidPartOrder", 400,
     "The list of parts was not in ascending order. Parts must be ordered by part number."},
    {"InvalidRange", 416, "The requested range is not satisfiable"},
    {"InvalidRequest", 400, "Invalid Request"},
    {"InvalidStorageClass", 400, "The storage class you specified is not valid."},
    {"InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
    {"InvalidURI", 400, "Couldn't parse the specified URI."},
    {"KeyTooLongError", 400, "Your key is too long"},
    {"MalformedPolicy", 400, "The policy is not valid."},
    {"MalformedXML", 400,
     "The XML you provided was not well-formed or did not validate against our published schema"},
    {"MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size."},
    {"MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
    {"MissingContentLength", 411, "You must provide the Content-Length HTTP header."},
    {"NoSuchBucket", 404, "The specified bucket does not exist"},
    {"NoSuchBucketPolicy", 404, "The bucket policy does not exist"},
    {"NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"},
    {"NoSuchKey", 404, "The specified key does not exist."},
    {"NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist"},
    {"NoSuchObjectLockConfiguration", 404,
     "The specified object does not have an ObjectLock configuration"},
    {"NoSuchPublicAccessBlockConfiguration", 404,
     "The public access block configuration was not found"},
    {"NoSuchTagSet", 404, "The TagSet does not exist"},
    {"NoSuchUpload", 404,
     "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
     "been aborted or completed."},
    {"NoSuchVersion", 404, "The specified version does not exist."},
    {"NoSuchWebsiteConfiguration", 404,
     "The specified bucket does not have a website configuration"},
    {"NotImplemented", 501,
     "A header or operation you provided implies functionality that is not "
     "implemented"},
    {"NotModified", 304, "Not Modified"},
    {"ObjectLockConfigurationNotFoundError", 404,
     "Object Lock configuration does not exist for this bucket"},
    {"PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold"},
    {"ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found"},
    {"RequestTimeTooSkewed", 403,
     "The difference between the request time and the current time is too large."},
    {"RequestTimeout", 400,
     "Your socket connection to the server was not read from or written to "
     "within the timeout period."},
    {"ServiceUnavailable", 503, "Service is unable to handle request. Please try again."},
    {"SignatureDoesNotMatch", 403,
     "The request signature we calculated does not match the signature you provided. Check your "
     "key and signing method."},
    {"SlowDown", 503, "Please reduce your request rate."},
    {"TooManyBuckets", 400, "You have attempted to create more buckets than allowed"},
    {"XAmzContentSHA256Mismatch", 400,
     "The provided 'x-amz-content-sha256' header does not match what was computed."},
};

struct Translation {
  std::string_view message;  // of another module
  std::string_view code;
};

constexpr Translation kTranslations[] = {
    {"bucket.bad_name", "InvalidBucketName"},
    {"bucket.missing", "NoSuchBucket"},
    {"bucket.not_empty", "BucketNotEmpty"},
    {"bucket.too_many", "TooManyBuckets"},
    {"object.missing", "NoSuchKey"},
    {"object.precondition", "PreconditionFailed"},
    {"object.bad_digest", "BadDigest"},
    {"object.wrong_sha256", "XAmzContentSHA256Mismatch"},
    {"object.incomplete_body", "IncompleteBody"},
    {"object.key_too_long", "KeyTooLongError"},
    {"object.too_large", "EntityTooLarge"},
    {"upload.missing", "NoSuchUpload"},
    {"upload.invalid_part", "InvalidPart"},
    {"upload.invalid_part_order", "InvalidPartOrder"},
    {"upload.part_too_small", "EntityTooSmall"},
    {"http.body_cut", "IncompleteBody"},
    {"http.bad_chunk", "InvalidRequest"},
    {"http.body_timeout", "RequestTimeout"},
    {"iam.unknown_key", "InvalidAccessKeyId"},
    {"iam.wrong_session_token", "InvalidToken"},
    {"iam.session_token_expired", "ExpiredToken"},
};

const ErrorKind& kind_named(std::string_view code) {
  const auto* found = std::ranges::find(kKinds, code, &ErrorKind::code);
  if (found == std::end(kKinds))
    found = std::ranges::find(kKinds, "InternalError", &ErrorKind::code);
  return *found;
}

std::string_view code_for(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "InvalidRequest";
    case Code::kDenied:
      return "AccessDenied";
    case Code::kNotFound:
      return "NoSuchKey";
    case Code::kConflict:
      return "ConditionalRequestConflict";
    case Code::kRetry:
      return "ServiceUnavailable";
    case Code::kExhausted:
      return "SlowDown";
    case Code::kCorrupt:
    case Code::kInternal:
      return "InternalError";
  }
  return "InternalError";
}

Code code_of_status(int status) {
  if (status == 403) return Code::kDenied;
  if (status == 404) return Code::kNotFound;
  if (status == 409 || status == 412) return Code::kConflict;
  return status >= 500 ? Code::kRetry : Code::kInvalid;
}

}  // namespace

std::unexpected<Error> refuse(std::string_view code, std::initializer_list<Argument> arguments) {
  return fail(code_of_status(kind_named(code).status), "s3." + std::string(code), arguments);
}

std::unexpected<Error> refuse_with(std::string_view code, std::string_view message) {
  return refuse(code, {{std::string(kMessageArgument), std::string(message)}});
}

const ErrorKind& kind_of(const Error& error) {
  std::string_view message = error.message();
  if (message.starts_with("s3.")) return kind_named(message.substr(3));
  if (message == "bucket.exists")
    return kind_named(error.argument("owned") == "yes" ? "BucketAlreadyOwnedByYou"
                                                       : "BucketAlreadyExists");
  const auto* found = std::ranges::find(kTranslations, message, &Translation::message);
  return kind_named(found != std::end(kTranslations) ? found->code : code_for(error.code()));
}

std::string error_document(const Error& error, const ErrorPlace& place) {
  const ErrorKind& kind = kind_of(error);
  bool ours = error.message().starts_with("s3.");
  // The words of S3 do not say whom to ask: programs show these to their people.
  const std::string told =
      iam::says_stopped(error) ? text::text(error, text::Language::kEnglish) : "";
  std::string_view message = ours ? error.argument(kMessageArgument) : std::string_view(told);
  XmlWriter xml;
  xml.open("Error");
  xml.element("Code", kind.code);
  xml.element("Message", message.empty() ? kind.message : message);
  if (ours)
    for (const Argument& argument : error.arguments())
      if (argument.name != kMessageArgument) xml.element(argument.name, argument.value);
  xml.element("Resource", place.resource);
  xml.element("RequestId", place.request_id);
  xml.element("HostId", place.host_id);
  xml.close("Error");
  return xml.take();
}

}  // namespace belfry::s3
