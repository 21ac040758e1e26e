// What the provider's administrators write into the register of people.
#include "prepared_provider.h"

namespace belfry::measures_broken {
namespace {

const people::Actor kAdministrator{.tenant = iam::kProviderTenant,
                                   .user = {},
                                   .name = "admin",
                                   .source_ip = "192.0.2.1",
                                   .may_suspend_administrators = true};

}  // namespace

people::JobRole MeasuresBroken::make_job(const std::string& name, const std::string& account_role,
                                         std::vector<std::int64_t> groups) {
  return must(provider().people().set_job_role(kAdministrator, {},
                                               {.name = name,
                                                .owner = "Head of operations",
                                                .account_role = account_role,
                                                .groups = std::move(groups)}));
}

people::Person MeasuresBroken::record_person(const std::string& name, const people::JobRole& job,
                                             UserId account, Duration starts_in) {
  const people::Person made = must(provider().people().record(
      kAdministrator, {.name = name, .job_role = job.id, .starts = clock().now() + starts_in}));
  return must(provider().people().bind(kAdministrator, made.id, account));
}

void MeasuresBroken::record_departure(const people::Person& person, Duration in) {
  must(provider().people().record_departure(kAdministrator, person.id, clock().now() + in,
                                            "retires"));
}

people::Step MeasuresBroken::add_step(people::StepKind kind, const std::string& name) {
  return must(provider().people().checklists().add_step(
      kAdministrator, {.kind = kind, .words = {.name = name, .text = "As the handbook says"}}));
}

void MeasuresBroken::settle(UserId by, const people::Person& person, const people::Step& step,
                            people::StepAct act) {
  people::Actor actor = kAdministrator;
  actor.user = by;
  const auto is_another = [](database::Transaction&, const people::Responsible&) -> Result<bool> {
    return true;
  };
  must(provider().people().checklists().settle(actor, person.id, step.id, act, "Receipt 12",
                                               is_another));
}

}  // namespace belfry::measures_broken
