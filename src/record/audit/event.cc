#include "audit/event.h"

#include <nlohmann/json.hpp>

#include <array>
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

}  // namespace

std::string to_ocsf(const Event& event) {
  using Json = nlohmann::ordered_json;
  const auto class_uid = std::uint32_t(event.event_class);
  const int activity = activity_of(event);
  const bool failed = event.outcome == Outcome::kFailure;
  Json json;
  json["time"] = to_us(event.time) / 1000;
  json["class_uid"] = class_uid;
  json["category_uid"] = class_uid / 1000;
  json["activity_id"] = activity;
  json["type_uid"] = std::uint64_t(class_uid) * 100 + std::uint64_t(activity);
  json["severity_id"] = failed ? 2 : 1;  // low, informational
  json["status_id"] = int(event.outcome);
  json["status"] = failed ? "Failure" : "Success";
  if (!event.reason.empty()) json["status_detail"] = event.reason;
  json["api"]["operation"] = event.action;
  Json user;
  user["name"] = event.actor;
  if (event.actor_id) user["uid"] = event.actor_id.text();
  json["actor"]["user"] = std::move(user);
  if (!event.source_ip.empty()) json["src_endpoint"]["ip"] = event.source_ip;
  json["resources"] = Json::array();
  if (!event.resource.empty()) json["resources"].push_back({{"name", event.resource}});
  if (!event.details.empty()) {
    Json details = Json::object();
    for (const Detail& detail : event.details) details[detail.name] = detail.value;
    json["unmapped"] = std::move(details);
  }
  json["metadata"] = {{"version", "1.1.0"},
                      {"product", {{"name", "Belfry"}, {"vendor_name", "Belfry"}}}};
  // Names of objects may be any octets; what is no UTF-8 becomes the replacement character.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace belfry::audit
