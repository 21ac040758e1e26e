// What of an event can be asked for.
#pragma once

#include "audit/event.h"
#include "audit/query.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

struct EventFacts {
  std::optional<std::int64_t> time_ms;
  std::uint32_t event_class = 0;
  std::uint32_t outcome = 0;  // status_id
  std::string actor, action, source_ip, resource, reason;
  std::vector<Detail> details;
};

// Nothing if it is no JSON object. A member that is missing leaves its fact empty.
std::optional<EventFacts> facts_of(std::string_view ocsf);

// Whether the query lets an event with these facts through.
bool wanted(const Query& query, const EventFacts& facts);
// Whether it lets every event through.
bool wants_all(const Query& query);

}  // namespace belfry::audit
