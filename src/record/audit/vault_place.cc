// Placing holds: what is refused, before there is a key, and what is left when it fails.
#include "base/text_encoding.h"
#include "vault_core.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::audit {
namespace {

constexpr std::size_t kDetailsMax = 8;
// The texts of a filter as an event tells them, which is JSON in JSON: beside them an event has
// room for the reason and all else that it says (leaf.h).
constexpr std::size_t kToldMax = std::size_t{32} << 10;
// How long a placement counts what there is already.
constexpr Duration kCountFor = std::chrono::seconds(20);
constexpr std::size_t kCountAtOnce = 1000;
constexpr Duration kDay = std::chrono::hours(24);

bool is_text(const std::string& text) {
  return text.size() <= kHoldTextMax && is_utf8(text) && !text.contains('\0');
}

std::size_t told_size(const std::string& text) {
  return nlohmann::json(nlohmann::json(text).dump()).dump().size();
}

Result<> check(const NewHold& wanted) {
  const bool is_blank = std::ranges::all_of(wanted.reason, [](char c) { return c == ' '; });
  if (is_blank || !is_text(wanted.reason))
    return fail(Code::kInvalid, "audit.hold_reason", {{"limit", std::to_string(kHoldTextMax)}});
  const Query& filter = wanted.filter;
  bool are_texts = filter.details.size() <= kDetailsMax;
  std::size_t told = 0;
  const auto look_at = [&](const std::string& text) {
    are_texts = are_texts && is_text(text);
    if (are_texts) told += told_size(text);
  };
  for (const std::string* text :
       {&filter.actor, &filter.action, &filter.resource, &filter.source_ip, &filter.reason})
    look_at(*text);
  for (const Detail& detail : filter.details) look_at(detail.name), look_at(detail.value);
  if (!are_texts)
    return fail(Code::kInvalid, "audit.hold_text",
                {{"limit", std::to_string(kHoldTextMax)}, {"count", std::to_string(kDetailsMax)}});
  if (told > kToldMax)
    return fail(Code::kInvalid, "audit.hold_too_long", {{"limit", std::to_string(kToldMax)}});
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
  // The vault's files have no class 0: it means any, here as there.
  if (query.event_class != 0) filter.event_class = query.event_class;
  filter.details = query.details;
  return filter;
}

}  // namespace

Task<> FileVault::check_size(TenantId tenant, Query filter, const Look& look) {
  const Deadline deadline = clock_.deadline_in(kCountFor);
  const std::uint64_t size = size_of(tenant);
  filter.order = Order::kOldestFirst;
  filter.limit = kCountAtOnce;
  filter.cursor = Position{};
  std::uint64_t count = 0;
  while (filter.cursor->leaf < size) {
    // What was not counted may be anything.
    if (clock_.expired(deadline))
      co_return fail(
          Code::kConflict, "audit.hold_not_counted",
          {{"looked_at", std::to_string(filter.cursor->leaf)}, {"log_size", std::to_string(size)}});
    CO_TRY(const QueryPage page, co_await look(tenant, filter));
    count += page.events.size();
    if (count > kHeldEventsMax)
      co_return fail(Code::kConflict, "audit.hold_too_large",
                     {{"limit", std::to_string(kHeldEventsMax)}});
    if (!page.next || *page.next <= *filter.cursor) break;
    filter.cursor = page.next;
  }
  co_return Result<>();
}

Result<> FileVault::check_room(TenantId tenant, TenantId side) {
  std::lock_guard lock(mutex_);
  const auto count = std::ranges::count_if(holds_, [&](const auto& each) {
    return each.second.tenant == tenant && each.second.terms.by.tenant == side;
  });
  if (std::size_t(count) >= kHoldsMax)
    return fail(Code::kConflict, "audit.holds_full", {{"limit", std::to_string(kHoldsMax)}});
  std::vector<Monotonic>& lately = placed_lately_[{tenant, side}];
  std::erase_if(lately, [now = clock_.monotonic()](Monotonic at) { return now - at >= kDay; });
  if (lately.size() >= kPlacementsMax)
    return fail(Code::kConflict, "audit.holds_often", {{"limit", std::to_string(kPlacementsMax)}});
  return {};
}

Task<crypto::Key> FileVault::make_key(TenantId tenant) {
  co_return co_await runtime::blocking(*options_.pool, [this, tenant]() -> Result<crypto::Key> {
    // No key is made that would seal nothing.
    if (!files_.are_there()) return fail(Code::kRetry, "audit.vault_absent");
    return keys_.rotate(tenant, crypto::KeyPurpose::kHold);
  });
}

Task<Hold> FileVault::place(TenantId tenant, NewHold wanted, Look look, Announce announce) {
  CO_TRY(check(wanted));
  if (size_of(tenant) == 0)
    co_return fail(Code::kNotFound, "audit.no_such_log", {{"tenant", tenant.text()}});
  wanted.filter = filter_alone(wanted.filter);
  const TenantId side = wanted.by.tenant;
  CO_TRY(check_room(tenant, side));
  CO_TRY(co_await check_size(tenant, wanted.filter, look));
  const Turns::Turn turn = co_await turns_.take();
  CO_TRY(check_room(tenant, side));
  KeptHold kept{.tenant = tenant,
                .terms = {std::move(wanted.reason), std::move(wanted.filter), std::move(wanted.by),
                          clock_.now()},
                .target = size_of(tenant)};
  CO_TRY(kept.key, co_await make_key(tenant));
  {
    std::lock_guard lock(mutex_);
    placed_lately_[{tenant, side}].push_back(clock_.monotonic());
  }
  const HoldId id = kept.key.id;
  const Hold hold = hold_of(id, kept, kept.target);
  // Should what is left of a failure stay, a start finds the key, and the log tells of it.
  if (auto told = co_await announce(hold); !told) {
    std::ignore = co_await forget(id);
    co_return std::unexpected(told.error());
  }
  const auto written = co_await runtime::blocking(*options_.pool, [&] {
    return files_.write(id, std::string(kTermsName),
                        encode_terms(kept.key, kept.terms, random_.octets<12>()));
  });
  if (!written) {
    std::ignore = co_await destroy(id);
    co_return std::unexpected(written.error());
  }
  std::lock_guard lock(mutex_);
  holds_.emplace(id, std::move(kept));
  co_return hold;
}

Task<> FileVault::forget(HoldId id) {
  co_return co_await runtime::blocking(*options_.pool,
                                       [this, id] { return keys_.forget_unused(id); });
}

}  // namespace belfry::audit
