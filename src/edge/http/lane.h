// One executor's share of a server: its connections, and what they share without locks.
#pragma once

#include "http/server.h"
#include "tls_context.h"
#include "watch.h"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <list>
#include <memory>

namespace belfry::http {

class Connection;

class Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(Executor executor, const Limits& limits);

  const Executor& executor() const { return executor_; }

  // On the lane's executor, as all below.
  using Place = std::list<Connection*>::iterator;
  Place enter(Connection& connection);
  void leave(Place place);
  // It begins to wait for a request.
  void rest(Place place);
  // Ends those that wait for a request; with `all`, the others too.
  enum class Who { kIdle, kAll };
  void end_connections(Who who);
  // Asks the one that has waited longest for a request to go; false when none waits. Room is told
  // once it has gone.
  bool end_longest_idle();

  // The Date field, made once a second: used before anything else runs on the lane.
  std::string_view date();
  // Sixteen hexadecimal digits that do not come again.
  std::string next_id();

 private:
  static boost::asio::awaitable<void> sweep(std::shared_ptr<Lane> lane);

  Executor executor_;
  Duration sweep_period_;
  std::list<Connection*> connections_;  // those at rest in the order in which they came to it
  bool sweeping_ = false;
  boost::asio::steady_timer sweep_timer_;
  std::string date_;
  std::chrono::seconds date_of_{};
  std::uint64_t id_state_;
};

// What all connections of a server share; they keep it alive.
struct Shared {
  Limits limits;
  Handler handler;
  std::unique_ptr<TlsContext> tls;
  std::vector<std::shared_ptr<Lane>> lanes;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> next_to_end = 0;  // of the lanes
  std::atomic<bool> stopping = false;

  // For one more connection. Near the limits of the server or of the process, connections that
  // wait for a request give way, longest first: they may be a flood, and each client opens another
  // when it needs one. Takes effect a little later.
  void make_room();
  // Takes room for one more; false when there is none.
  bool enter();
  void leave();
};

}  // namespace belfry::http
