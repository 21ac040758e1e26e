// Objects as HTTP fields: what a PUT asks to keep, and how GET and HEAD give it back.
#pragma once

#include "call.h"
#include "payload.h"
#include "upload_checksum.h"

namespace belfry::s3 {

// Versions come later: the one there is has the id "null". Errors: NoSuchVersion.
Result<> check_version(const http::Request& request);
// Errors: NotImplemented for a key of the customer's own, which would be passed over in silence.
Result<> check_no_customer_key(const http::Fields& fields);

// What is kept beside the octets. Errors: MetadataTooLarge, AccessControlListNotSupported,
// InvalidStorageClass, NotImplemented for what Belfry does not offer.
Result<objects::PutRequest> read_object_fields(const http::Fields& fields);
// The same, with the payload's length and digests and the write's conditions.
Result<objects::PutRequest> read_put_request(const Call& call, const Payload& payload);

// What the answer to a PUT says of what was stored from `payload`, which was read to its end.
void add_stored_fields(http::Response& response, std::string_view etag, const Payload& payload);
// ETag, Last-Modified, metadata and the rest.
void add_object_fields(http::Response& response, const objects::ObjectInfo& info);
// `checksum`, if there is one and the request asks for it.
void add_checksum_fields(http::Response& response, const http::Request& request,
                         const std::optional<KeptChecksum>& checksum);
// Whether the query says how to answer. Only who signs may: else anybody could send somebody a link
// to what is open that shows it as another kind of thing ("GetObject", S3 API Reference). Errors:
// InvalidRequest.
Result<> check_overrides(const Call& call);
// The response-content-type of the query and its like, in place of the object's own.
void apply_overrides(http::Response& response, const http::Request& request);

std::string quoted(std::string_view etag);

}  // namespace belfry::s3
