// Checksums, conditions and XML, each by itself.
#include "base/text_encoding.h"
#include "checksum.h"
#include "conditions.h"
#include "copy_source.h"
#include "errors.h"
#include "in_flight.h"
#include "xml_reader.h"
#include "xml_writer.h"

#include <gtest/gtest.h>

namespace belfry::s3 {
namespace {

std::string checksum_of(ChecksumKind kind, std::string_view text, std::size_t step) {
  auto checksum = make_checksum(kind);
  for (std::size_t i = 0; i < text.size(); i += step)
    checksum->update(as_view(text.substr(i, step)));
  return to_hex(*from_base64(checksum->finish()));
}

TEST(Checksum, AgreesWithThePublishedCheckValues) {
  for (std::size_t step : {1u, 3u, 9u}) {
    EXPECT_EQ(checksum_of(ChecksumKind::kCrc32, "123456789", step), "cbf43926");
    EXPECT_EQ(checksum_of(ChecksumKind::kCrc32c, "123456789", step), "e3069283");
    EXPECT_EQ(checksum_of(ChecksumKind::kCrc64Nvme, "123456789", step), "ae8b14860a799888");
    EXPECT_EQ(checksum_of(ChecksumKind::kSha1, "abc", step),
              "a9993e364706816aba3e25717850c26c9cd0d89d");
  }
  EXPECT_EQ(checksum_named("X-Amz-Checksum-CRC64NVME"), ChecksumKind::kCrc64Nvme);
  EXPECT_EQ(checksum_named("x-amz-checksum-algorithm"), std::nullopt);
}

TEST(Checksum, OfAWholeFollowsFromThoseOfItsPieces) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text.push_back(char(i * 131 >> 2));
  auto value_of = [](ChecksumKind kind, std::string_view octets) {
    auto checksum = make_checksum(kind);
    checksum->update(as_view(octets));
    return checksum->finish();
  };
  for (ChecksumKind kind :
       {ChecksumKind::kCrc32, ChecksumKind::kCrc32c, ChecksumKind::kCrc64Nvme}) {
    ASSERT_TRUE(can_join(kind));
    for (std::size_t cut : {0u, 1u, 7u, 1024u, 2999u, 3000u}) {
      std::string first = value_of(kind, std::string_view(text).substr(0, cut));
      std::string second = value_of(kind, std::string_view(text).substr(cut));
      EXPECT_EQ(joined(kind, first, second, Bytes{text.size() - cut}), value_of(kind, text))
          << name_of(kind) << " cut at " << cut;
    }
    std::string value = value_of(kind, text);
    EXPECT_NE(joined(kind, value, value, 2999_B), joined(kind, value, value, 3000_B));
    EXPECT_EQ(joined(kind, "AAA=", value, 1_B), std::nullopt);
    EXPECT_EQ(joined(kind, value, "no base64", 1_B), std::nullopt);
  }
  for (ChecksumKind kind : {ChecksumKind::kSha1, ChecksumKind::kSha256}) {
    EXPECT_FALSE(can_join(kind));
    EXPECT_EQ(joined(kind, value_of(kind, text), value_of(kind, text), 1_B), std::nullopt);
  }
  EXPECT_EQ(algorithm_named("CRC64NVME"), ChecksumKind::kCrc64Nvme);
  EXPECT_EQ(algorithm_named("MD5"), std::nullopt);
}

std::string condition(std::initializer_list<std::pair<std::string, std::string>> fields) {
  objects::ObjectInfo info;
  info.etag = "abc";
  info.modified = *parse_rfc3339("2026-03-01T12:00:00.500Z");
  http::Fields all;
  for (const auto& [name, value] : fields) all.add(name, value);
  auto checked = check_conditions(all, info);
  return checked ? "holds" : std::string(kind_of(checked.error()).code);
}

TEST(Conditions, FollowTheirOrder) {
  const std::string same = "Sun, 01 Mar 2026 12:00:00 GMT",
                    before = "Sun, 01 Mar 2026 11:00:00 GMT";
  EXPECT_EQ(condition({}), "holds");
  EXPECT_EQ(condition({{"If-Match", "\"abc\""}}), "holds");
  EXPECT_EQ(condition({{"If-Match", "\"x\", \"abc\""}}), "holds");
  EXPECT_EQ(condition({{"If-Match", "*"}}), "holds");
  EXPECT_EQ(condition({{"If-Match", "\"x\""}}), "PreconditionFailed");
  EXPECT_EQ(condition({{"If-None-Match", "\"abc\""}}), "NotModified");
  EXPECT_EQ(condition({{"If-None-Match", "\"x\""}}), "holds");
  EXPECT_EQ(condition({{"If-Modified-Since", same}}), "NotModified");
  EXPECT_EQ(condition({{"If-Modified-Since", before}}), "holds");
  EXPECT_EQ(condition({{"If-Unmodified-Since", before}}), "PreconditionFailed");
  EXPECT_EQ(condition({{"If-Unmodified-Since", same}}), "holds");
  EXPECT_EQ(condition({{"If-Match", "\"abc\""}, {"If-Unmodified-Since", before}}), "holds");
  EXPECT_EQ(condition({{"If-None-Match", "\"x\""}, {"If-Modified-Since", same}}), "holds");
  EXPECT_EQ(condition({{"If-Modified-Since", "never"}}), "holds");
}

TEST(XmlReader, ReadsABatchWithAndWithoutNamespace) {
  for (std::string_view attributes : {"", " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""}) {
    auto read =
        read_delete_request("<?xml version=\"1.0\"?><Delete" + std::string(attributes) +
                            "><Object><Key>a&amp;b &#x20;</Key></Object>\n<Quiet>true</Quiet>"
                            "<Object><Key>c</Key><VersionId>null</VersionId></Object></Delete>");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->quiet);
    ASSERT_EQ(read->objects.size(), 2u);
    EXPECT_EQ(read->objects[0].key, "a&b  ");
    EXPECT_EQ(read->objects[1].version, "null");
  }
}

TEST(XmlReader, RefusesWhatDoesNotFit) {
  std::string many = "<Delete>";
  for (int i = 0; i < 1001; ++i) many += "<Object><Key>k</Key></Object>";
  many += "</Delete>";
  for (const std::string& xml :
       {std::string(""), std::string("text"), std::string("<Delete>"), std::string("<Delete/>"),
        std::string("<Other><Object><Key>k</Key></Object></Other>"),
        std::string("<Delete><Object></Object></Delete>"),
        std::string("<Delete><Object><Key><b/></Key></Object></Delete>"),
        std::string("<Delete><Object><Key>k</Key></Object></Delete><Delete/>"), many})
    EXPECT_FALSE(read_delete_request(xml)) << xml.substr(0, 80);
  EXPECT_FALSE(read_location("<CreateBucketConfiguration><Loc"));
  EXPECT_EQ(*read_location(""), "");
}

TEST(XmlReader, KnowsThePolicyThatChangesNothing) {
  auto policy = [](std::string grants) {
    return "<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList>" + grants +
           "</AccessControlList></AccessControlPolicy>";
  };
  auto grant = [](std::string id, std::string permission) {
    return "<Grant><Grantee><ID>" + id + "</ID></Grantee><Permission>" + permission +
           "</Permission></Grant>";
  };
  EXPECT_TRUE(*grants_owner_alone(policy(grant("me", "FULL_CONTROL")), "me"));
  EXPECT_FALSE(*grants_owner_alone(policy(grant("you", "FULL_CONTROL")), "me"));
  EXPECT_FALSE(*grants_owner_alone(policy(grant("me", "READ")), "me"));
  EXPECT_FALSE(*grants_owner_alone(
      policy(grant("me", "FULL_CONTROL") +
             "<Grant><Grantee><URI>all</URI></Grantee><Permission>READ</Permission></Grant>"),
      "me"));
  EXPECT_FALSE(*grants_owner_alone(policy(""), "me"));
  EXPECT_FALSE(grants_owner_alone("<AccessControlPolicy/>", "me"));
}

TEST(XmlReader, ReadsPartsInOrder) {
  auto complete = [](std::string parts) {
    return read_complete_request("<CompleteMultipartUpload>" + parts +
                                 "</CompleteMultipartUpload>");
  };
  auto part = [](std::string number, std::string etag, std::string more = "") {
    return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag>" + more +
           "</Part>";
  };
  auto read = complete(part("1", "\"aa\"") +
                       part(" 3 ", "&quot;bb&quot;", "<ChecksumCRC32> AAAAAA== </ChecksumCRC32>") +
                       part("10000", "cc", "<ChecksumMD9>x</ChecksumMD9>"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->parts[1].number, 3u);
  EXPECT_EQ(read->parts[1].etag, "bb");
  ASSERT_EQ(read->checksums.size(), 3u);
  EXPECT_EQ(read->checksums[1], (objects::Headers{{"x-amz-checksum-crc32", "AAAAAA=="}}));
  EXPECT_TRUE(read->checksums[0].empty() && read->checksums[2].empty());
  auto unordered = complete(part("2", "a") + part("1", "b"));
  ASSERT_FALSE(unordered);
  EXPECT_EQ(kind_of(unordered.error()).code, "InvalidPartOrder");
  for (const std::string& bad : {std::string(), part("0", "a"), part("10001", "a"), part("x", "a"),
                                 part("1", ""), part("-1", "a")})
    EXPECT_FALSE(complete(bad)) << bad;
}

TEST(XmlWriter, EscapesWhatXmlCannotHold) {
  XmlWriter xml;
  xml.element("K", std::string_view("a<b>&\"\x01\r", 8));
  EXPECT_TRUE(xml.take().ends_with("<K>a&lt;b&gt;&amp;&quot;\xef\xbf\xbd&#13;</K>"));
  // A key may have U+FFFE, and a prefix any octets.
  XmlWriter strange;
  strange.element("K",
                  "\xef\xbf\xbe|\xef\xbf\xbf|\xff|\xc3|\xed\xa0\x80|\xc3\xa9|\xf0\x9f\x94\x94");
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_TRUE(strange.take().ends_with("<K>" + bad + "|" + bad + "|" + bad + "|" + bad + "|" + bad +
                                       bad + bad + "|\xc3\xa9|\xf0\x9f\x94\x94</K>"));
}

TEST(CopySource, NamesBucketAndKey) {
  auto read = read_copy_source("/bucket/a%20b/c%2Bd");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bucket, "bucket");
  EXPECT_EQ(read->key, "a b/c+d");
  EXPECT_TRUE(read_copy_source("b/k?versionId=null"));
  for (std::string_view bad :
       {"", "/", "bucket", "bucket/", "/bucket/", "//k", "b/%zz", "b/k?versionId=7"})
    EXPECT_FALSE(read_copy_source(bad)) << bad;
}

TEST(InFlight, GivesNoMoreThanThereIs) {
  InFlight in_flight(3_MiB);
  {
    auto unknown = in_flight.take(std::nullopt), large = in_flight.take(5_GiB);
    ASSERT_TRUE(unknown && large);
    auto third = in_flight.take(1_GiB);
    ASSERT_FALSE(third);
    EXPECT_EQ(kind_of(third.error()).code, "SlowDown");
    EXPECT_TRUE(in_flight.take(100_KiB)) << "small ones find room";
  }
  EXPECT_TRUE(in_flight.take(5_GiB)) << "what goes is given back";
}

TEST(Errors, HaveS3NamesWhereverTheyComeFrom) {
  auto code = [](Error error) { return std::string(kind_of(error).code); };
  EXPECT_EQ(code({Code::kConflict, "bucket.exists", {{"owned", "yes"}}}),
            "BucketAlreadyOwnedByYou");
  EXPECT_EQ(code({Code::kConflict, "bucket.exists", {{"owned", "no"}}}), "BucketAlreadyExists");
  EXPECT_EQ(code({Code::kRetry, "segments.no_disks"}), "ServiceUnavailable");
  EXPECT_EQ(code({Code::kExhausted, "segments.full"}), "SlowDown");
  EXPECT_EQ(code({Code::kCorrupt, "segments.corrupt"}), "InternalError");
  Error error = refuse("NoSuchKey", {{"Key", "a<b"}}).error();
  EXPECT_EQ(error_document(error, {"/b/a<b", "ID", "HOST"}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
            "<Message>The specified key does not exist.</Message><Key>a&lt;b</Key>"
            "<Resource>/b/a&lt;b</Resource><RequestId>ID</RequestId><HostId>HOST</HostId></Error>");
}

}  // namespace
}  // namespace belfry::s3
