#include "audit_testing/idle_ledger.h"

namespace belfry::audit::testing {
namespace {

std::unexpected<Error> refused() {
  return fail(Code::kInternal, "test.not_offered");
}

}  // namespace

Result<Leaf> IdleLedger::seal(TenantId, const Event&) {
  return refused();
}
Task<std::vector<Receipt>> IdleLedger::append(std::vector<Leaf>) {
  co_return refused();
}
Task<> IdleLedger::append_from_source(std::vector<Leaf>, segments::Sequence) {
  co_return refused();
}
Task<Receipt> IdleLedger::record(TenantId, const Event&) {
  co_return refused();
}
Result<> IdleLedger::record_read(TenantId, Event) {
  return refused();
}
Task<QueryPage> IdleLedger::query(TenantId, const Query&) {
  co_return refused();
}
Task<Checkpoint> IdleLedger::checkpoint(TenantId) {
  co_return refused();
}
Task<std::vector<Hash>> IdleLedger::inclusion_proof(TenantId, std::uint64_t, std::uint64_t) {
  co_return refused();
}
Task<std::vector<Hash>> IdleLedger::consistency_proof(TenantId, std::uint64_t, std::uint64_t) {
  co_return refused();
}
Task<Buffer> IdleLedger::tile(TenantId, const std::string&) {
  co_return refused();
}

}  // namespace belfry::audit::testing
