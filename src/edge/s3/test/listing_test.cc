// Listings of buckets and of versions, page by page.
#include "service_fixture.h"

namespace belfry::s3 {
namespace {

using ListingTest = ServiceTest;
using Query = std::vector<http::QueryParameter>;

std::vector<std::string> all_of(const Reply& reply, const std::string& name) {
  std::vector<std::string> texts;
  const std::string open = "<" + name + ">", close = "</" + name + ">";
  for (std::size_t at = 0; (at = reply.body.find(open, at)) != std::string::npos;) {
    at += open.size();
    texts.push_back(reply.body.substr(at, reply.body.find(close, at) - at));
  }
  return texts;
}

using Names = std::vector<std::string>;

TEST_F(ListingTest, OfBucketsComesInPages) {
  for (std::string name : {"one", "two", "three", "two-b"}) make_bucket(name);
  auto list = [&](Query query) { return send({"GET", "/", "", std::move(query)}); };
  EXPECT_EQ(all_of(*list({}), "Name"), (Names{"one", "three", "two", "two-b"}));
  EXPECT_EQ(list({})->element("ContinuationToken"), "");
  Names seen;
  Query query{{"max-buckets", "2"}};
  for (int page = 0; page < 2; ++page) {
    auto reply = list(query);
    for (const std::string& name : all_of(*reply, "Name")) seen.push_back(name);
    EXPECT_EQ(reply->element("ContinuationToken").empty(), page == 1);
    query = {{"max-buckets", "2"}, {"continuation-token", reply->element("ContinuationToken")}};
  }
  EXPECT_EQ(seen, (Names{"one", "three", "two", "two-b"}));
  EXPECT_EQ(all_of(*list({{"prefix", "two"}}), "Name"), (Names{"two", "two-b"}));
  EXPECT_EQ(list({{"prefix", "two"}})->element("Prefix"), "two");
  EXPECT_EQ(all_of(*list({{"bucket-region", "eu-west-1"}}), "Name").size(), 4u);
  EXPECT_TRUE(all_of(*list({{"bucket-region", "ap-south-1"}}), "Name").empty());
  for (std::string limit : {"0", "10001", "-1", "x", ""})
    EXPECT_EQ(list({{"max-buckets", limit}})->element("Code"), "InvalidArgument") << limit;
  EXPECT_EQ(list({{"continuation-token", "!"}})->element("Code"), "InvalidArgument");
}

TEST_F(ListingTest, GoesOnFromTheStartWithAnEmptyToken) {
  make_bucket();
  put("a", "x");
  put("b", "x");
  auto list = [&](Query query) {
    query.push_back({"list-type", "2"});
    return send({"GET", "/bucket", "", std::move(query)});
  };
  auto all = list({{"continuation-token", ""}});
  EXPECT_EQ(all_of(*all, "Key"), (Names{"a", "b"}));
  EXPECT_NE(all->body.find("<ContinuationToken></ContinuationToken>"), std::string::npos);
  EXPECT_EQ(all_of(*list({{"continuation-token", ""}, {"start-after", "a"}}), "Key"), Names{"b"});
}

TEST_F(ListingTest, HasOneVersionOfEachObject) {
  make_bucket();
  for (std::string key : {"a/1", "a/2", "b c", "d"}) put(key, "hello");
  auto list = [&](Query query) {
    query.push_back({"versions", ""});
    return send({"GET", "/bucket", "", std::move(query)});
  };
  auto all = list({});
  EXPECT_EQ(all_of(*all, "Key"), (Names{"a/1", "a/2", "b c", "d"}));
  EXPECT_EQ(all_of(*all, "VersionId"), Names(4, "null"));
  EXPECT_EQ(all_of(*all, "IsLatest"), Names(4, "true"));
  EXPECT_EQ(all->element("Size"), "5");
  EXPECT_EQ(all->element("IsTruncated"), "false");
  Names seen;
  Query query{{"max-keys", "1"}, {"encoding-type", "url"}};
  for (int page = 0; page < 4; ++page) {
    auto reply = list(query);
    for (const std::string& key : all_of(*reply, "Key")) seen.push_back(key);
    EXPECT_EQ(reply->element("NextVersionIdMarker"), page < 3 ? "null" : "");
    query = {{"max-keys", "1"},
             {"encoding-type", "url"},
             {"key-marker", page == 1 ? "a/2" : reply->element("NextKeyMarker")},
             {"version-id-marker", "null"}};
    if (page == 2) query[2].value = "b c";
  }
  EXPECT_EQ(seen, (Names{"a/1", "a/2", "b%20c", "d"}));
  auto grouped = list({{"delimiter", "/"}, {"max-keys", "1"}});
  EXPECT_EQ(grouped->element("NextKeyMarker"), "a/");
  EXPECT_EQ(grouped->element("NextVersionIdMarker"), "") << "a common prefix has no version";
  EXPECT_EQ(list({{"version-id-marker", "null"}})->element("Code"), "InvalidArgument");
  EXPECT_EQ(code_of({"DELETE", "/bucket/d", "", {{"versionId", "null"}}}), "");
  EXPECT_EQ(all_of(*list({}), "Key").size(), 3u);
}

TEST_F(ListingTest, IsOfABucketWhoseOwnerIsTheOneExpected) {
  make_bucket();
  put("key", "x");
  std::string owner = send({"GET", "/"})->element("ID");
  ASSERT_EQ(owner.size(), 64u);
  const std::string header = "x-amz-expected-bucket-owner";
  auto code = [&](std::string method, std::string path, std::string field, std::string expected) {
    Ask ask{method, path, "", {}, {{field, expected}}};
    if (field != header) ask.fields.push_back({"x-amz-copy-source", "/bucket/key"});
    return code_of(ask);
  };
  for (const std::string& expected : {owner, kTenant.text()}) {
    EXPECT_EQ(code("GET", "/bucket", header, expected), "");
    EXPECT_EQ(code("PUT", "/bucket/new", "x-amz-source-expected-bucket-owner", expected), "");
  }
  for (const std::string& expected : {owner + "0", std::string("111122223333"), std::string()}) {
    EXPECT_EQ(code("GET", "/bucket", header, expected), "AccessDenied");
    EXPECT_EQ(code("PUT", "/bucket/key", header, expected), "AccessDenied");
    EXPECT_EQ(code("PUT", "/bucket/other", "x-amz-source-expected-bucket-owner", expected),
              "AccessDenied");
  }
  EXPECT_EQ(send({"HEAD", "/bucket/other"})->status, 404);
}

}  // namespace
}  // namespace belfry::s3
