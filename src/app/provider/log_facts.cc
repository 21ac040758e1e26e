#include "log_facts.h"

#include "audit/history.h"
#include "base/text_encoding.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace belfry::provider {
namespace {

using database::Row;
using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
constexpr std::int64_t kTenantsMax = 10'000;
// Leaves of a log that are tried besides the oldest and the newest.
constexpr std::uint64_t kSamples = 6;
constexpr Duration kOpenEvery = std::chrono::hours(1);
constexpr Bytes kCheckpointMax = 64_KiB;

std::int64_t time_of(const std::optional<audit::LoggedEvent>& event) {
  if (!event) return 0;
  const auto json = nlohmann::json::parse(event->ocsf, nullptr, false);
  if (!json.is_object() || !json.contains("time") || !json["time"].is_number_integer()) return 0;
  return json["time"].get<std::int64_t>() * 1000;
}

// The second line of a checkpoint (C2SP tlog-checkpoint); 0: it is none.
std::uint64_t size_in(std::string_view note) {
  const std::size_t line = note.find('\n');
  if (line == note.npos) return 0;
  std::uint64_t size = 0;
  std::from_chars(note.data() + line + 1, note.data() + note.size(), size);
  return size;
}

std::optional<audit::Hash> hash_of(const std::string& hex) {
  const auto octets = from_hex(hex);
  audit::Hash hash;
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

}  // namespace

Task<> LogFacts::collect(Timestamp now, Depth depth) {
  // A log that cannot be read leaves its own facts to age, and no other's; the first error is told.
  Result<> outcome = co_await compare_access(now);
  const auto note = [&outcome](Result<> part) {
    if (outcome && !part) outcome = std::move(part);
  };
  CO_TRY(const std::vector<Known> known, co_await read_known());
  std::vector<Fact> facts;
  facts.reserve(known.size());
  for (const Known& log : known) {
    const Duration age = now - log.opened_at;
    const bool open = depth == Depth::kOpened || age >= kOpenEvery || age < Duration(0);
    auto fact = co_await observe(log, open);
    if (fact)
      facts.push_back(std::move(*fact));
    else
      note(std::unexpected(fact.error()));
  }
  CO_TRY(co_await keep(facts, now));
  note(co_await compare_changes(now));
  note(co_await compare_sources(now));
  note(co_await compare_staff(now));
  note(co_await compare_public(now));
  co_return outcome;
}

Task<std::vector<LogFacts::Known>> LogFacts::read_known() {
  co_return co_await runtime::blocking(*pool_, [this]() -> Result<std::vector<Known>> {
    std::vector<Known> known;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(auto rows, transaction.query("SELECT t.id, COALESCE(f.leaves, 0) AS leaves, "
                                       "COALESCE(f.root, '') AS root, "
                                       "COALESCE(f.opened_at_us, 0) AS opened_at_us FROM tenant t "
                                       "LEFT JOIN log_fact f ON f.tenant_id = t.id "
                                       "ORDER BY t.id LIMIT :limit",
                                       {{"limit", kTenantsMax}}));
      for (const Row& row : rows)
        known.push_back({TenantId{row.integer("id")}, std::uint64_t(row.integer("leaves")),
                         row.text("root"), from_us(row.integer("opened_at_us"))});
      return {};
    }));
    return known;
  });
}

Task<LogFacts::Fact> LogFacts::observe(const Known& known, bool open) {
  Fact fact{.tenant = known.tenant, .leaves = known.leaves, .root_hex = known.root_hex};
  CO_TRY(const audit::Checkpoint checkpoint, co_await ledger_.checkpoint(known.tenant));
  if (checkpoint.size == known.leaves && known.leaves > 0) {
    fact.unchanged = to_hex(checkpoint.root) == known.root_hex;
  } else if (known.leaves > 0) {
    const audit::Hash root = hash_of(known.root_hex).value_or(audit::Hash{});
    CO_TRY(fact.unchanged,
           co_await audit::begins_with(ledger_, known.tenant, {known.leaves, root}));
  }
  // What was once there stays the measure of what comes, until it is there again.
  if (fact.unchanged) {
    fact.leaves = checkpoint.size;
    fact.root_hex = to_hex(checkpoint.root);
  }
  // What was found in an empty log says nothing of the leaves that it has now.
  const bool was_empty = known.leaves == 0 && checkpoint.size > 0;
  if (open || was_empty) CO_TRY(co_await open_leaves(fact, checkpoint.size));
  if (checkpoint.size == 0) co_return fact;
  CO_TRY(fact.checkpoints, co_await runtime::blocking(*pool_, [&]() -> Result<std::int64_t> {
           return count_checkpoints(known.tenant, known.leaves);
         }));
  co_return fact;
}

Task<> LogFacts::open_leaves(Fact& fact, std::uint64_t leaves) {
  fact.opened = true;
  if (leaves == 0) co_return Result<>();
  CO_TRY(fact.newest, co_await open_leaf(fact.tenant, leaves - 1));
  CO_TRY(fact.oldest, co_await find_oldest(fact.tenant, leaves));
  const std::uint64_t first = fact.oldest ? fact.oldest->index : leaves - 1;
  for (std::uint64_t i = 1; i <= kSamples && first + i < leaves; ++i) {
    const std::uint64_t index = first + (leaves - first) * i / (kSamples + 1);
    CO_TRY(const auto opened, co_await open_leaf(fact.tenant, index));
    ++fact.samples;
    fact.samples_opened += opened ? 1 : 0;
  }
  co_return Result<>();
}

Task<std::optional<audit::LoggedEvent>> LogFacts::open_leaf(TenantId tenant, std::uint64_t index) {
  using Opened = std::optional<audit::LoggedEvent>;
  audit::Query query;
  query.cursor = audit::Position{index + 1, 0};
  query.limit = 1;
  // One look: what is before it is of no use here.
  query.time_max = Duration(0);
  CO_TRY(audit::QueryPage page, co_await ledger_.query(tenant, query));
  if (page.events.empty() || page.events.front().index != index) co_return Opened();
  co_return std::move(page.events.front());
}

// Leaves go from the oldest on: what can be opened is the end of the log.
Task<std::optional<audit::LoggedEvent>> LogFacts::find_oldest(TenantId tenant,
                                                              std::uint64_t leaves) {
  std::optional<audit::LoggedEvent> oldest;
  for (std::uint64_t low = 0, high = leaves; low < high;) {
    // The whole log, mostly.
    const std::uint64_t middle = low == 0 && high == leaves ? 0 : low + (high - low) / 2;
    CO_TRY(auto opened, co_await open_leaf(tenant, middle));
    if (opened) {
      oldest = std::move(opened);
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  co_return oldest;
}

std::int64_t LogFacts::count_checkpoints(TenantId tenant, std::uint64_t leaves) {
  return std::ranges::count_if(tile_disks_, [&](const std::shared_ptr<Disk>& disk) {
    auto note = read_whole(*disk, "audit/" + tenant.text() + "/checkpoint", kCheckpointMax);
    return note && size_in(as_text(*note)) >= std::max<std::uint64_t>(leaves, 1);
  });
}

Task<> LogFacts::keep(const std::vector<Fact>& facts, Timestamp now) {
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      for (const Fact& fact : facts) {
        TRY(transaction.execute(
            "INSERT INTO log_fact (tenant_id, leaves, root, unchanged, checkpoints, oldest_leaf, "
            "oldest_us, newest_us, samples, samples_opened, opened_at_us, observed_at_us) VALUES "
            "(:tenant_id, :leaves, :root, :unchanged, :checkpoints, 0, 0, 0, 0, 0, 0, :now_us) "
            "ON CONFLICT (tenant_id) DO UPDATE SET leaves = :leaves, root = :root, "
            "unchanged = :unchanged, checkpoints = :checkpoints, observed_at_us = :now_us",
            {{"tenant_id", fact.tenant.value},
             {"leaves", std::int64_t(fact.leaves)},
             {"root", fact.root_hex},
             {"unchanged", std::int64_t(fact.unchanged)},
             {"checkpoints", fact.checkpoints},
             {"now_us", to_us(now)}}));
        if (!fact.opened) continue;
        TRY(transaction.execute(
            "UPDATE log_fact SET oldest_leaf = :oldest_leaf, oldest_us = :oldest_us, "
            "newest_us = :newest_us, samples = :samples, samples_opened = :samples_opened, "
            "opened_at_us = :now_us WHERE tenant_id = :tenant_id",
            {{"tenant_id", fact.tenant.value},
             {"oldest_leaf", fact.oldest ? std::int64_t(fact.oldest->index) : 0},
             {"oldest_us", time_of(fact.oldest)},
             {"newest_us", time_of(fact.newest)},
             {"samples", fact.samples},
             {"samples_opened", fact.samples_opened},
             {"now_us", to_us(now)}}));
      }
      return {};
    });
  });
}

}  // namespace belfry::provider
