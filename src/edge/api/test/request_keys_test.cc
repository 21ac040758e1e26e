#include "request_keys.h"

#include <gtest/gtest.h>

namespace belfry::api {
namespace {

using Values = std::optional<std::vector<std::string>>;

TEST(RequestKeys, AreWhatTheRequestSays) {
  http::Request request;
  request.query = {{"prefix", "open/"}, {"delimiter", ""}, {"limit", "20"}};
  request.fields.set("User-Agent", "curl/8");
  request.fields.set("If-None-Match", "*");
  const RequestKeys keys(request);
  EXPECT_EQ(keys.find("s3:prefix"), Values({"open/"}));
  EXPECT_EQ(keys.find("s3:delimiter"), Values({""}));
  EXPECT_EQ(keys.find("s3:max-keys"), Values({"20"}));
  EXPECT_EQ(keys.find("aws:useragent"), Values({"curl/8"}));
  EXPECT_EQ(keys.find("s3:if-none-match"), Values({"*"}));
  EXPECT_EQ(keys.find("aws:referer"), std::nullopt);
  EXPECT_EQ(keys.find("s3:authtype"), std::nullopt);
  EXPECT_EQ(keys.find("prefix"), std::nullopt);
  EXPECT_EQ(RequestKeys(request, "open/a").find("s3:prefix"), Values({"open/a"}));
}

}  // namespace
}  // namespace belfry::api
