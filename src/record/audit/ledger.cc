#include "audit/ledger.h"

#include "base/text_encoding.h"
#include "ledger_core.h"

#include <boost/asio/co_spawn.hpp>

namespace belfry::audit {

namespace {

// One call's leaves go to the journal in pieces of this many.
constexpr std::size_t kSubmitLeavesMax = 4096;
// One key signs the logs of all tenants.
constexpr TenantId kAnyTenant{1};

class FileLedger : public Ledger {
 public:
  explicit FileLedger(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~FileLedger() override { core_->stop(); }

  Result<Leaf> seal(TenantId tenant, const Event& event) override {
    Leaf leaf{tenant, {}, {}};
    const std::string line = to_ocsf(event);
    TRY(leaf.octets, core_->seal(LeafType::kEvent, tenant, as_view(line), leaf.id));
    return leaf;
  }

  Task<std::vector<Receipt>> append(std::vector<Leaf> leaves) override {
    return submit_all(core_, std::move(leaves), std::nullopt);
  }
  Task<> append_from_source(std::vector<Leaf> leaves, segments::Sequence complete_up_to) override {
    auto receipts = co_await submit_all(core_, std::move(leaves), complete_up_to);
    if (!receipts) co_return std::unexpected(receipts.error());
    co_return Result<>();
  }
  segments::Sequence source_watermark() override { return core_->source_watermark(); }

  Task<Receipt> record(TenantId tenant, const Event& event) override {
    CO_TRY(Leaf leaf, seal(tenant, event));
    std::vector<Leaf> leaves;
    leaves.push_back(std::move(leaf));
    CO_TRY(auto receipts, co_await append(std::move(leaves)));
    co_return receipts.front();
  }

  Result<> record_read(TenantId tenant, Event event) override {
    return core_->record_read(tenant, event);
  }
  bool healthy() override { return core_->healthy(); }

  Task<QueryPage> query(TenantId tenant, const Query& query) override {
    return look(core_, tenant, query);
  }
  Task<Checkpoint> checkpoint(TenantId tenant) override {
    auto sign = [core = core_, tenant]() -> Result<Checkpoint> { return core->checkpoint(tenant); };
    return on_pool<Checkpoint>(core_, std::move(sign));
  }
  Task<std::vector<Hash>> inclusion_proof(TenantId tenant, std::uint64_t index,
                                          std::uint64_t size) override {
    auto prove = [core = core_, tenant, index, size]() -> Result<Hashes> {
      if (size > core->size_of(tenant))
        return fail(Code::kInvalid, "audit.no_such_leaf", {{"index", std::to_string(index)}});
      return audit_path(index, size, [&](TilePlace place, unsigned width) {
        return core->tile_hashes(tenant, place, width);
      });
    };
    return on_pool<std::vector<Hash>>(core_, std::move(prove));
  }
  Task<std::vector<Hash>> consistency_proof(TenantId tenant, std::uint64_t old_size,
                                            std::uint64_t size) override {
    auto prove = [core = core_, tenant, old_size, size]() -> Result<Hashes> {
      if (size > core->size_of(tenant))
        return fail(Code::kInvalid, "audit.no_such_leaf", {{"index", std::to_string(size)}});
      return consistency_path(old_size, size, [&](TilePlace place, unsigned width) {
        return core->tile_hashes(tenant, place, width);
      });
    };
    return on_pool<std::vector<Hash>>(core_, std::move(prove));
  }
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return core_->sizes(); }
  Task<Buffer> tile(TenantId tenant, const std::string& path) override {
    auto read = [core = core_, tenant, path] { return core->tile(tenant, path); };
    return on_pool<Buffer>(core_, std::move(read));
  }

  std::string origin(TenantId tenant) override { return core_->origin(tenant); }
  std::string verifier_key() override { return core_->verifier_key(kAnyTenant).text(); }
  std::string root_verifier_key() override { return core_->verifier_key(kRootLog).text(); }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId tenant) override {
    std::vector<std::pair<crypto::KeyId, std::string>> keys;
    for (const crypto::Key& key : core_->keys().list(tenant, crypto::KeyPurpose::kAuditMonth))
      keys.emplace_back(key.id, to_hex(key.secret));
    return keys;
  }

  Task<> delete_destroyed() override {
    auto remove = [core = core_]() -> Result<> {
      for (const auto& [tenant, size] : core->sizes()) core->delete_destroyed(tenant);
      return {};
    };
    co_return co_await runtime::blocking(core_->pool(), std::move(remove));
  }

  Task<> close() override { return core_->close(); }

 private:
  template <class T, class F>
  static Task<T> on_pool(std::shared_ptr<Core> core, F work) {
    co_return co_await runtime::blocking(core->pool(), std::move(work));
  }

  static Task<QueryPage> look(std::shared_ptr<Core> core, TenantId tenant, Query query) {
    Core* raw = core.get();
    auto work = [raw, tenant, &query] { return raw->query(tenant, query); };
    co_return co_await runtime::blocking(core->reading_pool(), std::move(work));
  }

  static Task<std::vector<Receipt>> submit_all(std::shared_ptr<Core> core, std::vector<Leaf> leaves,
                                               std::optional<segments::Sequence> source) {
    std::vector<Receipt> receipts;
    std::size_t next = 0;
    do {
      Pending pending;
      const std::size_t count = std::min(kSubmitLeavesMax, leaves.size() - next);
      for (std::size_t i = 0; i < count; ++i) pending.leaves.push_back(std::move(leaves[next + i]));
      next += count;
      // The last piece says that the source is complete up to there.
      if (next == leaves.size()) pending.source_complete_up_to = source;
      CO_TRY(auto got, co_await core->submit(std::move(pending)));
      receipts.insert(receipts.end(), got.begin(), got.end());
    } while (next < leaves.size());
    co_return receipts;
  }

  std::shared_ptr<Core> core_;
};

Task<std::unique_ptr<Ledger>> open_here(std::shared_ptr<Core> core) {
  CO_TRY(co_await Core::recover(core));
  co_return std::make_unique<FileLedger>(std::move(core));
}

}  // namespace

Task<std::unique_ptr<Ledger>> open_ledger(Executor executor, Clock& clock, Random& random,
                                          segments::Store& store, crypto::KeyStore& keys,
                                          Options options) {
  auto core = std::make_shared<Core>(clock, random, store, keys, std::move(options));
  // The workers live on the executor of who recovers.
  co_return co_await boost::asio::co_spawn(executor, open_here(std::move(core)),
                                           boost::asio::use_awaitable);
}

}  // namespace belfry::audit
