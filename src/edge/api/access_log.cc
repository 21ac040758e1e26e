#include "access_log.h"

#include "iam/crossing.h"
#include "route.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace belfry::api {
namespace {

constexpr std::size_t kPathMax = 1000;
constexpr std::string_view kPrefix = "/api/v1/";

std::string path_of(const http::Request& request) {
  return request.raw_path.substr(0, kPathMax);
}

// "/api/v1/users/12/sessions" -> "belfry:users/12/sessions": where no right names anything.
std::string resource_by_path(const Call& call) {
  const std::string path = path_of(call.request);
  return "belfry:" + (path.starts_with(kPrefix) ? path.substr(kPrefix.size()) : path);
}

// What repeats when it is asked again. Of a tree of files each is asked for once: it is the tree.
std::string what_repeats(const Call& call) {
  std::string asked(call.route.pattern);
  if (asked.ends_with("...}")) return asked;
  // Decoded: however it is spelt.
  for (const std::string& part : call.path) asked += "\n" + part;
  return asked;
}

}  // namespace

audit::Event read_event(const Call& call, std::string resource) {
  audit::Event event = call.event(std::move(resource));
  event.time = call.came;
  event.action = read_action(call.route);
  event.details.push_back({"path", path_of(call.request)});
  event.details.push_back({"status", std::to_string(call.response.status)});
  std::ranges::move(iam::credential_details(call.by), std::back_inserter(event.details));
  return event;
}

std::string read_action(const Route& route) {
  const auto changes_by_it = [&](const Route& other) {
    return other.action == route.action && !is_read(other);
  };
  const bool is_shared = std::ranges::any_of(all_routes(), [&](std::span<const Route> routes) {
    return std::ranges::any_of(routes, changes_by_it);
  });
  if (!is_shared) return std::string(route.action);
  return std::string(route.action.substr(0, route.action.find(':'))) + ":Read";
}

Result<> AccessLog::record_read(audit::Ledger& ledger, const iam::Principal& by, Read read) {
  if (by.request->is_read_told() || by.request->is_repeat()) return {};
  const std::string name = by.credential + " " + read.event.source_ip + " " + read.asked;
  std::uint64_t count = 0;
  if (!read.asked.empty()) {
    count = repeats_.add(name, read.event.time);
    if (count == 0) {
      by.request->note_repeat();
      return {};
    }
    read.event.details.push_back({"requests", std::to_string(count)});
  }
  auto recorded = iam::record_in_both(ledger, by, read.event, read.owner);
  if (!recorded) {
    // Who asks again is not let in by a line that is not there.
    if (count > 0) repeats_.give_back(name, count);
    return recorded;
  }
  by.request->note_read();
  return {};
}

void AccessLog::record_stranger(audit::Ledger& ledger, TenantId provider, audit::Event event) {
  // However many addresses somebody has, there are so many lines.
  const auto line = std::to_string(std::hash<std::string>()(event.source_ip) % kStrangersMax);
  const std::uint64_t count = strangers_.add(line, event.time);
  if (count == 0) return;
  event.details.push_back({"requests", std::to_string(count)});
  if (!ledger.record_read(provider, std::move(event))) strangers_.give_back(line, count);
}

Result<> record_read(const Call& call) {
  if (!call.by.request || call.by.request->is_read_told()) return {};
  const auto subject = call.by.request->subject();
  AccessLog::Read read{
      .event = read_event(call, subject ? subject->resource : resource_by_path(call)),
      .owner = subject ? subject->owner : call.by.tenant,
      .asked = call.is_polled ? what_repeats(call) : ""};
  if (!read.owner) read.owner = call.host.services.provider;
  return call.host.access_log.record_read(call.host.services.ledger, call.by, std::move(read));
}

void record_refusal(const Call& call, const Error& error) {
  if (!call.by.request || call.by.request->is_refusal_told()) return;
  const auto subject = call.by.request->subject();
  // A full backlog cannot refuse what is refused already.
  static_cast<void>(call.refusal(subject ? subject->resource : resource_by_path(call), error));
}

void record_stranger(Host& host, const http::Request& request, const Route& route,
                     const Error& error) {
  audit::Event event;
  event.time = host.services.clock.now();
  event.event_class = audit::EventClass::kAuthentication;
  event.action = route.action;
  event.outcome = audit::Outcome::kFailure;
  event.reason = error.message();
  event.actor = "unknown";
  event.source_ip = request.peer_ip;
  event.resource = "belfry:api";
  event.details = {{"request_id", request.id},
                   {"request_method", request.method},
                   {"path", path_of(request)},
                   {"status", std::to_string(status_of(error))}};
  host.access_log.record_stranger(host.services.ledger, host.services.provider, std::move(event));
}

}  // namespace belfry::api
