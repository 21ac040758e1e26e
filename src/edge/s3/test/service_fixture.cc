#include "service_fixture.h"

#include "signature.h"

#include <boost/asio/co_spawn.hpp>

namespace belfry::s3 {

std::string Reply::element(std::string_view name) const {
  std::string open = "<" + std::string(name) + ">";
  std::size_t from = body.find(open);
  if (from == body.npos) return {};
  from += open.size();
  return body.substr(from, body.find("</", from) - from);
}

ServiceTest::ServiceTest() {
  handler_ = make_handler(iam_, store_, ledger_, clock_, {});
}

http::Request ServiceTest::signed_request(const Ask& ask) {
  http::Request request;
  request.method = ask.method;
  request.path = request.raw_path = ask.path;
  request.query = ask.query;
  request.id = "REQUEST1";
  request.peer_ip = "192.0.2.1";
  request.content_length = Bytes{ask.body.size()};
  request.fields.add("Host", "localhost");
  request.fields.add("x-amz-date", format_basic(clock_.time));
  request.fields.add("x-amz-content-sha256", ask.payload);
  std::string signed_headers = "host;x-amz-content-sha256;x-amz-date";
  for (const auto& [name, value] : ask.fields) {
    request.fields.add(name, value);
    signed_headers += ";" + name;
  }
  std::string prefix = "AWS4-HMAC-SHA256 Credential=" + ask.key_id + "/" +
                       format_basic(clock_.time).substr(0, 8) +
                       "/eu-west-1/s3/aws4_request,SignedHeaders=" + signed_headers + ",Signature=";
  http::Request draft = request;
  draft.fields.add("Authorization", prefix + std::string(64, '0'));
  auto claim = read_claim(draft);
  EXPECT_TRUE(claim);
  auto key = make_signing_key(kSecret, claim->date, claim->region);
  std::string signature = sign(key, string_to_sign(*claim, canonical_request(*claim, draft)));
  request.fields.add("Authorization", prefix + signature);
  return request;
}

std::unique_ptr<Reply> ServiceTest::send_raw(http::Request request, std::string body) {
  auto reply = std::make_unique<Reply>();
  TextSource source(std::move(body), between_pieces_);
  reply->between = between_pieces_;
  request.body = &source;
  boost::asio::io_context context;
  bool done = false;
  boost::asio::co_spawn(context, handler_(request, *reply),
                        [&](std::exception_ptr thrown, const Result<>&) {
                          EXPECT_FALSE(thrown);
                          done = true;
                        });
  context.run();
  EXPECT_TRUE(done && reply->has_started);
  EXPECT_FALSE(reply->field("x-amz-request-id").empty());
  return reply;
}

std::unique_ptr<Reply> ServiceTest::send(Ask ask) {
  return send_raw(signed_request(ask), ask.body);
}

std::string ServiceTest::code_of(Ask ask) {
  auto reply = send(std::move(ask));
  if (reply->status < 300) return {};
  return reply->element("Code");
}

void ServiceTest::make_bucket(std::string name) {
  EXPECT_EQ(send({"PUT", "/" + name})->status, 200);
}

void ServiceTest::put(std::string key, std::string body) {
  EXPECT_EQ(send({"PUT", "/bucket/" + key, std::move(body)})->status, 200);
}

}  // namespace belfry::s3
