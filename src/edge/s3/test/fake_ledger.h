// A ledger that remembers events in plain text.
#pragma once

#include "audit/ledger.h"

#include <algorithm>

namespace belfry::s3 {

class FakeLedger final : public audit::Ledger {
 public:
  struct Seen {
    TenantId tenant;
    audit::Event event;
  };
  std::vector<Seen> sealed, reads;
  bool is_healthy = true;
  bool takes_reads = true;

  // The events of `action`, sealed or read.
  std::vector<Seen> of(std::string_view action) const {
    std::vector<Seen> found;
    for (const auto* list : {&sealed, &reads})
      std::ranges::copy_if(*list, std::back_inserter(found),
                           [&](const Seen& seen) { return seen.event.action == action; });
    return found;
  }

  Result<audit::Leaf> seal(TenantId tenant, const audit::Event& event) override {
    sealed.push_back({tenant, event});
    return audit::Leaf{tenant, {}, {}};
  }
  Result<> record_read(TenantId tenant, audit::Event event) override {
    if (!takes_reads) return fail(Code::kRetry, "audit.unavailable");
    reads.push_back({tenant, std::move(event)});
    return {};
  }
  bool healthy() override { return is_healthy; }

  Task<std::vector<audit::Receipt>> append(std::vector<audit::Leaf>) override {
    co_return std::vector<audit::Receipt>();
  }
  Task<> append_from_source(std::vector<audit::Leaf>, segments::Sequence) override {
    co_return Result<>();
  }
  segments::Sequence source_watermark() override { return 0; }
  Task<audit::Receipt> record(TenantId tenant, const audit::Event& event) override {
    sealed.push_back({tenant, event});
    co_return audit::Receipt{tenant, sealed.size()};
  }
  Task<audit::QueryPage> query(TenantId, const audit::Query&) override {
    co_return audit::QueryPage();
  }
  Task<audit::Checkpoint> checkpoint(TenantId) override { co_return audit::Checkpoint(); }
  Task<std::vector<audit::Hash>> inclusion_proof(TenantId, std::uint64_t, std::uint64_t) override {
    co_return std::vector<audit::Hash>();
  }
  Task<std::vector<audit::Hash>> consistency_proof(TenantId, std::uint64_t,
                                                   std::uint64_t) override {
    co_return std::vector<audit::Hash>();
  }
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return {}; }
  Task<Buffer> tile(TenantId, const std::string&) override { co_return Buffer(); }
  std::string origin(TenantId) override { return {}; }
  std::string verifier_key() override { return {}; }
  std::string root_verifier_key() override { return {}; }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId) override { return {}; }
  Task<> delete_destroyed() override { co_return Result<>(); }
  Task<> close() override { co_return Result<>(); }
};

}  // namespace belfry::s3
