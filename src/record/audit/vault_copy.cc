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

// What a start owes is brought to the disks that lack it.
Task<> FileVault::pay(HoldId id, const KeptHold& kept) {
  if (kept.owed.empty()) co_return Result<>();
  CO_TRY(co_await runtime::blocking(*options_.pool, [&]() -> Result<> {
    for (const std::string& name : kept.owed)
      TRY(files_.spread(id, name, VaultFiles::Sync::kAgain));
    return {};
  }));
  std::lock_guard lock(mutex_);
  holds_.at(id).owed.clear();
  co_return Result<>();
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
  CO_TRY(co_await pay(id, kept));
  if (kept.looked.leaf >= size) co_return true;
  Query query = kept.terms.filter;
  query.order = Order::kOldestFirst;
  query.cursor = kept.looked;
  query.limit = kPieceEvents;
  CO_TRY(const QueryPage page, co_await ledger_.query(kept.tenant, query));
  if (!page.next || *page.next <= kept.looked) co_return fail(Code::kRetry, "audit.unavailable");
  VaultPiece piece{.from = kept.looked, .until = *page.next, .events_before = kept.events};
  if (!page.events.empty()) {
    CO_TRY(piece.leaves, co_await take_leaves(kept.tenant, page));
    CO_TRY(co_await runtime::blocking(*options_.pool, [&] {
      return files_.write(id, PieceName{piece.from, piece.until}.text(),
                          encode_piece(kept.key, piece, random_.octets<12>()));
    }));
  }
  std::lock_guard lock(mutex_);
  // Nobody else has had the turn.
  KeptHold& now = holds_.at(id);
  now.looked = piece.until;
  now.events += piece.events();
  if (!piece.leaves.empty()) now.pieces.push_back({piece.from, piece.until});
  co_return now.looked.leaf >= size;
}

Task<> FileVault::copy() {
  Result<> outcome = co_await care();
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

Task<> FileVault::look_up_to(HoldId id, std::uint64_t size) {
  for (;;) {
    CO_TRY(const bool done, co_await step(id, size));
    if (done) co_return Result<>();
  }
}

// The holds that have not looked at as many leaves of their tenants' logs.
std::vector<HoldId> FileVault::behind(const std::map<TenantId, std::uint64_t>& sizes) {
  std::vector<HoldId> holds;
  std::lock_guard lock(mutex_);
  for (const auto& [id, kept] : holds_) {
    const auto size = sizes.find(kept.tenant);
    // Of a hold of which not even the tenant is known, every tenant may be the one.
    const bool is_any = kept.is_lost && !kept.tenant && !sizes.empty();
    if (is_any || (size != sizes.end() && (!kept.can_copy() || kept.is_behind(size->second))))
      holds.push_back(id);
  }
  return holds;
}

boost::asio::awaitable<Vault::Secured> FileVault::secure(const std::set<TenantId>& tenants) {
  // What is written from now on is sealed with keys that stay.
  std::map<TenantId, std::uint64_t> sizes;
  for (const auto& [tenant, size] : ledger_.sizes())
    if (tenants.contains(tenant)) sizes.emplace(tenant, size);
  for (int tries = 1;; ++tries) {
    bool any_failed = false;
    for (HoldId id : behind(sizes)) {
      std::uint64_t size = 0;
      {
        std::lock_guard lock(mutex_);
        if (auto found = holds_.find(id); found != holds_.end() && found->second.tenant)
          if (auto known = sizes.find(found->second.tenant); known != sizes.end())
            size = known->second;
      }
      if (!co_await look_up_to(id, size)) any_failed = true;
    }
    Turns::Turn turn = co_await turns_.take();
    const std::vector<HoldId> left = behind(sizes);
    // One that was placed meanwhile has not looked at anything yet.
    if (!left.empty() && !any_failed && tries < kTries) continue;
    std::set<TenantId> waiting;
    std::lock_guard lock(mutex_);
    for (HoldId id : left) {
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
