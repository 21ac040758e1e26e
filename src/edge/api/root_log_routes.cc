// The log that commits to every tenant's: what proves that the caller's own is the one that the
// witnesses know. Nothing of it tells anything of other tenants.
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

Result<> allow(Call& call) {
  return call.authorize({"belfry:audit/" + call.by.tenant.text(), call.by.tenant});
}

Task<Answer> get_proof(Call& call) {
  CO_TRY(allow(call));
  CO_TRY(auto proof, co_await call.host.services.root_log.proof(call.by.tenant));
  co_return Answer{200, proof.encode(), {}};
}

Task<Answer> get_checkpoint(Call& call) {
  CO_TRY(allow(call));
  auto& services = call.host.services;
  CO_TRY(std::string note, co_await services.root_log.checkpoint());
  co_return answer({{"origin", services.ledger.origin(audit::kRootLog)},
                    {"verifier_key", services.ledger.root_verifier_key()},
                    {"note", std::move(note)}});
}

Task<Answer> get_tile(Call& call) {
  CO_TRY(allow(call));
  CO_TRY(Buffer octets, co_await call.host.services.ledger.tile(audit::kRootLog, call.path[0]));
  CO_TRY(call.record_read());
  call.response.fields.set("Content-Type", "application/octet-stream");
  CO_TRY(co_await call.response.send(std::string(as_text(octets))));
  co_return Answer::sent();
}

json time_or_null(Timestamp time) {
  return time == Timestamp{} ? json() : json(to_us(time));
}

Task<Answer> list_witnesses(Call& call) {
  CO_TRY(allow(call));
  json items = json::array();
  for (const audit::WitnessState& witness : call.host.services.root_log.witnesses())
    items.push_back({{"name", witness.name},
                     {"verifier_key", witness.verifier_key},
                     {"cosigned_size", witness.cosigned_size},
                     {"cosigned_at_us", time_or_null(witness.cosigned_at)},
                     {"problem", audit::name_of(witness.problem)},
                     {"problem_since_us", time_or_null(witness.problem_since)},
                     {"alarms", witness.alarms},
                     {"last_alarm_us", time_or_null(witness.last_alarm)}});
  co_return answer({{"items", std::move(items)}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/audit/root-proof", "audit:GetRootProof", get_proof},
    {"GET", "/api/v1/audit/root-checkpoint", "audit:GetRootCheckpoint", get_checkpoint},
    {"GET", "/api/v1/audit/root-tiles/{path...}", "audit:GetRootTile", get_tile, Access::kSignedIn,
     Telling::kPolled},
    {"GET", "/api/v1/audit/witnesses", "audit:ListWitnesses", list_witnesses},
};

}  // namespace

std::span<const Route> root_log_routes() {
  return kRoutes;
}

}  // namespace belfry::api
