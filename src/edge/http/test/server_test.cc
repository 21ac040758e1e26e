#include "runtime/signal.h"
#include "test_server.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>

namespace belfry::http {
namespace {

using testing::Test;

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

TEST(Server, AnswersAndKeepsTheConnection) {
  TestServer server(echo);
  TestClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    std::string answer = client.read_until("GET /x ");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 7\r\n"));
    EXPECT_TRUE(has(answer, "\r\nDate: "));
    EXPECT_FALSE(has(answer, "Connection:"));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server(echo);
  TestClient client(server.port());
  client.send(
      "PUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: "
      "a\r\n\r\n\r\nPUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nde\r\n1\r\nf\r\n0\r\nX-Sum: 9\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n"
      "Connection: close\r\n\r\n");
  std::string all = client.read_all();
  std::size_t first = all.find("PUT /1 abc"), second = all.find("GET /2 "),
              third = all.find("PUT /3 def sum 9"), fourth = all.find("GET /4 ");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, fourth);
  EXPECT_NE(fourth, all.npos);
  EXPECT_TRUE(has(all, "Connection: close"));
}

TEST(Server, TakesAHeadOctetByOctet) {
  TestServer server(echo);
  TestClient client(server.port());
  for (char c : std::string("PUT /y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3;x=y\r\nabc\r\n0\r\n\r\n"))
    client.send({&c, 1});
  EXPECT_TRUE(has(client.read_until("PUT /y abc"), "200 OK"));
}

TEST(Server, SendsContinueOnlyWhenTheBodyIsRead) {
  TestServer server([](Request& request, Response& response) -> Task<> {
    if (request.path == "/refuse") {
      response.status = 403;
      co_return co_await response.send("no");
    }
    co_return co_await echo(request, response);
  });
  TestClient client(server.port());
  client.send("PUT /take HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_TRUE(has(client.read_until("PUT /take abc"), "200 OK"));
  client.send(
      "PUT /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
      "Expect: 100-continue\r\n\r\n");
  std::string answer = client.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_TRUE(has(answer, "Connection: close"));
}

TEST(Server, ReadsAwayASmallBodyNobodyWanted) {
  TestServer server([](Request&, Response& response) { return response.send("done"); });
  TestClient client(server.port());
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
  client.read_until("done");
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
  client.read_until("done");
  client.send(kGet);
  EXPECT_TRUE(has(client.read_until("done"), "200 OK"));
}

TEST(Server, ClosesOnALargeBodyNobodyWantedAfterTheAnswerIsRead) {
  Listen options;
  options.limits.discard = 1000_B;
  TestServer server([](Request&, Response& response) { return response.send("done"); }, options);
  TestClient client(server.port());
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" +
              std::string(20000, 'x'));
  client.end_sending();
  std::string answer = client.read_all();
  EXPECT_TRUE(has(answer, "Connection: close")) << answer;
  EXPECT_TRUE(answer.ends_with("done"));
}

TEST(Server, StreamsAnswersCountedAndChunked) {
  std::string piece(100'000, 'p');
  TestServer server([&](Request& request, Response& response) -> Task<> {
    std::optional<Bytes> length;
    if (request.path == "/counted") length = Bytes{3 * piece.size()};
    CO_TRY(co_await response.start(length));
    for (int i = 0; i < 3; ++i) CO_TRY(co_await response.write(as_view(piece)));
    co_return Result<>();
  });
  TestClient client(server.port());
  client.send("GET /counted HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Content-Length: 300000\r\n"));
  EXPECT_EQ(client.read_count(300'000), piece + piece + piece);
  client.send("GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Transfer-Encoding: chunked\r\n"));
  std::string chunk = "186a0\r\n" + piece + "\r\n";
  EXPECT_EQ(client.read_until("0\r\n\r\n"), chunk + chunk + chunk + "0\r\n\r\n");
  client.send("HEAD /counted HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Content-Length: 300000\r\n"));
  client.send("GET /none HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Connection: close"));
  EXPECT_EQ(client.read_all(), piece + piece + piece);
}

TEST(Server, CutsTheConnectionOfAnAnswerThatFailsHalfway) {
  TestServer server([](Request&, Response& response) -> Task<> {
    CO_TRY(co_await response.start(Bytes{10}));
    CO_TRY(co_await response.write(as_view("abc")));
    co_return fail(Code::kCorrupt, "test.rot");
  });
  TestClient client(server.port());
  client.send(kGet);
  EXPECT_TRUE(client.read_all().ends_with("\r\n\r\nabc"));
}

TEST(Server, AnswersForAHandlerThatFails) {
  TestServer server([](Request& request, Response&) -> Task<> {
    if (request.path == "/throw") throw std::runtime_error("x");
    if (request.path == "/silent") co_return Result<>();
    co_return fail(Code::kInternal, "test.fault");
  });
  for (std::string path : {"/throw", "/silent", "/error"}) {
    TestClient client(server.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 500 ")) << path;
  }
}

std::string date_of(std::string_view answer) {
  std::size_t from = answer.find("\r\nDate: ") + 8;
  return std::string(answer.substr(from, answer.find("\r\n", from) - from));
}

// The lane makes its date anew in another second: an answer underway must not hold on to the old.
TEST(Server, DatesAnAnswerWhenItIsMade) {
  std::promise<void> entered;
  Promise<bool> release;
  TestServer server([&](Request& request, Response& response) -> Task<> {
    if (request.path == "/held") {
      entered.set_value();
      co_await release.wait();
    }
    co_return co_await response.send("done");
  });
  TestClient held(server.port()), other(server.port());
  auto ask = [&] {
    other.send(kGet);
    return date_of(other.read_until("done"));
  };
  std::string first = ask(), last = first;
  held.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();
  while (last == first) last = ask();
  release.set(true);
  std::string date = date_of(held.read_until("done"));
  EXPECT_TRUE(date == last || date == ask()) << date;
}

TEST(Server, NeverLetsAValueEndItsLine) {
  TestServer server([](Request&, Response& response) {
    response.fields.add("X-Echo", "a\r\nSet-Cookie: b");
    return response.send("");
  });
  TestClient client(server.port());
  client.send(kGet);
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "X-Echo: a  Set-Cookie: b\r\n"));
}

TEST(Server, RefusesASecondListenerOnItsPort) {
  TestServer server(echo);
  boost::asio::io_context context;
  Listen options;
  options.port = server.port();
  auto second = listen({context.get_executor()}, options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), "http.port_in_use");
}

TEST(Server, FinishesWhatIsUnderwayWhenItStops) {
  std::promise<void> entered;
  TestServer server([&](Request& request, Response& response) -> Task<> {
    entered.set_value();
    co_return co_await echo(request, response);
  });
  TestClient idle(server.port());
  TestClient client(server.port());
  client.send("PUT /s HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  entered.get_future().wait();
  std::thread stopper([&] { server.stop(std::chrono::seconds(20)); });
  EXPECT_EQ(idle.read_all(), "");
  client.send("abc");
  EXPECT_TRUE(client.read_all().ends_with("PUT /s abc"));
  stopper.join();
  EXPECT_EQ(server.connections(), 0u);
}

TEST(Server, TellsAHandlerThatWaitsThatItEnds) {
  std::promise<void> entered;
  TestServer server([&](Request&, Response& response) -> Task<> {
    entered.set_value();
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (int i = 0; i < 1000 && !response.is_awaited(); ++i) {
      timer.expires_after(std::chrono::milliseconds(10));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return co_await response.send(response.is_awaited() ? "told" : "not told");
  });
  TestClient client(server.port());
  client.send(kGet);
  entered.get_future().wait();
  server.stop(std::chrono::seconds(20));
  EXPECT_TRUE(client.read_all().ends_with("\r\ntold"));
}

}  // namespace
}  // namespace belfry::http
