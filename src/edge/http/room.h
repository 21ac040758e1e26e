// How many connections the process has room for: descriptors belong to it and not to a listener,
// and files need theirs, or the disks would seem to fail.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace belfry::http {

struct Shared;

// Safe from any thread.
class Room {
 public:
  static Room& of_process();

  // A server that listens. Reads the limit of open files again.
  void add(const std::shared_ptr<Shared>& server);

  // False: none is left.
  bool enter();
  void leave() { taken_.fetch_sub(1); }
  bool narrow() const { return is_narrow(taken_.load(), limit_.load()); }
  // One that waits for a request was asked to go; it has gone, or did not.
  void asked_to_go() { going_.fetch_add(1); }
  void gone() { going_.fetch_sub(1); }
  bool is_being_made() const { return going_.load() > 0; }
  // The server with the most connections; nothing when there is none.
  std::shared_ptr<Shared> fullest();

  // The last eighth is for those who send something.
  static bool is_narrow(std::size_t taken, std::size_t limit) { return taken >= limit - limit / 8; }

 private:
  std::atomic<std::size_t> taken_ = 0, limit_ = 0, going_ = 0;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Shared>> servers_;
};

// What `descriptors` leave for connections.
std::size_t connections_within(std::size_t descriptors);

}  // namespace belfry::http
