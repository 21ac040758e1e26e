// A ledger and an outbox that take nothing and have nothing: a test overrides what it is about.
#pragma once

#include "audit/ledger.h"
#include "audit/outbox.h"

namespace belfry::audit::testing {

// Refuses with internal ("test.not_offered"), and is healthy.
class IdleLedger : public Ledger {
 public:
  Result<Leaf> seal(TenantId tenant, const Event& event) override;
  Task<std::vector<Receipt>> append(std::vector<Leaf> leaves) override;
  Task<> append_from_source(std::vector<Leaf> leaves, segments::Sequence watermark) override;
  segments::Sequence source_watermark() override { return 0; }
  Task<Receipt> record(TenantId tenant, const Event& event) override;
  Result<> record_read(TenantId tenant, Event event) override;
  bool healthy() override { return true; }
  Task<QueryPage> query(TenantId tenant, const Query& query) override;
  Task<Checkpoint> checkpoint(TenantId tenant) override;
  Task<std::vector<Hash>> inclusion_proof(TenantId tenant, std::uint64_t index,
                                          std::uint64_t size) override;
  Task<std::vector<Hash>> consistency_proof(TenantId tenant, std::uint64_t older,
                                            std::uint64_t newer) override;
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return {}; }
  Task<Buffer> tile(TenantId tenant, const std::string& path) override;
  std::string origin(TenantId) override { return "test"; }
  std::string verifier_key() override { return ""; }
  std::string root_verifier_key() override { return ""; }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId) override { return {}; }
  Task<> delete_destroyed() override { co_return Result<>(); }
  Task<> close() override { co_return Result<>(); }
};

class IdleOutbox : public Outbox {
 public:
  Task<std::uint64_t> drain() override { co_return 0; }
  void notify() override {}
  bool healthy() override { return is_healthy; }
  Task<> close() override { co_return Result<>(); }
  bool is_healthy = true;
};

}  // namespace belfry::audit::testing
