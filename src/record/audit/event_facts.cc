#include "event_facts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace belfry::audit {

namespace {

using nlohmann::json;

// Takes the facts out as the text is read: an index reads every event there is.
class FactReader : public nlohmann::json_sax<json> {
 public:
  EventFacts take() { return std::move(facts_); }
  bool was_object() const { return was_object_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t value) override { return number(value); }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    was_object_ = was_object_ || depth_ == 0;
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }
  bool key(string_t& name) override {
    if (depth_ <= names_.size()) names_[depth_ - 1] = name;
    return true;
  }
  bool string(string_t& text) override {
    if (depth_ == 1 && names_[0] == "status_detail") facts_.reason = text;
    if (depth_ == 3 && names_[0] == "actor" && names_[1] == "user" && names_[2] == "name")
      facts_.actor = text;
    if (depth_ == 2) member_of_member(text);
    return true;
  }

 private:
  bool number(std::int64_t value) {
    if (depth_ != 1) return true;
    if (names_[0] == "time") facts_.time_ms = value;
    if (names_[0] == "class_uid") facts_.event_class = static_cast<std::uint32_t>(value);
    if (names_[0] == "status_id") facts_.outcome = static_cast<std::uint32_t>(value);
    return true;
  }
  void member_of_member(const std::string& text) {
    if (names_[0] == "unmapped") facts_.details.push_back({names_[1], text});
    if (names_[0] == "api" && names_[1] == "operation") facts_.action = text;
    if (names_[0] == "src_endpoint" && names_[1] == "ip") facts_.source_ip = text;
    if (names_[0] == "resources" && names_[1] == "name" && facts_.resource.empty())
      facts_.resource = text;
  }

  EventFacts facts_;
  std::size_t depth_ = 0;
  bool was_object_ = false;
  std::array<std::string, 3> names_;  // of the members that the reader is in
};

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

std::optional<EventFacts> facts_of(std::string_view ocsf) {
  FactReader reader;
  if (!json::sax_parse(ocsf, &reader) || !reader.was_object()) return std::nullopt;
  return reader.take();
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
