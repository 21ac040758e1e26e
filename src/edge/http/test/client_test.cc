#include "http/client.h"

#include "test_server.h"

namespace belfry::http {
namespace {

// Answers the first request of each method; the connection breaks in the midst of later answers.
class BreakingServer {
 public:
  BreakingServer()
      : server_([this](Request& request, Response& response) -> Task<> {
          int before = request.method == "GET" ? gets++ : posts++;
          if (before == 0) co_return co_await response.send("done");
          CO_TRY(co_await response.start(Bytes{10}));
          CO_TRY(co_await response.write(as_view("abc")));
          co_return fail(Code::kCorrupt, "test.rot");
        }) {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  std::atomic<int> gets = 0, posts = 0;

 private:
  TestServer server_;
};

TEST(Client, AsksTwiceOnlyForWhatChangesNothing) {
  BreakingServer server;
  auto client = make_client({server.url(), "", std::chrono::seconds(20)});
  ASSERT_TRUE(client);
  ASSERT_TRUE((*client)->send("GET", "/", {}, ""));
  EXPECT_FALSE((*client)->send("GET", "/", {}, ""));
  EXPECT_EQ(server.gets, 3);
  ASSERT_TRUE((*client)->send("POST", "/", {}, "x"));
  auto again = (*client)->send("POST", "/", {}, "x");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message(), "http.connection_broken");
  EXPECT_EQ(server.posts, 2);
}

TEST(Client, OpensAnotherConnectionWhenTheServerEndedTheIdleOne) {
  Listen options;
  options.limits.idle_time = std::chrono::milliseconds(50);
  TestServer server(echo, options);
  std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  auto client = make_client({url, "", std::chrono::seconds(20)});
  ASSERT_TRUE(client);
  ASSERT_TRUE((*client)->send("POST", "/", {}, "x"));
  while (server.connections() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto answer = (*client)->send("POST", "/", {}, "y");
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(answer->body, "POST / y");
}

}  // namespace
}  // namespace belfry::http
