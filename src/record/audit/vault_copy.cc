// Copying what is held, before the keys of its months go.
#include "ledger_core.h"
#include "vault_core.h"

#include <algorithm>

namespace belfry::audit {
namespace {

// Events in one piece, which is one file.
constexpr std::size_t kPieceEvents = 256;
// Pages that one call of copy() looks at: it is called again soon.
constexpr int kStepsAtOnce = 50;
// Files that one step brings to the disks.
constexpr std::size_t kPaidAtOnce = 16;
// How often what was written meanwhile is to be looked at, so that no year of it is left for the
// destruction of its months.
constexpr Duration kRaiseEvery = std::chrono::hours(1);
// How long somebody who reads a hold waits for what it has not looked at.
constexpr Duration kCatchUpFor = std::chrono::seconds(10);
// How long a destruction of months waits for the holds: who is behind then, waits for the next.
constexpr Duration kSecureFor = std::chrono::minutes(5);
// How often a destruction begins anew because a hold was placed meanwhile.
constexpr int kTries = 3;

// The key of the leaf, once it opens to just these events.
Result<> add_key(HeldLeaf& leaf, crypto::KeyStore& keys, std::span<const LoggedEvent> expected) {
  TRY(const LeafHeader header, decode_leaf_header(leaf.octets));
  TRY(const crypto::Key month, keys.find(header.key));
  leaf.key = leaf_key(month.secret, header.id);
  TRY(const auto events, leaf.events());
  if (!std::ranges::equal(events, expected, {}, &LoggedEvent::ocsf, &LoggedEvent::ocsf))
    return fail(Code::kCorrupt, "audit.leaf_commitment");
  return {};
}

}  // namespace

Task<std::vector<HeldLeaf>> FileVault::take_leaves(TenantId tenant, const QueryPage& page) {
  std::vector<HeldLeaf> leaves;
  std::optional<std::uint64_t> bundle;
  Buffer octets;
  std::vector<View> entries;
  for (auto event = page.events.begin(); event != page.events.end();) {
    const std::uint64_t index = event->index;
    if (const std::uint64_t wanted = index / kTileWidth; bundle != wanted) {
      const auto width = std::min<std::uint64_t>(kTileWidth, page.log_size - wanted * kTileWidth);
      const TilePath path{Resource::kEntries, {0, wanted}, unsigned(width)};
      CO_TRY(octets, co_await ledger_.tile(tenant, path.text()));
      const auto split = split_bundle(octets);
      if (!split || split->size() != width)
        co_return fail(Code::kCorrupt, "audit.tile_lost", {{"path", path.text()}});
      entries = *split;
      bundle = wanted;
    }
    const auto after =
        std::find_if(event, page.events.end(), [&](auto& each) { return each.index != index; });
    HeldLeaf leaf{.index = index, .octets = to_buffer(entries[index % kTileWidth])};
    for (auto each = event; each != after; ++each) leaf.parts.push_back(each->part);
    CO_TRY(add_key(leaf, keys_, {event, after}));
    leaves.push_back(std::move(leaf));
    event = after;
  }
  co_return leaves;
}

Task<bool> FileVault::pay(HoldId id, const KeptHold& kept) {
  if (kept.owed.empty()) co_return true;
  const std::size_t count = std::min(kept.owed.size(), kPaidAtOnce);
  const auto paid = co_await runtime::blocking(*options_.pool, [&]() -> Result<> {
    for (std::size_t i = 0; i < count; ++i) TRY(files_.spread(id, kept.owed[i]));
    return {};
  });
  std::lock_guard lock(mutex_);
  KeptHold& now = holds_.at(id);
  // Gone from every disk: who reads all again tells when it is back.
  if (!paid && paid.error().code() == Code::kCorrupt) now.is_damaged = true, now.again = {};
  if (!paid) co_return std::unexpected(paid.error());
  now.owed.erase(now.owed.begin(), now.owed.begin() + std::ptrdiff_t(count));
  co_return now.owed.empty();
}

// So that the files of a hold are as many as what it has needs, however often it is copied.
Task<std::optional<PieceName>> FileVault::grow(const KeptHold& kept, VaultPiece& piece) {
  if (kept.pieces.empty()) co_return std::nullopt;
  const PieceName newest = kept.pieces.back();
  auto before = co_await runtime::blocking(*options_.pool, [&]() -> Result<VaultPiece> {
    TRY(const Buffer octets, files_.read(kept.key.id, newest.text()));
    return decode_piece(kept.key, octets);
  });
  if (!before || PieceName{before->from, before->until} != newest ||
      before->events_before + before->events() != piece.events_before ||
      before->events() + piece.events() > kPieceEvents)
    co_return std::nullopt;
  piece.from = before->from;
  piece.events_before = before->events_before;
  std::vector<HeldLeaf> leaves = std::move(before->leaves);
  for (HeldLeaf& leaf : piece.leaves)
    if (!leaves.empty() && leaves.back().index == leaf.index)
      std::ranges::copy(leaf.parts, std::back_inserter(leaves.back().parts));
    else
      leaves.push_back(std::move(leaf));
  piece.leaves = std::move(leaves);
  co_return newest;
}

Task<bool> FileVault::step(HoldId id, std::uint64_t size) {
  const Turns::Turn turn = co_await turns_.take();
  if (cancelled_) co_return fail(Code::kRetry, "audit.vault_stopping");
  KeptHold kept;
  {
    std::lock_guard lock(mutex_);
    const auto found = holds_.find(id);
    if (found == holds_.end() || !found->second.can_copy()) co_return true;
    kept = found->second;
  }
  CO_TRY(const bool is_paid, co_await pay(id, kept));
  if (kept.looked.leaf >= size) co_return is_paid;
  Query query = kept.terms.filter;
  query.order = Order::kOldestFirst;
  query.cursor = kept.looked;
  query.limit = kPieceEvents;
  CO_TRY(const QueryPage page, co_await ledger_.query(kept.tenant, query));
  if (!page.next || *page.next <= kept.looked) co_return fail(Code::kRetry, "audit.unavailable");
  VaultPiece piece{.from = kept.looked, .until = *page.next, .events_before = kept.events};
  std::optional<PieceName> grown;
  if (!page.events.empty()) {
    CO_TRY(piece.leaves, co_await take_leaves(kept.tenant, page));
    CO_TRY(grown, co_await grow(kept, piece));
    CO_TRY(co_await runtime::blocking(*options_.pool, [&]() -> Result<> {
      const std::string name = PieceName{piece.from, piece.until}.text();
      auto written = files_.write(id, name, encode_piece(kept.key, piece, random_.octets<12>()));
      // Not on three: the next try is of a longer log, so of another name.
      if (!written) files_.remove(id, name);
      return written;
    }));
  }
  std::unique_lock lock(mutex_);
  // Nobody else has had the turn.
  KeptHold& now = holds_.at(id);
  now.looked = piece.until;
  now.events += page.events.size();
  if (grown) now.pieces.pop_back(), std::erase(now.owed, grown->text());
  if (!piece.leaves.empty()) now.pieces.push_back({piece.from, piece.until});
  const bool is_done = now.looked.leaf >= size && now.owed.empty();
  lock.unlock();
  // All of it is in the new one, on each of the three.
  if (grown)
    CO_TRY(co_await runtime::blocking(*options_.pool, [&]() -> Result<> {
      files_.remove(id, grown->text());
      return {};
    }));
  co_return is_done;
}

void FileVault::raise_targets() {
  const Monotonic now = clock_.monotonic();
  if (now < raise_next_.load()) return;
  raise_next_ = now + kRaiseEvery;
  const auto sizes = sizes_of_all();
  std::lock_guard lock(mutex_);
  for (auto& [id, kept] : holds_)
    if (const auto size = sizes.find(kept.tenant); size != sizes.end())
      kept.target = std::max(kept.target, size->second);
}

Task<> FileVault::copy() {
  Result<> outcome = co_await care();
  raise_targets();
  std::vector<std::pair<HoldId, std::uint64_t>> late;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : holds_)
      if (kept.can_copy() && kept.is_behind(kept.target)) late.emplace_back(id, kept.target);
  }
  for (const auto& [id, target] : late)
    for (int i = 0; i < kStepsAtOnce; ++i) {
      const auto done = co_await step(id, target);
      if (!done && outcome) outcome = std::unexpected(done.error());
      if (!done || *done) break;
    }
  co_return outcome;
}

Task<> FileVault::catch_up(TenantId tenant, HoldId id) {
  CO_TRY(const Hold hold, find(tenant, id));
  if (hold.looked_at >= hold.log_size) co_return Result<>();
  const Deadline deadline = clock_.deadline_in(kCatchUpFor);
  for (;;) {
    CO_TRY(const bool is_done, co_await step(id, hold.log_size));
    CO_TRY(const Hold now, find(tenant, id));
    if (is_done || now.looked_at >= hold.log_size) co_return Result<>();
    if (!clock_.expired(deadline)) continue;
    co_return fail(Code::kRetry, "audit.hold_behind",
                   {{"hold", id.text()},
                    {"looked_at", std::to_string(now.looked_at)},
                    {"log_size", std::to_string(now.log_size)}});
  }
}

// The holds that have not looked at as many leaves of their tenants' logs, and how many those are.
std::vector<std::pair<HoldId, std::uint64_t>> FileVault::behind(
    const std::map<TenantId, std::uint64_t>& sizes) {
  std::vector<std::pair<HoldId, std::uint64_t>> holds;
  std::lock_guard lock(mutex_);
  for (const auto& [id, kept] : holds_) {
    const auto size = sizes.find(kept.tenant);
    // Of a hold of which not even the tenant is known, every tenant may be the one.
    const bool is_any = kept.is_lost && !kept.tenant && !sizes.empty();
    if (size != sizes.end() && (!kept.can_copy() || kept.is_behind(size->second)))
      holds.emplace_back(id, size->second);
    else if (is_any)
      holds.emplace_back(id, 0);
  }
  return holds;
}

boost::asio::awaitable<bool> FileVault::look_in_turn(const std::map<TenantId, std::uint64_t>& sizes,
                                                     Deadline deadline) {
  std::set<HoldId> ended;
  bool any_failed = false;
  for (;;) {
    auto left = behind(sizes);
    std::erase_if(left, [&](const auto& each) { return ended.contains(each.first); });
    if (left.empty()) co_return !any_failed;
    for (const auto& [id, size] : left) {
      if (clock_.expired(deadline)) co_return false;
      const auto done = co_await step(id, size);
      any_failed |= !done;
      // Also one that cannot be copied.
      if (!done || *done) ended.insert(id);
    }
  }
}

boost::asio::awaitable<Vault::Secured> FileVault::secure(const std::set<TenantId>& tenants) {
  const Deadline deadline = clock_.deadline_in(kSecureFor);
  // What is written from now on is sealed with keys that stay.
  std::map<TenantId, std::uint64_t> sizes = sizes_of_all();
  std::erase_if(sizes, [&](const auto& each) { return !tenants.contains(each.first); });
  for (int tries = 1;; ++tries) {
    const bool is_looked = co_await look_in_turn(sizes, deadline);
    Turns::Turn turn = co_await turns_.take();
    const auto left = behind(sizes);
    // One that was placed meanwhile has not looked at anything yet.
    if (!left.empty() && is_looked && tries < kTries) continue;
    std::set<TenantId> waiting;
    std::lock_guard lock(mutex_);
    for (const auto& [id, size] : left) {
      const TenantId tenant = holds_.at(id).tenant;
      if (tenant)
        waiting.insert(tenant);
      else
        waiting = tenants;
    }
    waiting_ = waiting;
    co_return Secured{std::move(turn), std::move(waiting)};
  }
}

}  // namespace belfry::audit
