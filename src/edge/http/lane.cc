#include "lane.h"

#include "base/text_encoding.h"
#include "connection.h"
#include "runtime/random.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <cstring>

namespace belfry::http {
namespace {

using namespace std::chrono_literals;

// Often enough that a limit is kept to a quarter of it.
Duration period_of(const Limits& limits) {
  Duration shortest = std::min({limits.head_time, limits.idle_time, limits.progress_time});
  return std::clamp<Duration>(shortest / 4, 5ms, 500ms);
}

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Lane::Lane(Executor executor, const Limits& limits)
    : executor_(std::move(executor)), sweep_period_(period_of(limits)), sweep_timer_(executor_) {
  id_state_ = make_system_random()->number();
}

Lane::Place Lane::enter(Connection& connection) {
  Place place = connections_.insert(connections_.end(), &connection);
  if (!sweeping_) {
    sweeping_ = true;
    boost::asio::co_spawn(executor_, sweep(shared_from_this()), boost::asio::detached);
  }
  return place;
}

void Lane::leave(Place place) {
  connections_.erase(place);
  // The sweep ends with the last connection.
  if (connections_.empty()) sweep_timer_.cancel();
}

void Lane::end_connections(Who who) {
  for (Connection* connection : connections_)
    if (who == Who::kAll || connection->is_idle()) connection->end();
}

bool Lane::end_longest_idle() {
  for (Connection* connection : connections_) {
    if (!connection->is_idle() || connection->watch().expired) continue;
    connection->give_way();
    return true;
  }
  return false;
}

void Lane::rest(Place place) {
  connections_.splice(connections_.end(), connections_, place);
}

// Runs while there are connections.
boost::asio::awaitable<void> Lane::sweep(std::shared_ptr<Lane> lane) {
  while (!lane->connections_.empty()) {
    lane->sweep_timer_.expires_after(lane->sweep_period_);
    co_await lane->sweep_timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    SteadyTime now = std::chrono::steady_clock::now();
    for (Connection* connection : lane->connections_)
      if (connection->watch().until <= now) connection->expire();
  }
  lane->sweeping_ = false;
}

std::string_view Lane::date() {
  auto now = std::chrono::system_clock::now();
  auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  if (second != date_of_ || date_.empty()) {
    date_of_ = second;
    date_ = format_http(std::chrono::time_point_cast<Duration>(now));
  }
  return date_;
}

std::string Lane::next_id() {
  std::uint64_t number = mix(id_state_ += 0x9e3779b97f4a7c15);
  std::array<std::byte, 8> octets;
  std::memcpy(octets.data(), &number, sizeof number);
  std::string id = to_hex(octets);
  std::ranges::transform(id, id.begin(), [](char c) { return c >= 'a' ? char(c - 32) : c; });
  return id;
}

}  // namespace belfry::http
