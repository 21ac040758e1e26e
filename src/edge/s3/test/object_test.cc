// Objects: bodies, digests, ranges, listings, copies, batches, uploads.
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "service_fixture.h"

namespace belfry::s3 {
namespace {

using ObjectTest = ServiceTest;

std::string hash_hex(std::string_view text) {
  return to_hex(crypto::sha256(as_view(text)));
}
std::string md5_base64(std::string_view text) {
  return to_base64(crypto::md5(as_view(text)));
}

TEST_F(ObjectTest, ChecksDigests) {
  make_bucket();
  auto put_with = [&](std::string payload,
                      std::vector<std::pair<std::string, std::string>> fields) {
    Ask ask{"PUT", "/bucket/k", "hello", {}, std::move(fields)};
    ask.payload = std::move(payload);
    return code_of(ask);
  };
  const std::string plain = "UNSIGNED-PAYLOAD";
  EXPECT_EQ(put_with(hash_hex("hello"), {}), "");
  EXPECT_EQ(put_with(hash_hex("other"), {}), "XAmzContentSHA256Mismatch");
  EXPECT_EQ(put_with("nonsense", {}), "InvalidArgument");
  EXPECT_EQ(put_with(plain, {{"content-md5", md5_base64("hello")}}), "");
  EXPECT_EQ(put_with(plain, {{"content-md5", md5_base64("other")}}), "BadDigest");
  EXPECT_EQ(put_with(plain, {{"content-md5", "short"}}), "InvalidDigest");
  EXPECT_EQ(put_with(plain, {{"x-amz-checksum-crc32", "NhCmhg=="}}), "");
  EXPECT_EQ(put_with(plain, {{"x-amz-checksum-crc32", "AAAAAA=="}}), "BadDigest");
  EXPECT_EQ(put_with(plain, {{"x-amz-checksum-crc32", "AAAA"}}), "InvalidRequest");
  EXPECT_EQ(send({"GET", "/bucket/k"})->body, "hello");
}

TEST_F(ObjectTest, DecodesUnsignedChunksWithTrailer) {
  make_bucket();
  auto put_chunked = [&](std::string body, std::string length) {
    Ask ask{"PUT", "/bucket/k", std::move(body), {}, {{"x-amz-trailer", "x-amz-checksum-crc32"}}};
    if (!length.empty()) ask.fields.push_back({"x-amz-decoded-content-length", length});
    ask.fields.push_back({"content-encoding", "gzip,aws-chunked"});
    ask.payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    return send(ask);
  };
  const std::string good = "3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  for (std::string length : {"5", ""}) {
    auto reply = put_chunked(good, length);
    EXPECT_EQ(reply->status, 200) << reply->body;
    EXPECT_EQ(reply->field("x-amz-checksum-crc32"), "NhCmhg==");
  }
  auto got = send({"GET", "/bucket/k"});
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(got->field("content-encoding"), "gzip");
  std::string wrong = good;
  wrong.replace(wrong.find("NhCm"), 4, "AAAA");
  EXPECT_EQ(put_chunked(wrong, "5")->element("Code"), "BadDigest");
  EXPECT_EQ(put_chunked(good, "4")->element("Code"), "IncompleteBody");
  EXPECT_EQ(put_chunked(good, "6")->element("Code"), "IncompleteBody");
  EXPECT_EQ(put_chunked("3\r\nhel\r\n", "5")->element("Code"), "IncompleteBody");
  EXPECT_EQ(put_chunked("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "5")->element("Code"),
            "InvalidRequest");
  const std::string empty = "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
  EXPECT_EQ(put_chunked(empty, "0")->status, 200);
}

TEST_F(ObjectTest, ServesRangesAndConditions) {
  make_bucket();
  put("k", "0123456789");
  auto get = [&](std::string name, std::string value, std::string method = "GET") {
    return send({method, "/bucket/k", "", {}, {{name, value}}});
  };
  auto part = get("range", "bytes=2-4");
  EXPECT_EQ(part->status, 206);
  EXPECT_EQ(part->body, "234");
  EXPECT_EQ(part->field("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(get("range", "bytes=-3")->body, "789");
  auto beyond = get("range", "bytes=10-");
  EXPECT_EQ(beyond->status, 416);
  EXPECT_EQ(beyond->element("Code"), "InvalidRange");
  EXPECT_EQ(beyond->field("Content-Range"), "bytes */10");
  auto head = get("range", "bytes=0-3", "HEAD");
  EXPECT_EQ(head->status, 206);
  EXPECT_EQ(head->length, Bytes{4});
  std::string etag = send({"HEAD", "/bucket/k"})->field("ETag");
  auto unchanged = get("if-none-match", etag);
  EXPECT_EQ(unchanged->status, 304);
  EXPECT_EQ(unchanged->body, "");
  EXPECT_EQ(unchanged->field("ETag"), etag);
  EXPECT_EQ(get("if-match", "\"other\"")->element("Code"), "PreconditionFailed");
  auto resume = [&](std::string validator) {
    return send({"GET", "/bucket/k", "", {}, {{"range", "bytes=8-"}, {"if-range", validator}}});
  };
  EXPECT_EQ(resume(etag)->status, 206);
  EXPECT_EQ(resume(etag)->body, "89");
  EXPECT_EQ(resume("\"other\"")->status, 200);
  EXPECT_EQ(resume("\"other\"")->body, "0123456789");
}

TEST_F(ObjectTest, AnswersAnObjectThatCannotBeReadWithAnError) {
  make_bucket();
  put("k", "0123456789");
  auto reads = [&] { return ledger_.of("s3:GetObject").size(); };
  store_.read_error = Error(Code::kCorrupt, "object.corrupt");
  auto reply = send({"GET", "/bucket/k"});
  EXPECT_EQ(reply->status, 500);
  EXPECT_EQ(reply->element("Code"), "InternalError");
  EXPECT_EQ(reply->field("ETag"), "");
  EXPECT_EQ(reads(), 0u);
}

TEST_F(ObjectTest, StoresNothingWhoseLengthNobodySaid) {
  make_bucket();
  auto put_silent = [&](std::string path, std::vector<http::QueryParameter> query,
                        std::string framing) {
    http::Request request = signed_request({"PUT", path, "", std::move(query)});
    request.content_length.reset();
    if (!framing.empty()) request.fields.add("transfer-encoding", framing);
    return send_raw(std::move(request), framing.empty() ? "" : "hello");
  };
  auto refused = put_silent("/bucket/k", {}, "");
  EXPECT_EQ(refused->status, 411);
  EXPECT_EQ(refused->element("Code"), "MissingContentLength");
  EXPECT_EQ(send({"GET", "/bucket/k"})->status, 404);
  EXPECT_EQ(put_silent("/bucket/k", {}, "chunked")->status, 200);
  EXPECT_EQ(send({"GET", "/bucket/k"})->body, "hello");
  auto created = send({"POST", "/bucket/big", "", {{"uploads", ""}}});
  std::string upload = created->element("UploadId");
  EXPECT_EQ(put_silent("/bucket/big", {{"partNumber", "1"}, {"uploadId", upload}}, "")->status,
            411);
  EXPECT_EQ(put_silent("/empty-bucket", {}, "")->status, 200) << "a bucket has no body";
}

TEST_F(ObjectTest, DeletesUnderConditions) {
  make_bucket();
  put("k", "hello");
  std::string etag = send({"HEAD", "/bucket/k"})->field("ETag");
  std::string modified = send({"HEAD", "/bucket/k"})->field("Last-Modified");
  auto remove = [&](std::vector<std::pair<std::string, std::string>> fields) {
    return code_of({"DELETE", "/bucket/k", "", {}, std::move(fields)});
  };
  EXPECT_EQ(remove({{"if-match", "\"other\""}}), "PreconditionFailed");
  EXPECT_EQ(remove({{"x-amz-if-match-size", "6"}}), "PreconditionFailed");
  EXPECT_EQ(remove({{"x-amz-if-match-size", "five"}}), "InvalidArgument");
  EXPECT_EQ(remove({{"x-amz-if-match-last-modified-time", "Sun, 01 Mar 2020 12:00:00 GMT"}}),
            "PreconditionFailed");
  EXPECT_EQ(remove({{"x-amz-if-match-last-modified-time", "yesterday"}}), "InvalidArgument");
  EXPECT_EQ(send({"HEAD", "/bucket/k"})->status, 200);
  EXPECT_EQ(remove({{"if-match", etag},
                    {"x-amz-if-match-size", "5"},
                    {"x-amz-if-match-last-modified-time", modified}}),
            "");
  EXPECT_EQ(send({"HEAD", "/bucket/k"})->status, 404);
  EXPECT_EQ(remove({{"if-match", "*"}}), "PreconditionFailed");
  EXPECT_EQ(remove({}), "");
}

TEST_F(ObjectTest, DeletesABatchUnderConditions) {
  make_bucket();
  for (std::string key : {"tag", "no-tag", "size", "no-size", "time", "no-time"}) put(key, "hello");
  auto object = [](std::string key, std::string condition) {
    return "<Object><Key>" + key + "</Key>" + condition + "</Object>";
  };
  std::string xml =
      "<Delete>" + object("tag", "<ETag>\"5d41402abc4b2a76b9719d911017c592\"</ETag>") +
      object("no-tag", "<ETag>other</ETag>") + object("size", "<Size>5</Size>") +
      object("no-size", "<Size>4</Size>") +
      object("time", "<LastModifiedTime>2026-03-01T12:00:00Z</LastModifiedTime>") +
      object("no-time", "<LastModifiedTime>Sun, 01 Mar 2026 12:00:01 GMT</LastModifiedTime>") +
      "</Delete>";
  auto reply = send({"POST", "/bucket", xml, {{"delete", ""}}, {{"content-md5", md5_base64(xml)}}});
  for (std::string key : {"tag", "size", "time"}) {
    EXPECT_NE(reply->body.find("<Deleted><Key>" + key + "</Key>"), std::string::npos) << key;
    EXPECT_NE(reply->body.find("<Error><Key>no-" + key + "</Key><Code>PreconditionFailed"),
              std::string::npos)
        << key;
    EXPECT_EQ(send({"HEAD", "/bucket/" + key})->status, 404);
    EXPECT_EQ(send({"HEAD", "/bucket/no-" + key})->status, 200);
  }
}

TEST_F(ObjectTest, OverridesFieldsAsAsked) {
  make_bucket();
  put("k", "x");
  auto got = send(
      {"GET",
       "/bucket/k",
       "",
       {{"response-content-type", "text/html"}, {"response-content-disposition", "attachment"}}});
  EXPECT_EQ(got->field("Content-Type"), "text/html");
  EXPECT_EQ(got->field("Content-Disposition"), "attachment");
}

TEST_F(ObjectTest, KeepsEncodingsButThatOfTheTransfer) {
  make_bucket();
  auto kept = [&](std::string encoding) {
    send({"PUT", "/bucket/k", "x", {}, {{"content-encoding", encoding}}});
    return send({"HEAD", "/bucket/k"})->field("content-encoding");
  };
  EXPECT_EQ(kept("gzip"), "gzip");
  EXPECT_EQ(kept("deflate, gzip"), "deflate, gzip");
  EXPECT_EQ(kept("gzip, AWS-chunked"), "gzip");
  EXPECT_EQ(kept("aws-chunked, deflate , gzip"), "deflate,gzip");
  EXPECT_EQ(kept("aws-chunked"), "");
}

TEST_F(ObjectTest, TakesNoKeyOfTheCustomer) {
  make_bucket();
  put("k", "x");
  std::string upload = send({"POST", "/bucket/big", "", {{"uploads", ""}}})->element("UploadId");
  const std::string own = "x-amz-server-side-encryption-customer-algorithm";
  const std::string source = "x-amz-copy-source-server-side-encryption-customer-key";
  const std::vector<http::QueryParameter> part{{"partNumber", "1"}, {"uploadId", upload}};
  EXPECT_EQ(code_of({"PUT", "/bucket/k", "y", {}, {{own, "AES256"}}}), "NotImplemented");
  EXPECT_EQ(code_of({"GET", "/bucket/k", "", {}, {{own, "AES256"}}}), "NotImplemented");
  EXPECT_EQ(send({"HEAD", "/bucket/k", "", {}, {{own, "AES256"}}})->status, 501);
  EXPECT_EQ(code_of({"PUT", "/bucket/big", "y", part, {{own, "AES256"}}}), "NotImplemented");
  for (const auto& query : {std::vector<http::QueryParameter>(), part})
    EXPECT_EQ(code_of({"PUT",
                       "/bucket/big",
                       "",
                       query,
                       {{"x-amz-copy-source", "/bucket/k"}, {source, "AAAA"}}}),
              "NotImplemented");
  EXPECT_EQ(send({"GET", "/bucket/k"})->body, "x");
}

TEST_F(ObjectTest, WritesUnderConditions) {
  make_bucket();
  auto put_if = [&](std::string name, std::string value) {
    return code_of({"PUT", "/bucket/k", "x", {}, {{name, value}}});
  };
  EXPECT_EQ(put_if("if-match", "\"abc\""), "NoSuchKey");
  EXPECT_EQ(put_if("if-none-match", "*"), "");
  EXPECT_EQ(put_if("if-none-match", "*"), "PreconditionFailed");
  EXPECT_EQ(put_if("if-none-match", "\"abc\", \"def\""), "NotImplemented");
  EXPECT_EQ(put_if("if-none-match", " "), "NotImplemented");
  EXPECT_EQ(put_if("if-none-match", "\"abc\""), "");
  EXPECT_EQ(put_if("if-none-match", "\"9dd4e461268c8034f5c8564e155c67a6\""), "PreconditionFailed");
  EXPECT_EQ(put_if("if-match", "\"9dd4e461268c8034f5c8564e155c67a6\""), "");
}

TEST_F(ObjectTest, ListsPageByPage) {
  make_bucket();
  for (std::string key : {"a/1", "a/2", "b", "c/1", "d e"}) put(key, "x");
  auto list = [&](std::vector<http::QueryParameter> query) {
    return send({"GET", "/bucket", "", std::move(query)});
  };
  auto first = list({{"list-type", "2"}, {"delimiter", "/"}, {"max-keys", "2"}});
  EXPECT_EQ(first->element("IsTruncated"), "true");
  EXPECT_EQ(first->element("KeyCount"), "2");
  EXPECT_NE(first->body.find("<CommonPrefixes><Prefix>a/</Prefix>"), std::string::npos);
  std::string token = first->element("NextContinuationToken");
  auto second = list({{"list-type", "2"},
                      {"delimiter", "/"},
                      {"encoding-type", "url"},
                      {"continuation-token", token}});
  EXPECT_EQ(second->element("IsTruncated"), "false");
  EXPECT_NE(second->body.find("<Prefix>c/</Prefix>"), std::string::npos);
  EXPECT_NE(second->body.find("<Key>d%20e</Key>"), std::string::npos);
  EXPECT_EQ(second->body.find("a/"), std::string::npos);
  auto old = list({{"delimiter", "/"}, {"max-keys", "1"}});
  EXPECT_EQ(old->element("NextMarker"), "a/");
  auto after = list({{"delimiter", "/"}, {"marker", "a/"}});
  EXPECT_EQ(after->body.find("<Prefix>a/"), std::string::npos);
  EXPECT_NE(after->body.find("<Key>b</Key>"), std::string::npos);
  EXPECT_EQ(list({{"max-keys", "0"}})->element("IsTruncated"), "false");
  EXPECT_EQ(list({{"max-keys", "-1"}})->element("Code"), "InvalidArgument");
  EXPECT_EQ(list({{"encoding-type", "x"}})->element("Code"), "InvalidArgument");
  EXPECT_EQ(list({{"list-type", "2"}, {"continuation-token", "!"}})->element("Code"),
            "InvalidArgument");
}

TEST_F(ObjectTest, CopiesWithAndWithoutMetadata) {
  make_bucket();
  send({"PUT", "/bucket/k", "hello", {}, {{"x-amz-meta-a", "1"}, {"content-type", "text/plain"}}});
  auto copy = [&](std::string to, std::vector<std::pair<std::string, std::string>> fields) {
    fields.insert(fields.begin(), {"x-amz-copy-source", "/bucket/k"});
    return send({"PUT", "/bucket/" + to, "", {}, std::move(fields)});
  };
  EXPECT_EQ(copy("same", {})->element("ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
  EXPECT_EQ(send({"GET", "/bucket/same"})->field("x-amz-meta-a"), "1");
  copy("new", {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-b", "2"}});
  auto got = send({"GET", "/bucket/new"});
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(got->field("x-amz-meta-a"), "");
  EXPECT_EQ(got->field("x-amz-meta-b"), "2");
  EXPECT_EQ(copy("k", {})->element("Code"), "InvalidRequest");
  EXPECT_EQ(copy("k", {{"x-amz-metadata-directive", "REPLACE"}})->status, 200);
  EXPECT_EQ(copy("x", {{"x-amz-copy-source-if-match", "other"}})->element("Code"),
            "PreconditionFailed");
}

TEST_F(ObjectTest, DeletesABatch) {
  make_bucket();
  std::string xml = "<Delete>";
  for (int i = 0; i < 100; ++i) {
    put("k" + std::to_string(i), "x");
    xml += "<Object><Key>k" + std::to_string(i) + "</Key></Object>";
  }
  xml += "<Object><Key>" + std::string(2000, 'x') + "</Key></Object></Delete>";
  auto batch = [&](std::string name, std::string value) {
    Ask ask{"POST", "/bucket", xml, {{"delete", ""}}};
    if (!name.empty()) ask.fields.push_back({name, value});
    return send(ask);
  };
  EXPECT_EQ(batch("", "")->element("Code"), "InvalidRequest");
  EXPECT_EQ(batch("content-md5", md5_base64("other"))->element("Code"), "BadDigest");
  auto reply = batch("content-md5", md5_base64(xml));
  EXPECT_EQ(reply->status, 200);
  EXPECT_NE(reply->body.find("<Deleted><Key>k99</Key></Deleted>"), std::string::npos);
  EXPECT_EQ(reply->element("Code"), "KeyTooLongError");
  EXPECT_EQ(send({"GET", "/bucket"})->body.find("<Key>"), std::string::npos);
  EXPECT_EQ(ledger_.of("s3:DeleteObjects").size(), 100u);
}

TEST_F(ObjectTest, CopiesAPartOfWhatIsThereAndNoLess) {
  make_bucket();
  put("k", "0123456789");
  std::string upload = send({"POST", "/bucket/big", "", {{"uploads", ""}}})->element("UploadId");
  auto copy = [&](std::string range) {
    return send({"PUT",
                 "/bucket/big",
                 "",
                 {{"partNumber", "1"}, {"uploadId", upload}},
                 {{"x-amz-copy-source", "/bucket/k"}, {"x-amz-copy-source-range", range}}});
  };
  for (std::string range : {"bytes=0-10", "bytes=10-10", "bytes=5-4", "bytes=5-", "bytes=-5",
                            "bytes=a-b", "0-5", "bytes=0-1,3-4", "bytes=0-99999999999999999999"})
    EXPECT_EQ(copy(range)->element("Code"), "InvalidArgument") << range;
  EXPECT_EQ(copy("bytes=2-9")->element("ETag"),
            "&quot;" + to_hex(crypto::md5(as_view("23456789"))) + "&quot;");
}

TEST_F(ObjectTest, UploadsInParts) {
  make_bucket();
  auto created = send({"POST", "/bucket/big", "", {{"uploads", ""}}, {{"x-amz-meta-a", "1"}}});
  std::string upload = created->element("UploadId");
  ASSERT_FALSE(upload.empty());
  auto part = [&](std::string number, std::string body) {
    return send({"PUT", "/bucket/big", body, {{"partNumber", number}, {"uploadId", upload}}});
  };
  std::string first = part("1", "hello ")->field("ETag"),
              second = part("2", "world")->field("ETag");
  EXPECT_EQ(part("0", "x")->element("Code"), "InvalidArgument");
  EXPECT_EQ(part("10001", "x")->element("Code"), "InvalidArgument");
  auto parts = send({"GET", "/bucket/big", "", {{"uploadId", upload}, {"max-parts", "1"}}});
  EXPECT_EQ(parts->element("IsTruncated"), "true");
  EXPECT_EQ(parts->element("NextPartNumberMarker"), "1");
  EXPECT_EQ(send({"GET", "/bucket", "", {{"uploads", ""}}})->element("UploadId"), upload);
  auto complete = [&](std::string inner) {
    return send({"POST",
                 "/bucket/big",
                 "<CompleteMultipartUpload>" + inner + "</CompleteMultipartUpload>",
                 {{"uploadId", upload}}});
  };
  std::string one = "<Part><PartNumber>1</PartNumber><ETag>" + first + "</ETag></Part>";
  std::string two = "<Part><ETag>" + second + "</ETag><PartNumber>2</PartNumber></Part>";
  EXPECT_EQ(complete(two + one)->element("Code"), "InvalidPartOrder");
  EXPECT_EQ(complete("<Part>")->element("Code"), "MalformedXML");
  auto done = complete(one + two);
  EXPECT_EQ(done->status, 200) << done->body;
  EXPECT_TRUE(done->element("ETag").ends_with("-2&quot;"));
  auto got = send({"GET", "/bucket/big"});
  EXPECT_EQ(got->body, "hello world");
  EXPECT_EQ(got->field("x-amz-meta-a"), "1");
  EXPECT_EQ(part("3", "x")->element("Code"), "NoSuchUpload");
  EXPECT_EQ(code_of({"DELETE", "/bucket/big", "", {{"uploadId", upload}}}), "NoSuchUpload");
}

TEST_F(ObjectTest, AReadIsCutWhenItsRightHasEnded) {
  make_bucket();
  const std::string body(200'000, 'x');
  put("long", body);
  between_pieces_ = [this] {
    clock_.time += std::chrono::seconds(2);
    iam_.denied_actions = {"s3:GetObject"};
  };
  const auto cut = send({"GET", "/bucket/long"});
  EXPECT_EQ(cut->length, Bytes{body.size()});
  EXPECT_LT(cut->body.size(), body.size());
  EXPECT_GT(cut->body.size(), 0u);
  EXPECT_EQ(ledger_.of("s3:GetObject").back().event.reason, "iam.denied");
  iam_.denied_actions.clear();
  between_pieces_ = [this] { clock_.time += std::chrono::seconds(2); };
  EXPECT_EQ(send({"GET", "/bucket/long"})->body, body);
}

TEST_F(ObjectTest, NothingIsStoredByARightThatEndedMeanwhile) {
  make_bucket();
  const std::string body = "longer than one piece";
  const auto ends_after = [&](Duration pause) {
    return [this, pause] {
      clock_.time += pause;
      iam_.denied_actions = {"s3:PutObject"};
    };
  };
  between_pieces_ = ends_after(std::chrono::milliseconds(100));
  EXPECT_EQ(send({"PUT", "/bucket/quick", body})->status, 200) << "asked again once a second";
  iam_.denied_actions.clear();
  between_pieces_ = ends_after(std::chrono::seconds(1));
  EXPECT_EQ(code_of({"PUT", "/bucket/slow", body}), "AccessDenied");
  iam_.denied_actions.clear();
  between_pieces_ = [this] { clock_.time += std::chrono::seconds(30); };
  EXPECT_EQ(send({"PUT", "/bucket/lasting", body})->status, 200);
  between_pieces_ = {};
  EXPECT_EQ(send({"GET", "/bucket/quick"})->status, 200);
  EXPECT_EQ(send({"GET", "/bucket/slow"})->status, 404);
  EXPECT_EQ(send({"GET", "/bucket/lasting"})->body, body);
}

}  // namespace
}  // namespace belfry::s3
