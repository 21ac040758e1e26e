#include "room.h"

#include "lane.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <sys/resource.h>

namespace belfry::http {
namespace {

// Segments, the index, the database and the logs: never more than half, so that a small limit
// serves at all.
constexpr std::size_t kForFiles = 4096;

std::size_t descriptors_of_process() {
  rlimit limit{};
  constexpr rlim_t kMost = 1 << 20;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(std::min(limit.rlim_cur, kMost));
}

// Never waits: the lane ends one in its turn.
void end_one(Shared& server) {
  const auto& lane = server.lanes[server.next_to_end++ % server.lanes.size()];
  Room::of_process().asked_to_go();
  boost::asio::post(lane->executor(), [lane] {
    if (!lane->end_longest_idle()) Room::of_process().gone();
  });
}

}  // namespace

std::size_t connections_within(std::size_t descriptors) {
  return descriptors - std::min(descriptors / 2, kForFiles);
}

Room& Room::of_process() {
  static Room room;
  return room;
}

void Room::add(const std::shared_ptr<Shared>& server) {
  limit_ = connections_within(descriptors_of_process());
  std::lock_guard lock(mutex_);
  std::erase_if(servers_, [](const auto& each) { return each.expired(); });
  servers_.push_back(server);
}

bool Room::enter() {
  if (taken_.fetch_add(1) < limit_) return true;
  taken_.fetch_sub(1);
  return false;
}

std::shared_ptr<Shared> Room::fullest() {
  std::shared_ptr<Shared> fullest;
  std::lock_guard lock(mutex_);
  for (const auto& each : servers_)
    if (auto server = each.lock())
      if (!fullest || server->connections > fullest->connections) fullest = std::move(server);
  return fullest;
}

void Shared::make_room() {
  Room& room = Room::of_process();
  if (room.narrow()) {
    if (auto fullest = room.fullest()) end_one(*fullest);
  } else if (Room::is_narrow(connections, limits.connections)) {
    end_one(*this);
  }
}

bool Shared::enter() {
  if (connections >= limits.connections || !Room::of_process().enter()) return false;
  connections.fetch_add(1);
  return true;
}

void Shared::leave() {
  connections.fetch_sub(1);
  Room::of_process().leave();
}

}  // namespace belfry::http
