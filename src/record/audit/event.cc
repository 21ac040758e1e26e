#include "audit/event.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace belfry::audit {

namespace {

// OCSF activity_id. Create, read, update and delete have these numbers in API Activity and Entity
// Management; 1 and 2 are logon and logoff in Authentication, create and update in findings.
enum class Activity : int { kCreate = 1, kRead = 2, kUpdate = 3, kDelete = 4, kOther = 99 };

struct Verb {
  std::string_view prefix;
  Activity activity;
};

constexpr auto kVerbs = std::to_array<Verb>({{"Put", Activity::kCreate},
                                             {"Create", Activity::kCreate},
                                             {"Complete", Activity::kCreate},
                                             {"Upload", Activity::kCreate},
                                             {"Copy", Activity::kCreate},
                                             {"Add", Activity::kCreate},
                                             {"Get", Activity::kRead},
                                             {"List", Activity::kRead},
                                             {"Head", Activity::kRead},
                                             {"Readmit", Activity::kUpdate},
                                             {"Read", Activity::kRead},
                                             {"Update", Activity::kUpdate},
                                             {"Set", Activity::kUpdate},
                                             {"Change", Activity::kUpdate},
                                             {"Delete", Activity::kDelete},
                                             {"Remove", Activity::kDelete},
                                             {"Abort", Activity::kDelete}});

int activity_of(const Event& event) {
  const std::string_view action = event.action;
  const std::string_view verb = action.substr(action.find(':') + 1);
  switch (event.event_class) {
    case EventClass::kAuthentication:
      if (verb.starts_with("SignIn")) return 1;
      if (verb.starts_with("SignOut")) return 2;
      return int(Activity::kOther);
    case EventClass::kComplianceFinding:
      return 1;
    case EventClass::kAuthorizeSession:
      return int(Activity::kOther);
    case EventClass::kUserManagement:
    case EventClass::kEntityManagement:
    case EventClass::kApiActivity:
      break;
  }
  for (const Verb& known : kVerbs)
    if (verb.starts_with(known.prefix)) return int(known.activity);
  return int(Activity::kOther);
}

// Text that JSON may hold as it is, which is nearly all there is; the library escapes the rest.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

// Appends members one by one: an event is a few hundred octets, and every request has one.
class JsonLine {
 public:
  JsonLine() { line_.reserve(768); }

  JsonLine& raw(std::string_view json) {
    line_ += json;
    return *this;
  }
  JsonLine& number(std::int64_t value) {
    char digits[20];
    line_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    return *this;
  }
  JsonLine& text(std::string_view value) {
    if (is_plain(value)) {
      line_.append("\"").append(value).append("\"");
      return *this;
    }
    // Names of objects may be any octets; what is no UTF-8 becomes the replacement character.
    line_ += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return *this;
  }
  std::string take() { return std::move(line_); }

 private:
  std::string line_;
};

void add_details(JsonLine& json, const std::vector<Detail>& details) {
  std::string_view before = R"(,"unmapped":{)";
  for (const Detail& detail : details) {
    json.raw(before).text(detail.name).raw(":").text(detail.value);
    before = ",";
  }
  json.raw("}");
}

}  // namespace

std::string to_ocsf(const Event& event) {
  const auto class_uid = std::int64_t(event.event_class);
  const std::int64_t activity = activity_of(event);
  const bool failed = event.outcome == Outcome::kFailure;
  JsonLine json;
  json.raw(R"({"time":)").number(to_us(event.time) / 1000);
  json.raw(R"(,"class_uid":)").number(class_uid);
  json.raw(R"(,"category_uid":)").number(class_uid / 1000);
  json.raw(R"(,"activity_id":)").number(activity);
  json.raw(R"(,"type_uid":)").number(class_uid * 100 + activity);
  json.raw(R"(,"severity_id":)").number(failed ? 2 : 1);  // low, informational
  json.raw(R"(,"status_id":)").number(int(event.outcome));
  json.raw(R"(,"status":)").text(failed ? "Failure" : "Success");
  if (!event.reason.empty()) json.raw(R"(,"status_detail":)").text(event.reason);
  json.raw(R"(,"api":{"operation":)").text(event.action);
  json.raw(R"(},"actor":{"user":{"name":)").text(event.actor);
  if (event.actor_id) json.raw(R"(,"uid":)").text(event.actor_id.text());
  json.raw("}}");
  if (!event.source_ip.empty())
    json.raw(R"(,"src_endpoint":{"ip":)").text(event.source_ip).raw("}");
  json.raw(R"(,"resources":[)");
  if (!event.resource.empty()) json.raw(R"({"name":)").text(event.resource).raw("}");
  json.raw("]");
  if (!event.details.empty()) add_details(json, event.details);
  json.raw(
      R"(,"metadata":{"version":"1.1.0","product":{"name":"Belfry","vendor_name":"Belfry"}}})");
  return json.take();
}

}  // namespace belfry::audit
