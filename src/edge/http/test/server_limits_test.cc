// Slow, broken and too many clients. Limits are tiny; the tests wait for what must happen.
#include "room.h"
#include "runtime/signal.h"
#include "test_server.h"

#include <future>
#include <sys/resource.h>

namespace belfry::http {
namespace {

using namespace std::chrono_literals;

Listen tiny_times() {
  Listen options;
  options.limits.head_time = 50ms;
  options.limits.idle_time = 50ms;
  options.limits.progress_time = 50ms;
  return options;
}

// Echoes; an error that ends it goes to `seen` too.
Handler echo_telling(std::promise<Error>& seen) {
  return [&seen](Request& request, Response& response) -> Task<> {
    auto echoed = co_await echo(request, response);
    if (!echoed) seen.set_value(echoed.error());
    co_return echoed;
  };
}

std::string answer_to(std::uint16_t port, std::string_view request) {
  TestClient client(port);
  client.send(request);
  client.end_sending();
  return client.read_all();
}

TEST(Limits, EndAHeadThatTrickles) {
  TestServer server(echo, tiny_times());
  TestClient client(server.port());
  client.send("GET /x HT");
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 408 "));
}

TEST(Limits, EndAnIdleConnectionWithoutAWord) {
  TestServer server(echo, tiny_times());
  TestClient client(server.port());
  EXPECT_EQ(client.read_all(), "");
}

TEST(Limits, EndABodyThatStalls) {
  std::promise<Error> seen;
  TestServer server(echo_telling(seen), tiny_times());
  TestClient client(server.port());
  client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  std::string answer = client.read_all();
  EXPECT_EQ(seen.get_future().get().message(), "http.body_timeout");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << "its sender is told: " << answer;
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
}

// Sends an octet now and then until the server has closed; false: it takes them for ever.
bool is_cut_off(TestClient& client) {
  for (int i = 0; i < 500; ++i) {
    if (!client.send("x")) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

TEST(Limits, EndABodyThatTrickles) {
  std::promise<Error> seen;
  TestServer server(echo_telling(seen), tiny_times());
  TestClient client(server.port());
  client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  ASSERT_TRUE(is_cut_off(client));
  EXPECT_EQ(seen.get_future().get().message(), "http.body_timeout");
}

TEST(Limits, LetABodyGoOnAtTheLeastRate) {
  Listen options = tiny_times();
  options.limits.progress_time = 200ms;
  options.limits.body_rate_min = 100_B;  // each octet is worth 10 ms
  TestServer server(echo, options);
  TestClient client(server.port());
  client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(client.send(std::string(20, 'x')));
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_TRUE(client.read_until("PUT /x xxx").starts_with("HTTP/1.1 200 "));
}

TEST(Limits, EndARefusedBodyThatTrickles) {
  Listen options;
  options.limits.discard_time = 50ms;
  TestServer server([](Request&, Response& response) { return response.send("no"); }, options);
  TestClient client(server.port());
  client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_TRUE(is_cut_off(client));
}

TEST(Limits, EndAReaderThatDoesNotRead) {
  std::promise<Error> seen;
  TestServer server(
      [&](Request&, Response& response) -> Task<> {
        std::string piece(1 << 20, 'x');
        CO_TRY(co_await response.start(std::nullopt));
        for (;;) {
          auto written = co_await response.write(as_view(piece));
          if (!written) {
            seen.set_value(written.error());
            co_return written;
          }
        }
      },
      tiny_times());
  TestClient client(server.port());
  client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(seen.get_future().get().message(), "http.timeout");
}

TEST(Limits, RefuseHeadsThatAreTooLong) {
  Listen options;
  options.limits.head = 2_KiB;
  TestServer server(echo, options);
  std::string host = " HTTP/1.1\r\nHost: a\r\n";
  EXPECT_TRUE(answer_to(server.port(), "GET /" + std::string(3000, 'x') + host + "\r\n")
                  .starts_with("HTTP/1.1 414 "));
  EXPECT_TRUE(answer_to(server.port(), "GET /" + host + "X: " + std::string(3000, 'x') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(answer_to(server.port(), "GET /" + std::string(1000, 'x') + host + "\r\n")
                  .starts_with("HTTP/1.1 200 "));
}

TEST(Limits, TurnAwayWhoFindsNoRoom) {
  Listen options;
  options.limits.connections = 1;
  std::promise<void> entered;
  Promise<bool> release;
  TestServer server(
      [&](Request& request, Response& response) -> Task<> {
        if (request.path == "/1") {
          entered.set_value();
          co_await release.wait();
        }
        co_return co_await echo(request, response);
      },
      options);
  TestClient first(server.port());
  first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();
  TestClient second(server.port());
  EXPECT_TRUE(second.read_all().starts_with("HTTP/1.1 503 "));
  release.set(true);
  EXPECT_TRUE(first.read_until("GET /1 ").starts_with("HTTP/1.1 200 "));
}

// At once: who comes behind a crowd of others that say nothing waits until they have gone.
bool is_served(std::uint16_t port) {
  return answer_to(port, "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET /ok ");
}

TEST(Limits, LetIdleConnectionsGiveWay) {
  Listen options;
  options.limits.connections = 20;
  TestServer server(echo, options);
  std::vector<std::unique_ptr<TestClient>> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(std::make_unique<TestClient>(server.port()));
    EXPECT_LE(server.connections(), 20u);
  }
  EXPECT_TRUE(is_served(server.port()));
  EXPECT_EQ(idle.front()->read_all(), "") << "who waited longest is closed first";
}

TEST(Limits, LeaveDescriptorsForFiles) {
  EXPECT_EQ(connections_within(1024), 512u);
  EXPECT_EQ(connections_within(100'000), 95'904u);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &small), 0);
  TestServer server(echo), other(echo);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  std::vector<std::unique_ptr<TestClient>> idle;
  idle.reserve(200);
  for (int i = 0; i < 200; ++i)
    idle.push_back(std::make_unique<TestClient>((i % 2 ? server : other).port()));
  EXPECT_TRUE(is_served(server.port()));
  EXPECT_TRUE(is_served(other.port()));
  EXPECT_LE(server.connections() + other.connections(), 32u);
}

TEST(Torture, AnswersGarbageWith400OrCloses) {
  TestServer server(echo);
  for (std::string_view garbage :
       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n", "GET  /  HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}) {
    std::string answer = answer_to(server.port(), garbage);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 400 ")) << garbage << answer;
  }
  EXPECT_TRUE(
      answer_to(server.port(), "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET /ok "));
}

TEST(Torture, TellsTheHandlerOfABodyCutShort) {
  std::vector<std::string> seen;
  {
    TestServer server([&](Request& request, Response& response) -> Task<> {
      auto echoed = co_await echo(request, response);
      seen.push_back(echoed ? "whole" : echoed.error().message());
      co_return echoed;
    });
    std::string head = "PUT /x HTTP/1.1\r\nHost: a\r\n";
    std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    answer_to(server.port(), head + "Content-Length: 9\r\n\r\nabc");
    answer_to(server.port(), chunked + "5\r\nabc");
    answer_to(server.port(), chunked + "5\r\nabcde\r\n");
    answer_to(server.port(), chunked + "5\r\nabcdeXX\r\n");
    answer_to(server.port(), chunked + "zz\r\n");
    answer_to(server.port(), chunked + std::string(10'000, '1'));
    answer_to(server.port(), chunked + "5\r\nabcde\r\n0\r\n\r\n");
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"http.body_cut", "http.body_cut", "http.body_cut",
                                            "http.bad_chunk", "http.bad_chunk", "http.bad_chunk",
                                            "whole"}));
}

TEST(Torture, ServesOthersBesideThousandsOfIdleConnections) {
  TestServer server(echo);
  std::vector<std::unique_ptr<TestClient>> idle;
  idle.reserve(400);
  for (int i = 0; i < 400; ++i) idle.push_back(std::make_unique<TestClient>(server.port()));
  EXPECT_TRUE(
      answer_to(server.port(), "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET /ok "));
  for (int i = 0; i < 400; i += 7) {
    idle[std::size_t(i)]->send("GET /i HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(idle[std::size_t(i)]->read_until("GET /i ").starts_with("HTTP/1.1 200 "));
  }
}

}  // namespace
}  // namespace belfry::http
