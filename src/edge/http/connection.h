// One connection: requests one after the other, until either side ends it.
//
//   handshake -> idle -> head -> exchange -> idle ...
//                  |       |        `-> lingering -> closed
//                  `-------`--> closed
//
// Invariants
//  1. Every wait on the socket has a deadline in the watch; a handler's own waits have theirs.
//  2. A request is answered before the next one is looked at, so that pipelined answers keep order.
//  3. After a head that was refused, or a body not read to its end, nothing more is understood.
#pragma once

#include "head.h"
#include "input.h"
#include "lane.h"
#include "transport.h"

namespace belfry::http {

class Connection {
 public:
  Connection(std::shared_ptr<Shared> shared, std::shared_ptr<Lane> lane, TcpSocket socket);
  ~Connection();
  Connection(const Connection&) = delete;

  boost::asio::awaitable<void> run();

  const Watch& watch() const { return watch_; }
  // Nothing of a request has come.
  bool is_idle() const { return idle_; }
  // The wait underway ends: it took too long.
  void expire();
  // As expire(), for another's sake.
  void give_way();
  // The wait underway, and every later one, ends.
  void end();

 private:
  // The length of a whole head at the start of the input; nothing: the connection ends.
  boost::asio::awaitable<std::optional<std::size_t>> read_head();
  // True: the next request may follow.
  boost::asio::awaitable<bool> exchange(std::size_t head_length);
  boost::asio::awaitable<void> refuse(int status);
  // Lets the client read what was sent before the socket closes: with octets unread, closing at
  // once would destroy them on their way.
  boost::asio::awaitable<void> linger();
  // It has gone, or stays for a request that came just in time: nobody need wait for it.
  void end_giving_way();

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Lane> lane_;
  std::string peer_ip_;
  Watch watch_;
  std::unique_ptr<Transport> transport_;
  Input input_;
  bool idle_ = false;
  bool gives_way_ = false;
  Lane::Place place_;
};

// Serves `socket` on the lane's executor.
boost::asio::awaitable<void> serve(std::shared_ptr<Shared> shared, std::shared_ptr<Lane> lane,
                                   TcpSocket socket);

}  // namespace belfry::http
