#include "head.h"

#include <gtest/gtest.h>

#include <string>

namespace belfry::http {
namespace {

using namespace std::string_literals;

struct Outcome {
  int status = 200;
  HeadFacts facts;
  Request request;
};

Outcome parse(std::string_view head) {
  Outcome outcome;
  auto facts = parse_head(head, outcome.request);
  if (facts)
    outcome.facts = *facts;
  else
    outcome.status = facts.error().status;
  return outcome;
}

int status_of(std::string_view head) {
  return parse(head).status;
}

TEST(Head, ReadsTargetQueryAndFields) {
  Outcome got = parse(
      "GET /a%20b/c?list-type=2&prefix=x%2Fy+z&acl&k=v=w HTTP/1.1\r\n"
      "Host: localhost\r\nX-Thing:  one \r\nx-thing: two\r\n\r\n");
  ASSERT_EQ(got.status, 200);
  EXPECT_EQ(got.request.method, "GET");
  EXPECT_EQ(got.request.path, "/a b/c");
  EXPECT_EQ(got.request.raw_path, "/a%20b/c");
  EXPECT_EQ(got.request.parameter("prefix"), "x/y z");
  EXPECT_EQ(got.request.parameter("acl"), "");
  EXPECT_EQ(got.request.parameter("k"), "v=w");
  EXPECT_EQ(got.request.parameter("none"), std::nullopt);
  EXPECT_EQ(got.request.fields.get("X-THING"), "one");
  EXPECT_TRUE(got.facts.keep_alive);
  EXPECT_FALSE(got.request.content_length);
}

TEST(Head, TakesTheAbsoluteForm) {
  Outcome got = parse("GET http://proxy.example/bucket/k?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(got.request.target, "/bucket/k?x=1");
  EXPECT_EQ(parse("GET http://proxy.example HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/");
}

TEST(Head, KnowsFraming) {
  Outcome counted = parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(counted.request.content_length, Bytes{12});
  Outcome chunked = parse(
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n"
      "Expect: 100-Continue\r\n\r\n");
  EXPECT_TRUE(chunked.facts.chunked);
  EXPECT_TRUE(chunked.facts.expects_continue);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").facts.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").facts.keep_alive);
}

TEST(Head, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  const std::string start = "PUT / HTTP/1.1\r\nHost: a\r\n";
  for (std::string_view rest : {
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
           "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
           "Content-Length: 3, 4\r\n\r\n",
           "Content-Length: +3\r\n\r\n",
           "Content-Length: -3\r\n\r\n",
           "Content-Length: 0x3\r\n\r\n",
           "Content-Length: 99999999999999999999999\r\n\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
           "Content-Length : 3\r\n\r\n",
           "X: a\r\n b\r\n\r\n",
           "X: a\rb\r\n\r\n",
           "X: a\nY: b\r\n\r\n",
           "Host: b\r\n\r\n",
           ": nothing\r\n\r\n",
       })
    EXPECT_EQ(status_of(start + std::string(rest)), 400) << rest;
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"s), 400);
  EXPECT_EQ(status_of("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
}

TEST(Head, RefusesWhatItCannotServe) {
  EXPECT_EQ(status_of("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
            501);
  EXPECT_EQ(status_of("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"), 501);
  EXPECT_EQ(status_of("PUT / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n"), 417);
  EXPECT_NE(status_of("PUT / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n"), 417);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  for (std::string_view target : {"a", "/%zz", "/%4", "/a#b", "*", "ftp://x/", "/?a=%g0"})
    EXPECT_EQ(status_of("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n"), 400)
        << target;
}

TEST(Head, BoundsFieldsAndParameters) {
  std::string fields, parameters;
  for (std::size_t i = 0; i <= kFieldsMax; ++i) fields += "X: y\r\n";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"), 431);
  for (int i = 0; i < 300; ++i) parameters += "a&";
  EXPECT_EQ(status_of("GET /?" + parameters + " HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST(FindHeadEnd, FindsAnEndThatArrivesInPieces) {
  std::string head = "GET / HTTP/1.1\r\n\r\nbody";
  for (std::size_t seen = 0; seen < 18; ++seen) {
    EXPECT_EQ(find_head_end(std::string_view(head).substr(0, seen), 0), std::nullopt);
    EXPECT_EQ(find_head_end(head, seen), 18u);
  }
}

}  // namespace
}  // namespace belfry::http
