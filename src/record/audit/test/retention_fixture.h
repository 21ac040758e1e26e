// A ledger whose clock is moved by months, with the vault of legal holds.
#pragma once

#include "audit/retention.h"
#include "audit/vault.h"
#include "ledger_fixture.h"
#include "tree.h"

namespace belfry::audit {

using std::chrono::days;

class RetentionTest : public LedgerTest {
 protected:
  void open() {
    LedgerTest::open();
    open_holds();
  }
  void open_holds() {
    VaultOptions options;
    options.disks = {disks_[3], disks_[4], disks_[5]};
    options.elsewhere = {disks_[0]};
    options.pool = pool_;
    auto vault = run(open_vault(*ledger_, *keys_, clock_, *random_, std::move(options)));
    ASSERT_TRUE(vault) << vault.error().describe();
    vault_ = std::move(*vault);
  }
  void reopen() {
    vault_.reset();
    LedgerTest::reopen();
    open_holds();
  }

  Vault::Look looking() {
    return [this](TenantId tenant, const Query& query) { return ledger_->query(tenant, query); };
  }

  std::uint64_t destroy() {
    const std::size_t told = count_old_months(*keys_, clock_, kMonthsKeptMin);
    auto destroyed =
        run(destroy_old_months(*ledger_, *keys_, *vault_, clock_, pool_, kMonthsKeptMin));
    EXPECT_TRUE(destroyed) << destroyed.error().describe();
    if (vault_->waiting().empty()) EXPECT_EQ(told, destroyed.value_or(0));
    return destroyed.value_or(0);
  }
  // From now to a day of the month that is so many later.
  static days until(int months_later, unsigned day) {
    const auto today = std::chrono::floor<days>(std::chrono::system_clock::now());
    const std::chrono::year_month_day now(today);
    const auto month = now.year() / now.month() + std::chrono::months(months_later);
    return std::chrono::sys_days(month / day) - today;
  }
  // To so many days from now, by way of the first day of the month before.
  void live_until(days later) {
    clock_.shift = later;
    const auto today = std::chrono::floor<days>(clock_.now());
    const std::chrono::year_month_day now(today);
    const auto month_before = now.year() / now.month() - std::chrono::months(1);
    clock_.shift = later - (today - std::chrono::sys_days(month_before / 1));
    ASSERT_TRUE(keys_->current({9}, crypto::KeyPurpose::kAuditMonth));
    clock_.shift = later;
  }
  std::size_t readable(TenantId tenant) {
    Query all;
    all.limit = 10'000;
    return query(all, tenant).events.size();
  }
  void expect_proved(std::uint64_t index) {
    const Checkpoint checkpoint = run(ledger_->checkpoint(kTenant)).value();
    const auto proof = run(ledger_->inclusion_proof(kTenant, index, checkpoint.size)).value();
    const Buffer hashes = run(ledger_->tile(kTenant, "tile/0/000")).value();
    Hash leaf;
    std::ranges::copy(View(hashes).subspan(index * 32, 32), leaf.begin());
    EXPECT_TRUE(path_proves(leaf, index, checkpoint.size, proof, checkpoint.root));
  }

  std::unique_ptr<Vault> vault_;
};

}  // namespace belfry::audit
