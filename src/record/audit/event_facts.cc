#include "event_facts.h"

#include <simdjson.h>

#include <algorithm>

namespace belfry::audit {

namespace {

namespace dom = simdjson::dom;
// A member, or why there is none.
using Member = simdjson::simdjson_result<dom::element>;

std::string text_of(const Member& member) {
  std::string_view text;
  return member.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::optional<std::int64_t> number_of(const Member& member) {
  std::int64_t number = 0;
  return member.get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
}

bool matches(std::string_view wanted, std::string_view text) {
  if (wanted.empty()) return true;
  if (!wanted.ends_with('*')) return text == wanted;
  return text.starts_with(wanted.substr(0, wanted.size() - 1));
}

// A resource is always asked for by its beginning; a star at the end says so once more.
bool begins(std::string_view wanted, std::string_view resource) {
  if (wanted.ends_with('*')) wanted.remove_suffix(1);
  return resource.starts_with(wanted);
}

bool in_span(const Query& query, const EventFacts& facts) {
  if (!query.from && !query.until) return true;
  if (!facts.time_ms) return false;
  // Events keep milliseconds.
  const Timestamp at = from_us(*facts.time_ms * 1000);
  if (query.from && at < std::chrono::floor<std::chrono::milliseconds>(*query.from)) return false;
  return !query.until || at < *query.until;
}

}  // namespace

// An index reads every event there is: a thread keeps the memory that it parses in.
std::optional<EventFacts> facts_of(std::string_view ocsf) {
  thread_local dom::parser parser;
  dom::object event;
  if (parser.parse(ocsf.data(), ocsf.size()).get(event) != simdjson::SUCCESS) return std::nullopt;
  EventFacts facts;
  facts.time_ms = number_of(event["time"]);
  facts.event_class = static_cast<std::uint32_t>(number_of(event["class_uid"]).value_or(0));
  facts.outcome = static_cast<std::uint32_t>(number_of(event["status_id"]).value_or(0));
  facts.actor = text_of(event["actor"]["user"]["name"]);
  facts.action = text_of(event["api"]["operation"]);
  facts.source_ip = text_of(event["src_endpoint"]["ip"]);
  facts.resource = text_of(event["resources"].at(0)["name"]);
  facts.reason = text_of(event["status_detail"]);
  dom::object details;
  if (event["unmapped"].get(details) == simdjson::SUCCESS)
    for (const auto [name, value] : details)
      if (std::string_view text; value.get(text) == simdjson::SUCCESS)
        facts.details.push_back({std::string(name), std::string(text)});
  return facts;
}

bool wanted(const Query& query, const EventFacts& facts) {
  const auto has = [&](const Detail& detail) {
    return std::ranges::any_of(facts.details, [&](const Detail& own) {
      return own.name == detail.name && own.value == detail.value;
    });
  };
  return in_span(query, facts) && matches(query.actor, facts.actor) &&
         matches(query.action, facts.action) && begins(query.resource, facts.resource) &&
         matches(query.source_ip, facts.source_ip) && matches(query.reason, facts.reason) &&
         (!query.outcome || facts.outcome == std::uint32_t(*query.outcome)) &&
         (!query.event_class || facts.event_class == *query.event_class) &&
         std::ranges::all_of(query.details, has);
}

bool wants_all(const Query& query) {
  return !query.from && !query.until && query.actor.empty() && query.action.empty() &&
         query.resource.empty() && query.source_ip.empty() && query.reason.empty() &&
         !query.outcome && !query.event_class && query.details.empty();
}

}  // namespace belfry::audit
