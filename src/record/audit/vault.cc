#include "audit/vault.h"

#include "base/codec.h"
#include "vault_core.h"

#include <algorithm>

namespace belfry::audit {
namespace {

// How often a reader follows a piece that has grown while it was read.
constexpr int kTries = 3;

std::unexpected<Error> no_such_hold(HoldId id) {
  return fail(Code::kNotFound, "audit.no_such_hold", {{"hold", id.text()}});
}

std::uint64_t size_in(const std::map<TenantId, std::uint64_t>& sizes, TenantId tenant) {
  const auto found = sizes.find(tenant);
  return found == sizes.end() ? 0 : found->second;
}

// Whose log a file is about, where its key is gone.
TenantId tenant_in(View octets) {
  constexpr std::size_t kTenantOffset = 16;
  Decoder in(octets);
  in.raw(kTenantOffset);
  return {in.get_i64()};
}

// Without the events of its first leaf that are before `from`.
void cut(std::vector<HeldLeaf>& leaves, Position from) {
  for (HeldLeaf& leaf : leaves)
    std::erase_if(leaf.parts,
                  [&](std::uint32_t part) { return Position{leaf.index, part} < from; });
  std::erase_if(leaves, [](const HeldLeaf& leaf) { return leaf.parts.empty(); });
}

}  // namespace

Hold hold_of(HoldId id, const KeptHold& kept, std::uint64_t log_size) {
  Hold hold{.id = id,
            .tenant = kept.tenant,
            .reason = kept.terms.reason,
            .filter = kept.terms.filter,
            .by = kept.terms.by,
            .placed = kept.terms.placed,
            .events = kept.events,
            .looked_at = kept.looked.leaf,
            .log_size = std::max(log_size, kept.looked.leaf)};
  hold.state = kept.is_releasing             ? HoldState::kReleasing
               : kept.is_lost                ? HoldState::kLost
               : kept.is_damaged             ? HoldState::kDamaged
               : kept.is_behind(kept.target) ? HoldState::kCopying
                                             : HoldState::kKept;
  return hold;
}

std::string_view name_of(HoldState state) {
  switch (state) {
    case HoldState::kCopying:
      return "copying";
    case HoldState::kKept:
      return "kept";
    case HoldState::kReleasing:
      return "releasing";
    case HoldState::kDamaged:
      return "damaged";
    case HoldState::kLost:
      return "lost";
  }
  return "";
}

std::vector<PieceName> chain_of(const std::vector<std::string>& names) {
  std::vector<PieceName> all, chain;
  for (const std::string& name : names)
    if (auto piece = PieceName::parse(name)) all.push_back(*piece);
  // Of those that begin at one place the longest first.
  std::ranges::sort(all, [](const PieceName& one, const PieceName& other) {
    return std::pair(one.from, other.until) < std::pair(other.from, one.until);
  });
  for (const PieceName& piece : all)
    if (chain.empty() || piece.until > chain.back().until) chain.push_back(piece);
  return chain;
}

FileVault::FileVault(Ledger& ledger, crypto::KeyStore& keys, Clock& clock, Random& random,
                     VaultOptions options)
    : ledger_(ledger),
      keys_(keys),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      files_(options_.disks, options_.elsewhere) {}

Result<KeptHold> FileVault::load(const crypto::Key& key) {
  KeptHold kept{.tenant = key.tenant, .key = key};
  if (key.purpose != crypto::KeyPurpose::kHold)
    return fail(Code::kCorrupt, "audit.vault_malformed");
  TRY(const Buffer octets, files_.read(key.id, std::string(kTermsName)));
  TRY(kept.terms, decode_terms(key, octets));
  const VaultFiles::Names names = files_.names(key.id);
  kept.pieces = chain_of({names.all.begin(), names.all.end()});
  // Those that one of the three lacks, and those whose writing may have been cut short.
  kept.owed.emplace_back(kTermsName);
  for (const PieceName& piece : kept.pieces)
    if (const std::string name = piece.text();
        names.lacking.contains(name) || piece == kept.pieces.back())
      kept.owed.push_back(name);
  count_events(kept);
  kept.target = size_of(kept.tenant);
  return kept;
}

// From the newest piece that can be read.
void FileVault::count_events(KeptHold& kept) {
  for (auto name = kept.pieces.rbegin(); name != kept.pieces.rend(); ++name) {
    const auto octets = files_.read(kept.key.id, name->text());
    const auto piece = octets ? decode_piece(kept.key, *octets)
                              : Result<VaultPiece>(std::unexpected(octets.error()));
    if (piece) {
      kept.events = piece->events_before + piece->events();
      break;
    }
    kept.is_damaged = true;
  }
  if (!kept.pieces.empty()) kept.looked = kept.pieces.back().until;
}

Result<> FileVault::open() {
  std::map<HoldId, KeptHold> found;
  for (HoldId id : files_.holds()) {
    auto key = keys_.find(id);
    // Released: what is left of it opens with nothing.
    if (!key && key.error().message() == "key.destroyed") {
      files_.remove(id);
      continue;
    }
    // Cut short before it had a file.
    if (files_.names(id).all.empty()) {
      if (!key) files_.remove(id);
      continue;
    }
    auto kept = key ? load(*key) : Result<KeptHold>(std::unexpected(key.error()));
    if (!kept) {
      auto octets = files_.read(id, std::string(kTermsName));
      kept = KeptHold{.tenant = key      ? key->tenant
                                : octets ? tenant_in(*octets)
                                         : TenantId{},
                      .is_lost = true};
    }
    kept->is_doubtful = !kept->is_lost && kept->pieces.empty() && can_tell(kept->key);
    found.emplace(id, std::move(*kept));
  }
  // A key without files: a placement that was cut short, or disks that are gone.
  const bool are_there = files_.are_there();
  for (const auto& [tenant, size] : ledger_.sizes())
    for (const crypto::Key& key : keys_.list(tenant, crypto::KeyPurpose::kHold))
      found.try_emplace(key.id, KeptHold{.tenant = tenant,
                                         .key = key,
                                         .is_lost = true,
                                         .is_doubtful = are_there && can_tell(key),
                                         .is_bare = true});
  std::lock_guard lock(mutex_);
  holds_ = std::move(found);
  return {};
}

std::map<TenantId, std::uint64_t> FileVault::sizes_of_all() {
  const auto sizes = ledger_.sizes();
  return {sizes.begin(), sizes.end()};
}

std::uint64_t FileVault::size_of(TenantId tenant) {
  return size_in(sizes_of_all(), tenant);
}

Task<> FileVault::destroy(HoldId id) {
  co_return co_await runtime::blocking(*options_.pool, [this, id]() -> Result<> {
    auto destroyed = keys_.destroy_hold(id);
    // No key, and nothing to read.
    if (!destroyed && destroyed.error().message() != "key.missing") return destroyed;
    files_.remove(id);
    return {};
  });
}

Task<> FileVault::release(TenantId tenant, HoldId id, Announce announce) {
  const Turns::Turn turn = co_await turns_.take();
  CO_TRY(const Hold hold, find(tenant, id));
  CO_TRY(co_await announce(hold));
  {
    std::lock_guard lock(mutex_);
    holds_.at(id).is_releasing = true;
  }
  CO_TRY(co_await destroy(id));
  std::lock_guard lock(mutex_);
  holds_.erase(id);
  co_return Result<>();
}

std::vector<Hold> FileVault::list(std::optional<TenantId> tenant) {
  std::vector<Hold> holds;
  const auto sizes = sizes_of_all();
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : holds_)
      if (!tenant || kept.tenant == *tenant)
        holds.push_back(hold_of(id, kept, size_in(sizes, kept.tenant)));
  }
  std::ranges::sort(holds, {}, [](const Hold& hold) { return std::pair(hold.placed, hold.id); });
  return holds;
}

Result<Hold> FileVault::find(TenantId tenant, HoldId id) {
  const std::uint64_t size = size_of(tenant);
  std::lock_guard lock(mutex_);
  const auto found = holds_.find(id);
  if (found == holds_.end() || found->second.tenant != tenant) return no_such_hold(id);
  return hold_of(id, found->second, size);
}

Result<HeldPage> FileVault::page_of(const crypto::Key& key, PieceName name, Position from,
                                    View octets) {
  TRY(VaultPiece piece, decode_piece(key, octets));
  // A file under another's name.
  if (piece.from != name.from || piece.until != name.until)
    return fail(Code::kCorrupt, "audit.vault_malformed");
  const std::uint64_t events = piece.events();
  cut(piece.leaves, from);
  const std::uint64_t before = piece.events_before + events - piece.events();
  return HeldPage{.leaves = std::move(piece.leaves), .events_before = before};
}

std::optional<KeptHold> FileVault::copy_of(HoldId id) {
  std::lock_guard lock(mutex_);
  const auto found = holds_.find(id);
  return found == holds_.end() ? std::nullopt : std::optional(found->second);
}

Task<HeldPage> FileVault::read(TenantId tenant, HoldId id, Position from) {
  CO_TRY(const Hold hold, find(tenant, id));
  if (hold.state == HoldState::kLost || hold.state == HoldState::kReleasing)
    co_return fail(Code::kConflict, "audit.hold_lost", {{"hold", id.text()}});
  for (int tries = 1;; ++tries) {
    const std::optional<KeptHold> kept = copy_of(id);
    if (!kept) co_return no_such_hold(id);
    const auto piece = std::ranges::upper_bound(kept->pieces, from, {}, &PieceName::until);
    if (piece == kept->pieces.end()) co_return HeldPage{};
    auto page = co_await runtime::blocking(*options_.pool, [&]() -> Result<HeldPage> {
      TRY(const Buffer octets, files_.read(id, piece->text()));
      return page_of(kept->key, *piece, from, octets);
    });
    // It may have grown meanwhile, and have another name.
    if (!page && tries < kTries) {
      const std::optional<KeptHold> now = copy_of(id);
      if (now && std::ranges::find(now->pieces, *piece) == now->pieces.end()) continue;
    }
    if (!page && !kept->is_damaged) co_return page;
    if (!page) page = HeldPage{.is_gap = true};
    if (piece + 1 != kept->pieces.end()) page->next = piece->until;
    co_return page;
  }
}

std::set<TenantId> FileVault::waiting() {
  std::lock_guard lock(mutex_);
  return waiting_;
}

Task<std::unique_ptr<Vault>> open_vault(Ledger& ledger, crypto::KeyStore& keys, Clock& clock,
                                        Random& random, VaultOptions options) {
  const auto pool = options.pool;
  auto vault = std::make_unique<FileVault>(ledger, keys, clock, random, std::move(options));
  CO_TRY(co_await runtime::blocking(*pool, [&] { return vault->open(); }));
  co_return std::unique_ptr<Vault>(std::move(vault));
}

}  // namespace belfry::audit
