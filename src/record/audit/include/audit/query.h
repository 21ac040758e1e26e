// What readers ask of a tenant's log, and what they get.
#pragma once

#include "audit/event.h"
#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace belfry::audit {

// The place of an event in its log. A segment leaf has several parts.
struct Position {
  std::uint64_t leaf = 0;
  std::uint32_t part = 0;
  auto operator<=>(const Position&) const = default;
};

// An event as a reader of the log gets it.
struct LoggedEvent {
  std::uint64_t index;     // of its leaf
  std::uint32_t part = 0;  // of a segment leaf
  std::string ocsf;        // JSON

  Position position() const { return {index, part}; }
};

enum class Order { kNewestFirst, kOldestFirst };

// Texts: an empty one lets everything through, one that ends with `*` is a prefix.
struct Query {
  std::optional<Timestamp> from, until;  // `until` is not part of the span
  std::string actor;
  std::string action;
  std::string resource;  // always a prefix
  std::string source_ip;
  std::string reason;  // a message id
  std::optional<Outcome> outcome;
  std::optional<std::uint32_t> event_class;  // OCSF class_uid
  std::vector<Detail> details;               // each by its whole value
  Order order = Order::kNewestFirst;
  // Newest first: only events before this place. Oldest first: this place and later ones.
  std::optional<Position> cursor;
  std::size_t limit = 100;
  Duration time_max = std::chrono::milliseconds(700);
};

struct QueryPage {
  std::vector<LoggedEvent> events;  // at most `limit`, in the order asked for
  // Where the next page goes on; nothing: no more. Oldest first there always is one: what comes
  // later.
  std::optional<Position> next;
  // It ended before `limit` because its time was over: there may be more from `next` on.
  bool stopped_early = false;
  std::uint64_t log_size = 0;
};

}  // namespace belfry::audit
