// Stand-ins for what the object store leans on, for tests and simulations.
#pragma once

#include "audit/ledger.h"
#include "crypto/key_store.h"
#include "runtime/stream.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace belfry::objects::testing {

// A ledger that remembers leaves of sources by their id, and can be down. It outlives crashes, as
// the real one does.
class MemoryLedger : public audit::Ledger {
 public:
  void set_down(bool down);
  // Healthy, but leaves of sources wait.
  void set_stalled(bool stalled);
  std::map<audit::LeafId, unsigned> arrivals();  // how often each leaf came
  std::size_t leaves();                          // distinct

  Result<audit::Leaf> seal(TenantId tenant, const audit::Event& event) override;
  Task<std::vector<audit::Receipt>> append(std::vector<audit::Leaf> leaves) override;
  Task<> append_from_source(std::vector<audit::Leaf> leaves,
                            segments::Sequence complete_up_to) override;
  segments::Sequence source_watermark() override;
  Task<audit::Receipt> record(TenantId tenant, const audit::Event& event) override;
  Result<> record_read(TenantId tenant, audit::Event event) override;
  bool healthy() override;
  Task<audit::QueryPage> query(TenantId tenant, const audit::Query& query) override;
  Task<audit::Checkpoint> checkpoint(TenantId tenant) override;
  Task<std::vector<audit::Hash>> inclusion_proof(TenantId tenant, std::uint64_t index,
                                                 std::uint64_t size) override;
  Task<std::vector<audit::Hash>> consistency_proof(TenantId tenant, std::uint64_t old_size,
                                                   std::uint64_t size) override;
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return {}; }
  Task<Buffer> tile(TenantId tenant, const std::string& path) override;
  std::string origin(TenantId tenant) override;
  std::string verifier_key() override;
  std::string root_verifier_key() override { return {}; }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId tenant) override;
  Task<> delete_destroyed() override { co_return Result<>(); }
  Task<> close() override;

 private:
  std::mutex mutex_;
  bool down_ = false, stalled_ = false;
  segments::Sequence watermark_ = 0;
  std::map<audit::LeafId, unsigned> arrivals_;
};

// One key a tenant and purpose, made on demand.
class MemoryKeys : public crypto::KeyStore {
 public:
  Result<crypto::Key> current(TenantId tenant, crypto::KeyPurpose purpose) override;
  Result<crypto::Key> find(crypto::KeyId id) override;
  std::vector<crypto::Key> list(TenantId tenant, crypto::KeyPurpose purpose) override;
  Result<crypto::Key> rotate(TenantId tenant, crypto::KeyPurpose purpose) override;
  std::vector<Month> months_before(std::uint32_t) override { return {}; }
  Result<> destroy_months_before(std::uint32_t, const std::set<TenantId>&) override { return {}; }
  Result<> destroy_hold(crypto::KeyId) override { return {}; }
  Result<> forget_unused(crypto::KeyId) override { return {}; }
  Result<> prepare_next_month() override { return {}; }
  std::vector<DiskState> disks() override { return {}; }

 private:
  std::mutex mutex_;
  std::vector<crypto::Key> keys_;
};

// A copy of a body, given out in pieces of at most `piece` octets.
class MemorySource : public Source {
 public:
  explicit MemorySource(std::string_view body, std::size_t piece = 64 << 10)
      : body_(body), piece_(piece) {}
  Task<std::size_t> read(MutableView out) override;

 private:
  std::string body_;
  std::size_t piece_;
  std::size_t given_ = 0;
};

}  // namespace belfry::objects::testing
