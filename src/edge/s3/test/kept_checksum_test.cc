// Checksums that stay with an object, those of objects made of parts, and reading such a part.
#include "base/text_encoding.h"
#include "checksum.h"
#include "service_fixture.h"

namespace belfry::s3 {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string checksum_of(ChecksumKind kind, std::string_view text) {
  auto checksum = make_checksum(kind);
  checksum->update(as_view(text));
  return checksum->finish();
}

std::string composite_of(ChecksumKind kind, const std::vector<std::string>& texts) {
  auto checksum = make_checksum(kind);
  for (const std::string& text : texts) checksum->update(*from_base64(checksum_of(kind, text)));
  return checksum->finish() + "-" + std::to_string(texts.size());
}

class KeptChecksumTest : public ServiceTest {
 protected:
  KeptChecksumTest() { make_bucket(); }

  std::unique_ptr<Reply> begin(Fields fields) {
    auto reply = send({"POST", "/bucket/big", "", {{"uploads", ""}}, std::move(fields)});
    upload_ = reply->element("UploadId");
    parts_.clear();
    return reply;
  }
  std::unique_ptr<Reply> part(std::string body, Fields fields = {}, std::string more = "") {
    std::string number = std::to_string(parts_.size() + 1);
    auto reply = send({"PUT",
                       "/bucket/big",
                       std::move(body),
                       {{"partNumber", number}, {"uploadId", upload_}},
                       std::move(fields)});
    parts_.push_back("<Part><PartNumber>" + number + "</PartNumber><ETag>" + reply->field("ETag") +
                     "</ETag>" + more + "</Part>");
    return reply;
  }
  std::unique_ptr<Reply> complete(Fields fields = {}) {
    std::string xml = "<CompleteMultipartUpload>";
    for (const std::string& part : parts_) xml += part;
    return send({"POST",
                 "/bucket/big",
                 xml + "</CompleteMultipartUpload>",
                 {{"uploadId", upload_}},
                 std::move(fields)});
  }
  std::unique_ptr<Reply> get(std::string path, Fields fields = {}, std::string method = "GET") {
    fields.push_back({"x-amz-checksum-mode", "ENABLED"});
    return send({method, "/bucket/" + path, "", {}, std::move(fields)});
  }

  std::string upload_;
  std::vector<std::string> parts_;
};

TEST_F(KeptChecksumTest, IsGivenBackWhenAskedFor) {
  const std::string header = "x-amz-checksum-crc64nvme",
                    value = checksum_of(ChecksumKind::kCrc64Nvme, "hello");
  EXPECT_EQ(send({"PUT", "/bucket/k", "hello", {}, {{header, value}}})->field(header), value);
  EXPECT_EQ(send({"GET", "/bucket/k"})->field(header), "");
  for (std::string method : {"GET", "HEAD"}) {
    auto reply = get("k", {}, method);
    EXPECT_EQ(reply->field(header), value);
    EXPECT_EQ(reply->field("x-amz-checksum-type"), "FULL_OBJECT");
  }
  EXPECT_EQ(get("k", {{"range", "bytes=0-1"}})->field(header), "") << "it is not of the range";
  put("k", "hello");
  EXPECT_EQ(get("k")->field(header), "") << "of the object before";
}

TEST_F(KeptChecksumTest, OfATrailerIsKeptToo) {
  Ask ask{"PUT",
          "/bucket/k",
          "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
          {},
          {{"x-amz-trailer", "x-amz-checksum-crc32"}, {"x-amz-decoded-content-length", "5"}}};
  ask.payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  EXPECT_EQ(code_of(ask), "");
  EXPECT_EQ(get("k")->field("x-amz-checksum-crc32"), "NhCmhg==");
}

TEST_F(KeptChecksumTest, OfAWholeIsJoinedFromItsParts) {
  for (ChecksumKind kind :
       {ChecksumKind::kCrc32, ChecksumKind::kCrc32c, ChecksumKind::kCrc64Nvme}) {
    const std::string header(header_of(kind)), algorithm(name_of(kind));
    auto begun =
        begin({{"x-amz-checksum-algorithm", algorithm}, {"x-amz-checksum-type", "FULL_OBJECT"}});
    EXPECT_EQ(begun->field("x-amz-checksum-algorithm"), algorithm);
    EXPECT_EQ(begun->field("x-amz-checksum-type"), "FULL_OBJECT");
    part("hello ", {{header, checksum_of(kind, "hello ")}});
    EXPECT_EQ(part("world")->field(header), checksum_of(kind, "world")) << "computed here";
    EXPECT_EQ(complete({{header, checksum_of(kind, "hello World")}})->element("Code"), "BadDigest");
    auto listed = send({"GET", "/bucket/big", "", {{"uploadId", upload_}}});
    EXPECT_EQ(listed->element("ChecksumAlgorithm"), algorithm);
    EXPECT_EQ(listed->element("Checksum" + algorithm), checksum_of(kind, "hello "));
    const std::string whole = checksum_of(kind, "hello world");
    auto done = complete({{header, whole}, {"x-amz-mp-object-size", "11"}});
    EXPECT_EQ(done->status, 200) << done->body;
    EXPECT_EQ(done->element("Checksum" + algorithm), whole);
    EXPECT_EQ(done->element("ChecksumType"), "FULL_OBJECT");
    EXPECT_EQ(get("big")->field(header), whole);
    EXPECT_EQ(get("big")->field("x-amz-checksum-algorithm"), "");
  }
}

TEST_F(KeptChecksumTest, OfAWholeMayBeCompositeAndIsVerifiedAllTheSame) {
  for (ChecksumKind kind : {ChecksumKind::kSha256, ChecksumKind::kSha1, ChecksumKind::kCrc32}) {
    const std::string header(header_of(kind)), algorithm(name_of(kind));
    auto begun = begin({{"x-amz-checksum-algorithm", algorithm}});
    EXPECT_EQ(begun->field("x-amz-checksum-type"), "COMPOSITE");
    part("hello ");
    part("world");
    const std::string whole = composite_of(kind, {"hello ", "world"});
    EXPECT_EQ(complete({{header, composite_of(kind, {"hello ", "World"})}})->element("Code"),
              "BadDigest");
    EXPECT_EQ(complete({{header, "bad"}})->element("Code"), "BadDigest");
    auto done = complete({{header, whole}});
    EXPECT_EQ(done->element("Checksum" + algorithm), whole);
    EXPECT_EQ(get("big")->field(header), whole);
    EXPECT_EQ(get("big")->field("x-amz-checksum-type"), "COMPOSITE");
  }
}

TEST_F(KeptChecksumTest, OfAWholeIsRefusedWhenItCannotBeChecked) {
  begin({});
  part("hello ", {{"x-amz-checksum-crc32", checksum_of(ChecksumKind::kCrc32, "hello ")}});
  part("world");
  const std::string whole = checksum_of(ChecksumKind::kCrc32, "hello world");
  auto refused =
      complete({{"x-amz-checksum-crc32", whole}, {"x-amz-checksum-type", "FULL_OBJECT"}});
  EXPECT_EQ(refused->element("Code"), "InvalidRequest");
  EXPECT_NE(refused->element("Message").find("Part 2"), std::string::npos);
  EXPECT_EQ(complete({{"x-amz-mp-object-size", "12"}})->element("Code"), "InvalidRequest");
  EXPECT_EQ(complete({{"x-amz-mp-object-size", "all"}})->element("Code"), "InvalidArgument");
  EXPECT_EQ(complete()->status, 200);
  EXPECT_EQ(get("big")->field("x-amz-checksum-crc32"), "");
}

TEST_F(KeptChecksumTest, OfAnotherTypeThanPlannedIsRefusedWithoutAValueToo) {
  begin({{"x-amz-checksum-algorithm", "CRC32"}, {"x-amz-checksum-type", "COMPOSITE"}});
  part("hello ");
  EXPECT_EQ(complete({{"x-amz-checksum-type", "FULL_OBJECT"}})->element("Code"), "InvalidRequest");
  EXPECT_EQ(complete({{"x-amz-checksum-type", "COMPOSITE"}})->status, 200);
}

TEST_F(KeptChecksumTest, OfEveryPartLetsTheWholeBeCheckedWithoutAPlan) {
  begin({});
  for (std::string text : {"hello ", "world"})
    part(text, {{"x-amz-checksum-crc32c", checksum_of(ChecksumKind::kCrc32c, text)}});
  Fields whole = {{"x-amz-checksum-crc32c", checksum_of(ChecksumKind::kCrc32c, "hello world")},
                  {"x-amz-checksum-type", "FULL_OBJECT"}};
  EXPECT_EQ(complete(whole)->status, 200);
  EXPECT_EQ(get("big")->field("x-amz-checksum-crc32c"), whole[0].second);
}

TEST_F(KeptChecksumTest, PlansThatContradictThemselvesAreRefused) {
  auto code = [&](Fields fields) { return begin(std::move(fields))->element("Code"); };
  const std::string algorithm = "x-amz-checksum-algorithm", type = "x-amz-checksum-type";
  EXPECT_EQ(code({{algorithm, "MD5"}}), "InvalidRequest");
  EXPECT_EQ(code({{algorithm, "SHA256"}, {type, "FULL_OBJECT"}}), "InvalidRequest");
  EXPECT_EQ(code({{algorithm, "CRC64NVME"}, {type, "COMPOSITE"}}), "InvalidRequest");
  EXPECT_EQ(code({{algorithm, "CRC32"}, {type, "HALF"}}), "InvalidRequest");
  EXPECT_EQ(code({{type, "FULL_OBJECT"}}), "InvalidRequest");
  EXPECT_EQ(code({{algorithm, "CRC32"}}), "");
  const std::string sha = checksum_of(ChecksumKind::kSha256, "hello");
  EXPECT_EQ(part("hello", {{"x-amz-checksum-sha256", sha}})->element("Code"), "InvalidRequest");
  parts_.clear();
  part("hello");
  EXPECT_EQ(complete({{"x-amz-checksum-sha256", sha}})->element("Code"), "InvalidRequest");
  EXPECT_EQ(
      complete({{"x-amz-checksum-crc32", "NhCmhg=="}, {type, "FULL_OBJECT"}})->element("Code"),
      "InvalidRequest");
  parts_.clear();
  part("hello", {}, "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>");
  EXPECT_EQ(complete()->element("Code"), "InvalidPart");
  parts_.clear();
  part("hello", {}, "<ChecksumCRC32>NhCmhg==</ChecksumCRC32>");
  EXPECT_EQ(complete()->status, 200);
}

TEST_F(KeptChecksumTest, OfACopyIsOfItsOctets) {
  begin({{"x-amz-checksum-algorithm", "SHA256"}});
  part("hello ");
  part("world");
  ASSERT_EQ(complete()->status, 200);
  auto copy = [&](Fields fields) {
    fields.push_back({"x-amz-copy-source", "/bucket/big"});
    return send({"PUT", "/bucket/copy", "", {}, std::move(fields)});
  };
  const std::string sha = checksum_of(ChecksumKind::kSha256, "hello world");
  EXPECT_EQ(copy({})->element("ChecksumSHA256"), sha);
  EXPECT_EQ(get("copy")->field("x-amz-checksum-sha256"), sha);
  EXPECT_EQ(get("copy")->field("x-amz-checksum-type"), "FULL_OBJECT");
  copy({{"x-amz-checksum-algorithm", "CRC32"}});
  EXPECT_EQ(get("copy")->field("x-amz-checksum-crc32"),
            checksum_of(ChecksumKind::kCrc32, "hello world"));
  EXPECT_EQ(get("copy")->field("x-amz-checksum-sha256"), "");
  EXPECT_EQ(copy({{"x-amz-checksum-algorithm", "MD5"}})->element("Code"), "InvalidRequest");
}

TEST_F(KeptChecksumTest, OfACopiedPartCountsForTheWhole) {
  put("k", "0123456789");
  begin({{"x-amz-checksum-algorithm", "CRC64NVME"}});
  part("hello ");
  auto copied =
      send({"PUT",
            "/bucket/big",
            "",
            {{"partNumber", "2"}, {"uploadId", upload_}},
            {{"x-amz-copy-source", "/bucket/k"}, {"x-amz-copy-source-range", "bytes=2-5"}}});
  EXPECT_EQ(copied->element("ChecksumCRC64NVME"), checksum_of(ChecksumKind::kCrc64Nvme, "2345"));
  std::string etag = copied->element("ETag");
  parts_.push_back("<Part><PartNumber>2</PartNumber><ETag>" + etag + "</ETag></Part>");
  const std::string whole = checksum_of(ChecksumKind::kCrc64Nvme, "hello 2345");
  EXPECT_EQ(complete({{"x-amz-checksum-crc64nvme", whole}})->status, 200);
}

TEST_F(KeptChecksumTest, IsAmongTheAttributes) {
  begin({{"x-amz-checksum-algorithm", "SHA256"}});
  part("hello ");
  part("world");
  ASSERT_EQ(complete()->status, 200);
  auto attributes = [&](std::string key, std::string names, Fields more = {}) {
    more.push_back({"x-amz-object-attributes", names});
    return send({"GET", "/bucket/" + key, "", {{"attributes", ""}}, std::move(more)});
  };
  auto all = attributes("big", "ETag, Checksum,ObjectParts,StorageClass,ObjectSize");
  EXPECT_EQ(all->element("ObjectSize"), "11");
  EXPECT_EQ(all->element("StorageClass"), "STANDARD");
  EXPECT_TRUE(all->element("ETag").ends_with("-2"));
  EXPECT_EQ(all->element("ChecksumSHA256"),
            composite_of(ChecksumKind::kSha256, {"hello ", "world"}));
  EXPECT_EQ(all->element("ChecksumType"), "COMPOSITE");
  EXPECT_EQ(all->element("PartsCount"), "2");
  EXPECT_EQ(all->element("IsTruncated"), "false");
  EXPECT_FALSE(all->field("Last-Modified").empty());
  auto page = attributes("big", "ObjectParts", {{"x-amz-max-parts", "1"}});
  EXPECT_EQ(page->element("IsTruncated"), "true");
  EXPECT_EQ(page->element("NextPartNumberMarker"), "1");
  EXPECT_EQ(page->element("ChecksumSHA256"), checksum_of(ChecksumKind::kSha256, "hello "));
  EXPECT_EQ(page->element("ObjectSize"), "");
  auto none = attributes("big", "ObjectParts", {{"x-amz-max-parts", "0"}});
  EXPECT_EQ(none->element("IsTruncated"), "false") << "there would be nowhere to go on";
  auto rest = attributes("big", "ObjectParts", {{"x-amz-part-number-marker", "1"}});
  EXPECT_EQ(rest->element("IsTruncated"), "false");
  EXPECT_EQ(rest->element("PartNumber"), "2");
  EXPECT_EQ(rest->element("Size"), "5");
  put("k", "x");
  EXPECT_EQ(attributes("k", "ObjectParts,Checksum")->body.find("ObjectParts>"), std::string::npos);
  EXPECT_EQ(attributes("k", "Colour")->element("Code"), "InvalidArgument");
  EXPECT_EQ(attributes("k", "")->element("Code"), "InvalidArgument");
  EXPECT_EQ(attributes("k", "ETag", {{"x-amz-max-parts", "x"}})->element("Code"),
            "InvalidArgument");
  EXPECT_EQ(attributes("none", "ETag")->element("Code"), "NoSuchKey");
  EXPECT_EQ(get("big", {}, "GET")->field("x-amz-checksum-type"), "COMPOSITE");
  Ask second{"GET", "/bucket/big", "", {{"partNumber", "2"}}, {{"x-amz-checksum-mode", "ENABLED"}}};
  EXPECT_EQ(send(second)->field("x-amz-checksum-sha256"),
            checksum_of(ChecksumKind::kSha256, "world"));
}

TEST_F(KeptChecksumTest, PartsAreReadByTheirNumbers) {
  begin({});
  part("hello ");
  part("world");
  ASSERT_EQ(complete()->status, 200);
  put("k", "whole");
  put("none", "");
  auto read = [&](std::string key, std::string number, Fields fields = {},
                  std::string method = "GET") {
    return send({method, "/bucket/" + key, "", {{"partNumber", number}}, std::move(fields)});
  };
  auto second = read("big", "2");
  EXPECT_EQ(second->status, 206);
  EXPECT_EQ(second->body, "world");
  EXPECT_EQ(second->field("Content-Range"), "bytes 6-10/11");
  EXPECT_EQ(second->field("x-amz-mp-parts-count"), "2");
  EXPECT_EQ(read("big", "1", {}, "HEAD")->length, 6_B);
  EXPECT_EQ(read("big", "3")->status, 416);
  EXPECT_EQ(read("big", "3")->element("Code"), "InvalidPartNumber");
  for (std::string number : {"0", "10001", "x", ""})
    EXPECT_EQ(read("big", number)->element("Code"), "InvalidArgument") << number;
  EXPECT_EQ(read("big", "1", {{"range", "bytes=0-1"}})->element("Code"), "InvalidRequest");
  EXPECT_EQ(read("k", "1")->body, "whole");
  EXPECT_EQ(read("k", "2")->element("Code"), "InvalidPartNumber");
  EXPECT_EQ(read("none", "1")->status, 200);
}

}  // namespace
}  // namespace belfry::s3
