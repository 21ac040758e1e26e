// How the customers' logs are followed, each from where it was read last to its end.
#include "log_facts.h"

namespace belfry::provider {
namespace {

using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
// Of one customer at a time, and of all of those with more to read; what is left comes the next
// time, and until then its facts age. A page takes no longer than a query's time: where no index is
// yet, all that waits for the facts about logs waits for this.
constexpr int kPagesMax = 20, kPagesOfAllMax = 100;
constexpr std::size_t kPage = 1'000;

}  // namespace

Task<std::vector<LogReading>> LogFacts::read_readings(Readings of) {
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<std::vector<LogReading>> {
    std::vector<LogReading> readings;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(readings, find_readings(transaction, of));
      return {};
    }));
    return readings;
  });
}

Task<LogFacts::Followed> LogFacts::follow(const Following& following, const LogReading& reading) {
  audit::Query query = following.query;
  query.order = audit::Order::kOldestFirst;
  query.cursor = reading.from;
  query.limit = kPage;
  Followed followed{.reading = reading, .next = reading.from};
  for (int page = 0; page < kPagesMax && !followed.is_at_end; ++page) {
    CO_TRY(const audit::QueryPage found, co_await ledger_.query(reading.tenant, query));
    for (const audit::LoggedEvent& event : found.events) following.take(reading.tenant, event);
    followed.is_at_end = !found.stopped_early && found.events.size() < kPage;
    if (found.next) query.cursor = found.next;
    ++followed.pages;
  }
  followed.next = query.cursor.value_or(reading.from);
  co_return followed;
}

Task<> LogFacts::follow_all(const Following& following, Timestamp now) {
  CO_TRY(const auto readings, co_await read_readings(following.of));
  Result<> outcome;
  std::vector<Followed> all;
  all.reserve(readings.size());
  int more_pages = 0;
  for (const LogReading& reading : readings) {
    if (more_pages >= kPagesOfAllMax) break;
    auto followed = co_await follow(following, reading);
    if (!followed) {
      if (outcome) outcome = std::unexpected(followed.error());
      continue;
    }
    more_pages += followed->is_at_end ? followed->pages - 1 : followed->pages;
    all.push_back(*followed);
  }
  CO_TRY(co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      for (const Followed& followed : all) {
        TRY(const bool is_new, move_on(transaction, following.of, followed.reading, followed.next,
                                       followed.is_at_end ? to_us(now) : 0));
        // Else another one read the same lines meanwhile, and counted them.
        if (is_new) TRY(following.add(transaction, followed.reading.tenant));
      }
      return {};
    });
  }));
  co_return outcome;
}

Task<> LogFacts::forget(const char* statement, Timestamp before) {
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      TRY(transaction.execute(statement, {{"before_us", to_us(before)}}));
      return {};
    });
  });
}

}  // namespace belfry::provider
