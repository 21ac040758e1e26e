// Its own log, and nobody else's.
#include "base/text_encoding.h"
#include "journeys.h"

#include <algorithm>
#include <thread>

namespace belfry::prober {
namespace {

using nlohmann::json;

constexpr Duration kAskAgainAfter = std::chrono::milliseconds(500);
// Around an event, for the clocks of both sides.
constexpr Duration kMargin = std::chrono::minutes(5);
constexpr std::size_t kLinesLookedAt = 200;
// Pages without the line that one search goes through.
constexpr int kPagesMax = 1000;

std::string query_of(std::string_view action, std::string_view resource) {
  return "/api/v1/audit/events?limit=100&action=" + percent_encode(action, Slash::kEncode) +
         "&resource=" + percent_encode(resource, Slash::kEncode);
}

std::string time_of(std::string_view name, Timestamp time) {
  return "&" + std::string(name) + "=" + std::to_string(to_us(time));
}

std::size_t lines_in(const json& page) {
  return page.is_object() && page.contains("items") ? page["items"].size() : 0;
}

bool is_ours(const json& line) {
  const std::string actor = text_at(line, {"actor"}), resource = text_at(line, {"resource"});
  // Staff that looks at the tenant of the prober is told there as in any customer's log.
  return actor.starts_with("belfry-probe-") || actor == "system" ||
         actor.starts_with("arn:aws:iam::000000000001:") ||
         resource.starts_with("arn:aws:s3:::belfry-probe-");
}

}  // namespace

// Looks through the pages until the deadline of a line.
bool Walk::find_line(const std::string& query) {
  const Deadline deadline = customer_.clock().deadline_in(patience_);
  std::string cursor;
  for (int page = 0; page < kPagesMax && !customer_.clock().expired(deadline); ++page) {
    const json found = customer_.rest("GET", query + cursor, cookie_).json();
    if (lines_in(found) > 0) return true;
    if (customer_.is_cancelled()) return false;
    const std::string next = text_at(found, {"next_cursor"});
    cursor = next.empty() ? "" : "&cursor=" + next;
    // From the start again: it may not be there yet.
    if (next.empty()) std::this_thread::sleep_for(kAskAgainAfter);
  }
  return false;
}

void Walk::read_log() {
  const auto line_of = [](const Mark& mark) {
    return query_of("iam:CreateUser", mark.resource) + time_of("from_us", mark.at - kMargin) +
           time_of("until_us", mark.at + kMargin);
  };
  const bool found = find_line(line_of(*report_.mark));
  note("event_found", found, found ? "1" : "0", "1");
  std::size_t old = 0;
  for (const Mark& mark : marks_) old += find_line(line_of(mark)) ? 1 : 0;
  note("old_event_found", old == marks_.size(), std::to_string(old), std::to_string(marks_.size()));
  read_others();
}

void Walk::read_others() {
  std::size_t looked = 0, others = 0;
  bool answered = true;
  for (std::string cursor; looked < kLinesLookedAt && answered;) {
    const Answer page = customer_.rest("GET", "/api/v1/audit/events?limit=100" + cursor, cookie_);
    const json lines = page.json();
    answered = page.status == 200 && lines_in(lines) > 0;
    if (!answered) break;
    for (const json& line : lines["items"]) others += is_ours(line) ? 0 : 1;
    looked += lines_in(lines);
    const std::string next = text_at(lines, {"next_cursor"});
    if (next.empty()) break;
    cursor = "&cursor=" + next;
  }
  note("other_lines", answered && others == 0, answered ? std::to_string(others) : "-", "0");
  // The provider's own log is another tenant's, as is any customer's.
  expect("other_log_refused", customer_.rest("GET", "/api/v1/audit/events?tenant=1", cookie_), 404);
}

}  // namespace belfry::prober
