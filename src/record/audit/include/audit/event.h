// What happened, in OCSF's terms (schema 1.1): the plaintext that a leaf seals.
#pragma once

#include "base/id.h"
#include "base/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace belfry::audit {

// OCSF class_uid.
enum class EventClass : std::uint32_t {
  kUserManagement = 3007,
  kAuthentication = 3002,
  kAuthorizeSession = 3003,
  kEntityManagement = 3004,   // topology, disks, settings
  kComplianceFinding = 2003,  // measures
  kApiActivity = 6003,        // S3 and REST
};

enum class Outcome : std::uint8_t { kSuccess = 1, kFailure = 2 };  // OCSF status_id

// Names differ within an event.
struct Detail {
  std::string name;
  std::string value;
};

// No secrets and no bodies in any field.
struct Event {
  Timestamp time;
  EventClass event_class = EventClass::kApiActivity;
  std::string action;  // "s3:PutObject", "iam:SignIn", "disk:Healed", "measure:Evaluated"
  Outcome outcome = Outcome::kSuccess;
  std::string reason;     // a message id when it failed
  std::string actor;      // user name, access key id, "system"
  UserId actor_id;        // zero: nobody known, or the system
  std::string source_ip;  // empty: none
  std::string resource;   // "arn:aws:s3:::bucket/key", "disk:par1-s1-d1"
  std::vector<Detail> details;
};

// OCSF JSON, one line, keys in a fixed order. docs/formats/leaf.md maps the fields.
std::string to_ocsf(const Event& event);

}  // namespace belfry::audit
