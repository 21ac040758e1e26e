// Staff of the provider with second factors, and what it may do on a customer's data.
#pragma once

#include "iam/interventions.h"
#include "world.h"

#include <map>
#include <string>

namespace belfry::iam {

class StaffTest : public testing::TestWithParam<database::Engine> {
 protected:
  StaffTest() { seeds_["admin"] = world_.founded.admin_totp_secret; }

  // The provider's own rules want two persons for a privileged role: here the program gives it.
  UserId make_staff(const std::string& name, Role role) {
    const Principal system{
        .tenant = kProviderTenant, .name = "system", .method = Method::kSystem, .credential = {}};
    auto made =
        world_.wait(iam_.create_user(system, kProviderTenant, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    enrol(name);
    return made->id;
  }
  void enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(iam_.begin_totp(fresh));
    EXPECT_TRUE(seed) << seed.error().describe();
    EXPECT_TRUE(world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    seeds_[name] = *seed;
  }
  Principal enter(const std::string& name) {
    if (name == "admin") return world_.admin();
    return world_.enter(name, kGoodPassword, seeds_.at(name));
  }
  std::string approve(const Principal& by, InterventionId id) {
    return message_of(world_.wait(interventions_.approve(by, id, "agreed")));
  }
  std::string may(const Principal& by, std::string_view action = "s3:GetObject",
                  const std::string& resource = "arn:aws:s3:::papers/a",
                  TenantId owner = kFirstCustomer, std::string_view policy = {}) {
    return message_of(
        iam_.authorize(by, action, {resource, owner, policy}, {.time = world_.clock.now()}));
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  Interventions& interventions_ = iam_.interventions();
  std::map<std::string, std::string> seeds_;
};

}  // namespace belfry::iam
