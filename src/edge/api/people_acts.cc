#include "people_acts.h"

#include "attachment.h"
#include "iam/crossing.h"
#include "iam/second_person.h"

#include <nlohmann/json.hpp>

namespace belfry::api {

std::string own_people(const Call& call) {
  return "belfry:tenant/" + call.by.tenant.text();
}

people::Actor actor_of(const Call& call) {
  auto how = iam::credential_details(call.by);
  how.push_back({"request_id", call.request.id});
  return {.tenant = call.by.tenant,
          .user = call.by.user,
          .name = call.by.name,
          .source_ip = call.request.peer_ip,
          .how = std::move(how)};
}

Result<people::Actor> allow_change(Call& call, const std::string& resource) {
  TRY(call.authorize({resource, call.by.tenant}));
  TRY(call.host.services.iam.second_factors().check_fresh(call.by, call.action, resource));
  people::Actor actor = actor_of(call);
  actor.may_suspend_administrators =
      call.ask("iam:SetUserActive", {own_people(call), call.by.tenant}).has_value();
  // Where there is no other administrator, mistakes are corrected by who made them.
  actor.is_another = [&call](database::Transaction& transaction,
                             const people::Responsible& responsible) -> Result<bool> {
    TRY(const auto found,
        iam::check_second_person(
            transaction, call.by,
            {.by = responsible.users, .barred = responsible.barred, .may_be_alone = true},
            call.host.services.clock.now()));
    return found == iam::Undoing::kByAnother;
  };
  return actor;
}

Error bad(const char* name) {
  return Error(Code::kInvalid, "api.bad_parameter", {{"name", name}});
}

Result<std::optional<std::string>> text_if(const nlohmann::json& body, const char* name) {
  const auto field = body.find(name);
  if (field == body.end()) return std::nullopt;
  if (!field->is_string()) return std::unexpected(bad(name));
  return field->get<std::string>();
}

Result<people::Kind> person_kind(const std::string& name) {
  const auto kind = people::kind_named(name);
  if (!kind) return fail(Code::kInvalid, "people.bad_kind", {{"kind", name}});
  return *kind;
}

Task<Answer> send_csv(Call& call, const std::string& name, const std::string& file) {
  co_return co_await send_attachment(call, "text/csv; charset=utf-8", name, file);
}

}  // namespace belfry::api
