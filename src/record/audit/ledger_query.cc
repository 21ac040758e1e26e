// Queries: the index says where to look, the leaves say what is there. And the worker that keeps
// the index complete.
#include "event_facts.h"
#include "index_file.h"
#include "ledger_core.h"

#include <algorithm>

namespace belfry::audit {

namespace {

constexpr Duration kIndexEvery = std::chrono::milliseconds(250);

std::int64_t floor_ms(Timestamp time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}
std::int64_t ceil_ms(Timestamp time) {
  return std::chrono::ceil<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// Events of a log one by one; it keeps the bundle and the leaf that it looked at last.
class EventReader {
 public:
  EventReader(Core& core, TenantId tenant) : core_(core), tenant_(tenant) {}

  // The events of a leaf; none if it is of a later release, or the key of its month destroyed: only
  // the hash is left. Views are good until the next call.
  Result<std::span<const std::string_view>> events(std::uint64_t leaf) {
    if (leaf_ == leaf) return events_;
    events_.clear();
    leaf_.reset();
    if (const std::uint64_t bundle = leaf / kTileWidth; bundle_ != bundle) {
      bundle_.reset();
      auto there = core_.bundle(tenant_, bundle);
      if (!there && there.error().message() == "audit.bundle_deleted") return events_;
      TRY(entries_, std::move(there));
      bundle_ = bundle;
    }
    const Buffer& octets = *entries_[leaf % kTileWidth];
    leaf_ = leaf;
    auto header = decode_leaf_header(octets);
    if (!header) return events_;
    auto key = keys_.try_emplace(header->key, core_.keys().find(header->key)).first;
    if (!key->second) return events_;
    TRY(plain_, open_leaf(octets, key->second->secret));
    TRY(events_, events_of(header->type, plain_));
    return events_;
  }

 private:
  Core& core_;
  const TenantId tenant_;
  std::optional<std::uint64_t> bundle_, leaf_;
  std::vector<Entry> entries_;
  Buffer plain_;
  std::vector<std::string_view> events_;
  std::map<crypto::KeyId, Result<crypto::Key>> keys_;
};

// One query under way. What lies on the near side of `bound_` has been looked at.
class Search {
 public:
  Search(Core& core, TenantId tenant, const Query& query)
      : core_(core),
        tenant_(tenant),
        query_(query),
        limit_(std::max<std::size_t>(query.limit, 1)),
        all_(wants_all(query)),
        newest_first_(query.order == Order::kNewestFirst),
        end_(core.clock().monotonic() + query.time_max),
        reader_(core, tenant) {
    page_.log_size = core.size_of(tenant);
    const Position last{page_.log_size, 0};
    bound_ = query.cursor ? std::min(*query.cursor, last) : newest_first_ ? last : Position{};
  }

  Result<QueryPage> run() {
    while (!done_ && !is_at_end()) {
      const SearchIndex::Span span = core_.index().span_at(tenant_, next_leaf());
      if (span.kind == SearchIndex::Kind::kFile)
        TRY(look_up(span));
      else if (span.kind == SearchIndex::Kind::kLeaves)
        TRY(read_through(span));
      else
        go_past(span);
    }
    if (!done_ && !newest_first_) page_.next = bound_;
    return std::move(page_);
  }

 private:
  bool is_at_end() const {
    return newest_first_ ? bound_ == Position{} : bound_.leaf >= page_.log_size;
  }
  std::uint64_t next_leaf() const {
    return newest_first_ && bound_.part == 0 ? bound_.leaf - 1 : bound_.leaf;
  }
  // All of the span was looked at, also what came to it since the query began.
  void go_past(const SearchIndex::Span& span) {
    bound_ = {newest_first_ ? span.from : span.until, 0};
  }
  // Every query gets on by a step at least.
  bool is_time_over() {
    if (!looked_ || is_at_end() || core_.clock().monotonic() < end_) return false;
    page_.stopped_early = page_.events.size() < limit_;
    page_.next = bound_;
    return done_ = true;
  }

  // One event more than is wanted tells that there is another page.
  void take(Position place, std::string_view ocsf) {
    looked_ = true;
    if (!all_) {
      const auto facts = facts_of(ocsf);
      if (!facts || !wanted(query_, *facts)) return;
    }
    if (page_.events.size() == limit_) {
      page_.next = newest_first_ ? page_.events.back().position() : place;
      done_ = true;
      return;
    }
    page_.events.push_back({place.leaf, place.part, std::string(ocsf)});
  }

  void pass(Position place) {
    bound_ = newest_first_ ? place : Position{place.leaf, place.part + 1};
  }

  Result<> look_up(const SearchIndex::Span& span) {
    IndexSearch search{conditions_of(query_)};
    if (query_.from) search.from_ms = floor_ms(*query_.from);
    if (query_.until) search.until_ms = ceil_ms(*query_.until);
    search.order = query_.order;
    search.bound = bound_;
    search.count_max = limit_ - page_.events.size() + 1;
    auto places = core_.index().search(tenant_, span, search);
    // The file is dropped now, and the span to be read leaf by leaf.
    if (!places) return {};
    for (const Position& place : *places) {
      if (is_time_over()) return {};
      TRY(auto events, reader_.events(place.leaf));
      if (place.part < events.size()) take(place, events[place.part]);
      if (done_) return {};
      pass(place);
    }
    if (places->size() < search.count_max) go_past(span);
    looked_ = true;
    std::ignore = is_time_over();
    return {};
  }

  Result<> read_through(const SearchIndex::Span& span) {
    const std::uint64_t until = std::min(span.until, page_.log_size);
    while (!done_ && !is_at_end() && next_leaf() >= span.from && next_leaf() < until) {
      if (is_time_over() || is_before_the_span_of_time()) return {};
      TRY(read_leaf(next_leaf()));
    }
    return {};
  }

  // Nothing older can be wanted: the end, or a bundle less to read.
  bool is_before_the_span_of_time() {
    const std::uint64_t leaf = next_leaf();
    if (!query_.from || core_.written(tenant_, leaf) >= *query_.from) return false;
    if (newest_first_)
      bound_ = {};
    else
      bound_ = {std::min((leaf / kTileWidth + 1) * kTileWidth, page_.log_size), 0};
    return true;
  }

  Result<> read_leaf(std::uint64_t leaf) {
    TRY(auto events, reader_.events(leaf));
    const auto count = std::uint32_t(events.size());
    for (std::uint32_t i = 0; i < count && !done_; ++i) {
      const Position place{leaf, newest_first_ ? count - 1 - i : i};
      if (newest_first_ ? place < bound_ : place >= bound_) take(place, events[place.part]);
    }
    looked_ = true;
    if (!done_) bound_ = {newest_first_ ? leaf : leaf + 1, 0};
    return {};
  }

  Core& core_;
  const TenantId tenant_;
  const Query& query_;
  const std::size_t limit_;
  const bool all_, newest_first_;
  const Monotonic end_;
  EventReader reader_;
  QueryPage page_;
  Position bound_;
  bool looked_ = false, done_ = false;
};

}  // namespace

Timestamp Core::written(TenantId tenant, std::uint64_t leaf) {
  std::lock_guard lock(mutex_);
  return logs_[tenant].written(leaf / kTileWidth);
}

Result<QueryPage> Core::query(TenantId tenant, const Query& query) {
  return Search(*this, tenant, query).run();
}

LogReader Core::log_reader() {
  LogReader reader;
  reader.tenants = [this] {
    std::lock_guard lock(mutex_);
    std::vector<TenantId> tenants;
    for (const auto& [tenant, log] : logs_)
      if (tenant != kRootLog) tenants.push_back(tenant);
    return tenants;
  };
  reader.size = [this](TenantId tenant) { return size_of(tenant); };
  reader.bundle = [this](TenantId tenant, std::uint64_t index) { return bundle(tenant, index); };
  reader.octets = [this](TenantId tenant, std::uint64_t index) {
    std::lock_guard lock(mutex_);
    return logs_[tenant].octets(index);
  };
  reader.bundle_roots = [this](TenantId tenant, std::uint64_t from,
                               std::uint64_t until) -> Result<Buffer> {
    Buffer roots;
    while (from < until) {
      const std::uint64_t first = from % kTileWidth;
      const std::uint64_t width = std::min<std::uint64_t>(kTileWidth, first + until - from);
      TRY(const Hashes hashes, tile_hashes(tenant, {1, from / kTileWidth}, unsigned(width)));
      for (std::uint64_t i = first; i < width; ++i)
        roots.insert(roots.end(), hashes[i].begin(), hashes[i].end());
      from += width - first;
    }
    return roots;
  };
  return reader;
}

// On the readers' threads: making the index takes none of those that the log's own files need.
boost::asio::awaitable<void> Core::run_indexer(std::shared_ptr<Core> core) {
  Core* raw = core.get();
  while (!core->stopping_) {
    auto work = [raw]() -> Result<bool> { return raw->index_.work(raw->stopping_); };
    const auto worked = co_await runtime::blocking(core->reading_pool(), work);
    if (worked && *worked) continue;
    if (core->stopping_) break;
    co_await core->clock_.sleep(kIndexEvery);
  }
  core->indexer_done_.set(true);
}

}  // namespace belfry::audit
