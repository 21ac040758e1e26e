#include "connection.h"
#include "lane.h"
#include "room.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>

namespace belfry::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;

constexpr Duration kRoomWait = 1ms;
constexpr int kRoomWaitsMax = 1000;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// One answer for those who find no room; never waits.
void turn_away(TcpSocket& socket, bool plain) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n";
  if (plain)
    (void)::send(socket.native_handle(), kAnswer.data(), kAnswer.size(),
                 MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Takes room for one more, and waits for it while others make it: in a burst they come faster than
// those before them go.
boost::asio::awaitable<bool> enter(Shared& shared, asio::steady_timer& timer) {
  shared.make_room();
  for (int wait = 0; wait < kRoomWaitsMax && !shared.stopping; ++wait) {
    if (shared.enter()) co_return true;
    if (!Room::of_process().is_being_made()) break;
    timer.expires_after(kRoomWait);
    co_await timer.async_wait(kTuple);
  }
  co_return shared.enter();
}

boost::asio::awaitable<void> accept_all(std::shared_ptr<Shared> shared,
                                        std::shared_ptr<tcp::acceptor> acceptor) {
  asio::steady_timer timer(acceptor->get_executor());
  for (std::size_t turn = 0; acceptor->is_open(); ++turn) {
    std::shared_ptr<Lane> lane = shared->lanes[turn % shared->lanes.size()];
    auto [ec, socket] = co_await acceptor->async_accept(lane->executor(), kTuple);
    if (ec) {
      if (!acceptor->is_open() || shared->stopping) co_return;
      // No descriptors or no memory, most likely: give others time to end.
      timer.expires_after(50ms);
      co_await timer.async_wait(kTuple);
      continue;
    }
    if (!co_await enter(*shared, timer)) {
      turn_away(socket, !shared->tls);
      continue;
    }
    asio::co_spawn(lane->executor(), serve(shared, lane, std::move(socket)), asio::detached);
  }
}

class BeastServer final : public Server {
 public:
  BeastServer(std::shared_ptr<Shared> shared, std::shared_ptr<tcp::acceptor> acceptor,
              std::uint16_t port)
      : shared_(std::move(shared)), acceptor_(std::move(acceptor)), port_(port) {}

  ~BeastServer() override {
    close_acceptor();
    end_connections(Lane::Who::kAll);
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return shared_->connections.load(); }

  boost::asio::awaitable<void> stop(Duration grace) override {
    close_acceptor();
    end_connections(Lane::Who::kIdle);
    co_await wait_for_end(grace);
    end_connections(Lane::Who::kAll);
    co_await wait_for_end(1s);
  }

 private:
  void close_acceptor() {
    shared_->stopping = true;
    asio::post(acceptor_->get_executor(), [acceptor = acceptor_] {
      boost::system::error_code ignored;
      acceptor->close(ignored);
    });
  }

  void end_connections(Lane::Who who) {
    for (const auto& lane : shared_->lanes)
      asio::post(lane->executor(), [lane, who] { lane->end_connections(who); });
  }

  boost::asio::awaitable<void> wait_for_end(Duration time) {
    std::shared_ptr<Shared> shared = shared_;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto until = std::chrono::steady_clock::now() + time;
    while (shared->connections.load() > 0 && std::chrono::steady_clock::now() < until) {
      timer.expires_after(2ms);
      co_await timer.async_wait(kTuple);
    }
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<tcp::acceptor> acceptor_;
  std::uint16_t port_;
};

Result<std::shared_ptr<tcp::acceptor>> open_acceptor(const Executor& executor,
                                                     const Listen& options) {
  boost::system::error_code ec;
  auto address = asio::ip::make_address(options.address, ec);
  if (ec) return fail(Code::kInvalid, "http.bad_address", {{"address", options.address}});
  tcp::endpoint endpoint(address, options.port);
  auto acceptor = std::make_shared<tcp::acceptor>(executor);
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (!ec) acceptor->listen(4096, ec);
  if (ec)
    return fail(Code::kConflict, "http.port_in_use",
                {{"address", options.address},
                 {"port", std::to_string(options.port)},
                 {"reason", ec.message()}});
  return acceptor;
}

}  // namespace

Result<std::unique_ptr<Server>> listen(std::vector<Executor> executors, Listen options,
                                       Handler handler) {
  if (executors.empty()) return fail(Code::kInternal, "http.no_executor");
  auto shared = std::make_shared<Shared>();
  shared->limits = options.limits;
  shared->handler = std::move(handler);
  if (options.tls) {
    TRY(shared->tls, TlsContext::make(*options.tls));
  }
  for (const Executor& executor : executors)
    shared->lanes.push_back(std::make_shared<Lane>(executor, options.limits));
  TRY(auto acceptor, open_acceptor(executors.front(), options));
  Room::of_process().add(shared);
  boost::system::error_code ec;
  std::uint16_t port = acceptor->local_endpoint(ec).port();
  asio::co_spawn(executors.front(), accept_all(shared, acceptor), asio::detached);
  return std::make_unique<BeastServer>(std::move(shared), std::move(acceptor), port);
}

}  // namespace belfry::http
