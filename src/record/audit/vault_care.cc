// What holds need besides copying: placements that were cut short go, releases end, and what is
// kept is read again.
#include "vault_core.h"

#include <algorithm>

namespace belfry::audit {
namespace {

// How often all that is kept is read again.
constexpr Duration kReadAgainEvery = std::chrono::hours(1);
// An event may be older than the key by its clock.
constexpr Duration kClockSlack = std::chrono::days(1);

}  // namespace

// The month of its event is that of its key, or later.
bool FileVault::can_tell(const crypto::Key& key) {
  const auto months = keys_.list(key.tenant, crypto::KeyPurpose::kAuditMonth);
  return key.created <= clock_.now() && std::ranges::find(months, crypto::month_of(key.created),
                                                          &crypto::Key::version) != months.end();
}

Task<bool> FileVault::is_told(TenantId tenant, HoldId id, Timestamp since, Outcome outcome) {
  Query query;
  query.action = kPlaceAction;
  query.details = {{std::string(kHoldDetail), id.text()}};
  query.outcome = outcome;
  query.from = since - kClockSlack;
  query.limit = 1;
  do {
    CO_TRY(const QueryPage page, co_await ledger_.query(tenant, query));
    if (!page.events.empty()) co_return true;
    query.cursor = page.next;
  } while (query.cursor);
  co_return false;
}

Task<> FileVault::settle(HoldId id) {
  const Turns::Turn turn = co_await turns_.take();
  KeptHold kept;
  {
    std::lock_guard lock(mutex_);
    const auto found = holds_.find(id);
    if (found == holds_.end() || !found->second.is_doubtful) co_return Result<>();
    kept = found->second;
  }
  CO_TRY(const bool has_failed,
         co_await is_told(kept.tenant, id, kept.key.created, Outcome::kFailure));
  // A file is written only after the log was told.
  bool is_unused = false;
  if (kept.is_bare && !has_failed) {
    CO_TRY(const bool is_placed,
           co_await is_told(kept.tenant, id, kept.key.created, Outcome::kSuccess));
    is_unused = !is_placed;
  }
  if (has_failed) CO_TRY(co_await destroy(id));
  if (is_unused) CO_TRY(co_await forget(id));
  std::lock_guard lock(mutex_);
  if (has_failed || is_unused)
    holds_.erase(id);
  else
    holds_.at(id).is_doubtful = false;
  co_return Result<>();
}

Task<> FileVault::end_release(TenantId tenant, HoldId id) {
  const auto told = [](const Hold&) -> Task<> { co_return Result<>(); };
  CO_TRY(co_await release(tenant, id, told));
  if (!tenant) co_return Result<>();
  Event event;
  event.time = clock_.now();
  event.event_class = EventClass::kEntityManagement;
  event.action = kReleaseAction;
  event.actor = "system";
  event.resource = "belfry:audit/" + tenant.text();
  event.details = {{std::string(kHoldDetail), id.text()}};
  CO_TRY(co_await ledger_.record(tenant, event));
  co_return Result<>();
}

// The next piece, and with the first one the terms; `owed` are those that a disk did not take.
Result<HeldPage> FileVault::check_next(const KeptHold& kept, std::vector<std::string>& owed) {
  const HoldId id = kept.key.id;
  if (kept.again.at == Position{}) {
    const std::string name(kTermsName);
    const auto terms = files_.check(id, name);
    // What no disk has, memory has.
    const auto written =
        terms ? terms->written
              : files_.write(id, name, encode_terms(kept.key, kept.terms, random_.octets<12>()));
    if (!written) owed.push_back(name);
  }
  const auto piece = std::ranges::upper_bound(kept.pieces, kept.again.at, {}, &PieceName::until);
  if (piece == kept.pieces.end()) return HeldPage{};
  TRY(const VaultFiles::Checked checked, files_.check(id, piece->text()));
  if (!checked.written) owed.push_back(piece->text());
  TRY(HeldPage page, page_of(kept.key, *piece, kept.again.at, checked.octets));
  page.next = piece->until;
  return page;
}

Task<> FileVault::read_again(HoldId id) {
  const Turns::Turn turn = co_await turns_.take();
  const std::optional<KeptHold> kept = copy_of(id);
  if (!kept || !kept->is_readable() || clock_.monotonic() < kept->again.next) co_return Result<>();
  std::vector<std::string> owed;
  const auto page =
      co_await runtime::blocking(*options_.pool, [&] { return check_next(*kept, owed); });
  std::lock_guard lock(mutex_);
  KeptHold& now = holds_.at(id);
  for (std::string& name : owed)
    if (std::ranges::find(now.owed, name) == now.owed.end()) now.owed.push_back(std::move(name));
  if (page && !page->next) {
    now.is_damaged = now.again.any_missing;
    if (!now.is_damaged) now.events = now.again.events;
    now.again = {.next = clock_.monotonic() + kReadAgainEvery};
    co_return Result<>();
  }
  if (!page || page->events_before != kept->again.events)
    now.is_damaged = now.again.any_missing = true;
  if (!page) {
    const auto piece = std::ranges::upper_bound(now.pieces, now.again.at, {}, &PieceName::until);
    if (piece != now.pieces.end()) now.again.at = piece->until;
    co_return std::unexpected(page.error());
  }
  now.again.at = *page->next;
  now.again.events = page->events_before;
  for (const HeldLeaf& leaf : page->leaves) now.again.events += leaf.parts.size();
  co_return Result<>();
}

Task<> FileVault::care() {
  std::vector<HoldId> doubtful, whole;
  std::vector<std::pair<HoldId, TenantId>> releasing;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : holds_) {
      if (kept.is_releasing)
        releasing.emplace_back(id, kept.tenant);
      else if (kept.is_doubtful)
        doubtful.push_back(id);
      else if (kept.is_readable())
        whole.push_back(id);
    }
  }
  Result<> outcome;
  const auto note = [&outcome](Result<> part) {
    if (!part && outcome) outcome = std::move(part);
  };
  for (const auto& [id, tenant] : releasing) note(co_await end_release(tenant, id));
  for (HoldId id : doubtful) note(co_await settle(id));
  for (HoldId id : whole) note(co_await read_again(id));
  co_return outcome;
}

}  // namespace belfry::audit
