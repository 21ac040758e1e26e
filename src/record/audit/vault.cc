#include "audit/vault.h"

#include "base/codec.h"
#include "base/text_encoding.h"
#include "vault_core.h"

#include <algorithm>

namespace belfry::audit {
namespace {

constexpr std::size_t kDetailsMax = 8;
// How long a placement looks at what there is already before it goes on.
constexpr Duration kCountFor = std::chrono::seconds(5);
constexpr std::size_t kCountAtOnce = 1000;

std::unexpected<Error> no_such_hold(HoldId id) {
  return fail(Code::kNotFound, "audit.no_such_hold", {{"hold", id.text()}});
}

bool is_text(const std::string& text) {
  return text.size() <= kHoldTextMax && is_utf8(text) && !text.contains('\0');
}

Result<> check(const NewHold& wanted) {
  const bool is_blank = std::ranges::all_of(wanted.reason, [](char c) { return c == ' '; });
  if (is_blank || !is_text(wanted.reason))
    return fail(Code::kInvalid, "audit.hold_reason", {{"limit", std::to_string(kHoldTextMax)}});
  const Query& filter = wanted.filter;
  bool are_texts = filter.details.size() <= kDetailsMax;
  for (const std::string* text :
       {&filter.actor, &filter.action, &filter.resource, &filter.source_ip, &filter.reason})
    are_texts &= is_text(*text);
  for (const Detail& detail : filter.details)
    are_texts &= is_text(detail.name) && is_text(detail.value);
  if (!are_texts)
    return fail(Code::kInvalid, "audit.hold_text",
                {{"limit", std::to_string(kHoldTextMax)}, {"count", std::to_string(kDetailsMax)}});
  if (filter.from && filter.until && *filter.until <= *filter.from)
    return fail(Code::kInvalid, "audit.hold_span");
  return {};
}

// What of a query a hold keeps.
Query filter_alone(const Query& query) {
  Query filter;
  filter.from = query.from;
  filter.until = query.until;
  filter.actor = query.actor;
  filter.action = query.action;
  filter.resource = query.resource;
  filter.source_ip = query.source_ip;
  filter.reason = query.reason;
  filter.outcome = query.outcome;
  filter.event_class = query.event_class;
  filter.details = query.details;
  return filter;
}

Hold hold_of(HoldId id, const KeptHold& kept) {
  Hold hold{.id = id,
            .tenant = kept.tenant,
            .reason = kept.terms.reason,
            .filter = kept.terms.filter,
            .by = kept.terms.by,
            .placed = kept.terms.placed,
            .events = kept.events,
            .looked_at = kept.looked.leaf,
            .log_size = std::max(kept.target, kept.looked.leaf)};
  hold.state = kept.is_releasing             ? HoldState::kReleasing
               : kept.is_lost                ? HoldState::kLost
               : kept.is_damaged             ? HoldState::kDamaged
               : kept.is_behind(kept.target) ? HoldState::kCopying
                                             : HoldState::kKept;
  return hold;
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
  const std::vector<std::string> names = files_.names(key.id);
  kept.pieces = chain_of(names);
  // The newest piece is the one whose writing may have been cut short.
  const std::string newest = kept.pieces.empty() ? "" : kept.pieces.back().text();
  for (const std::string& name : names) {
    const bool is_newest = name == newest || name == kTermsName;
    const auto sync = is_newest ? VaultFiles::Sync::kAgain : VaultFiles::Sync::kAsNeeded;
    if (!files_.spread(key.id, name, sync)) kept.owed.push_back(name);
  }
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
    if (files_.names(id).empty()) {
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

std::uint64_t FileVault::size_of(TenantId tenant) {
  for (const auto& [each, size] : ledger_.sizes())
    if (each == tenant) return size;
  return 0;
}

Task<> FileVault::check_size(TenantId tenant, Query filter) {
  const Deadline deadline = clock_.deadline_in(kCountFor);
  const std::uint64_t size = size_of(tenant);
  filter.order = Order::kOldestFirst;
  filter.limit = kCountAtOnce;
  filter.cursor = Position{};
  std::uint64_t count = 0;
  while (filter.cursor->leaf < size && !clock_.expired(deadline)) {
    CO_TRY(const QueryPage page, co_await ledger_.query(tenant, filter));
    count += page.events.size();
    if (count > kHeldEventsMax)
      co_return fail(Code::kConflict, "audit.hold_too_large",
                     {{"limit", std::to_string(kHeldEventsMax)}});
    if (!page.next || *page.next <= *filter.cursor) break;
    filter.cursor = page.next;
  }
  co_return Result<>();
}

Task<crypto::Key> FileVault::make_key(TenantId tenant) {
  co_return co_await runtime::blocking(
      *options_.pool, [this, tenant] { return keys_.rotate(tenant, crypto::KeyPurpose::kHold); });
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

Task<Hold> FileVault::place(TenantId tenant, NewHold wanted, Announce announce) {
  CO_TRY(check(wanted));
  if (size_of(tenant) == 0)
    co_return fail(Code::kNotFound, "audit.no_such_log", {{"tenant", tenant.text()}});
  wanted.filter = filter_alone(wanted.filter);
  CO_TRY(co_await check_size(tenant, wanted.filter));
  const Turns::Turn turn = co_await turns_.take();
  if (list(tenant).size() >= kHoldsMax)
    co_return fail(Code::kConflict, "audit.holds_full", {{"limit", std::to_string(kHoldsMax)}});
  KeptHold kept{.tenant = tenant,
                .terms = {std::move(wanted.reason), std::move(wanted.filter), std::move(wanted.by),
                          clock_.now()},
                .target = size_of(tenant)};
  CO_TRY(kept.key, co_await make_key(tenant));
  const HoldId id = kept.key.id;
  const Hold hold = hold_of(id, kept);
  auto placed = co_await announce(hold);
  if (placed)
    placed = co_await runtime::blocking(*options_.pool, [&] {
      return files_.write(id, std::string(kTermsName),
                          encode_terms(kept.key, kept.terms, random_.octets<12>()));
    });
  if (!placed) {
    // Should this fail too, a start finds the key, and the log tells that it failed.
    std::ignore = co_await destroy(id);
    co_return std::unexpected(placed.error());
  }
  std::lock_guard lock(mutex_);
  holds_.emplace(id, std::move(kept));
  co_return hold;
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
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : holds_)
      if (!tenant || kept.tenant == *tenant) holds.push_back(hold_of(id, kept));
  }
  std::ranges::sort(holds, {}, [](const Hold& hold) { return std::pair(hold.placed, hold.id); });
  return holds;
}

Result<Hold> FileVault::find(TenantId tenant, HoldId id) {
  std::lock_guard lock(mutex_);
  const auto found = holds_.find(id);
  if (found == holds_.end() || found->second.tenant != tenant) return no_such_hold(id);
  return hold_of(id, found->second);
}

Task<HeldPage> FileVault::read_piece(crypto::Key key, PieceName name, Position from) {
  co_return co_await runtime::blocking(*options_.pool, [&]() -> Result<HeldPage> {
    TRY(const Buffer octets, files_.read(key.id, name.text()));
    TRY(VaultPiece piece, decode_piece(key, octets));
    // A file under another's name.
    if (piece.from != name.from || piece.until != name.until)
      return fail(Code::kCorrupt, "audit.vault_malformed");
    const std::uint64_t events = piece.events();
    cut(piece.leaves, from);
    const std::uint64_t before = piece.events_before + events - piece.events();
    return HeldPage{.leaves = std::move(piece.leaves), .events_before = before};
  });
}

Task<HeldPage> FileVault::read(TenantId tenant, HoldId id, Position from) {
  CO_TRY(const Hold hold, find(tenant, id));
  if (hold.state == HoldState::kLost || hold.state == HoldState::kReleasing)
    co_return fail(Code::kConflict, "audit.hold_lost", {{"hold", id.text()}});
  KeptHold kept;
  {
    std::lock_guard lock(mutex_);
    const auto found = holds_.find(id);
    if (found == holds_.end()) co_return no_such_hold(id);
    kept = found->second;
  }
  const auto piece = std::ranges::upper_bound(kept.pieces, from, {}, &PieceName::until);
  if (piece == kept.pieces.end()) co_return HeldPage{};
  auto page = co_await read_piece(kept.key, *piece, from);
  if (!page && !kept.is_damaged) co_return page;
  if (!page) page = HeldPage{.is_gap = true};
  if (piece + 1 != kept.pieces.end()) page->next = piece->until;
  co_return page;
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
