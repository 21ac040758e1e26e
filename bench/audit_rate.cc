// The ledger's whole way, sealing, journal on three disks, tiles, checkpoints, search index, as
// fast as writers that each wait for their event to be durable can drive it; beside it the same
// writers with the journal alone, and sealing alone. Then queries over what was written, and
// how long a start takes after that. One JSON object on standard output.
#include "audit/ledger.h"
#include "crypto/key_store.h"
#include "segments/store.h"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

namespace belfry::bench {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
constexpr TenantId kTenant{2};
constexpr int kDisks = 3;

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().describe().c_str());
  std::exit(1);
}
void must(Result<> result) {
  if (!result) must<int>(std::unexpected(result.error()));
}

// An S3 request as the daemon logs it: hourly buckets of a year, a thousand keys' worth of actors.
audit::Event event_of(std::uint64_t number, Timestamp now) {
  static constexpr std::array kActions = {"s3:PutObject",  "s3:GetObject",  "s3:GetObject",
                                          "s3:HeadObject", "s3:ListBucket", "s3:DeleteObject"};
  const auto text = [](std::uint64_t value) { return std::to_string(value); };
  audit::Event event;
  event.time = now;
  event.action = kActions[number % kActions.size()];
  event.actor = "AKIA" + text(100'000'000'000 + number * 7919 % 1000);
  event.actor_id = {std::int64_t(1000 + number % 1000)};
  event.source_ip = "192.0.2." + text(number % 200);
  event.resource = "arn:aws:s3:::bucket-" + text(number % 40) + "/" + text(number / 1000) +
                   "/object-" + text(number);
  if (number % 500 == 0) {
    event.outcome = audit::Outcome::kFailure;
    event.reason = number % 1000 == 0 ? "iam.denied" : "object.missing";
  }
  event.details = {{"request_id", "R" + text(number * 2'654'435'761 + 1'000'000'007)},
                   {"user_agent", "aws-cli/2.15.0 md/Botocore#1.34.0 ua/2.0 os/linux"},
                   {"size_bytes", text(number * 37 % 1'000'000)},
                   {"etag", text(number * 11'400'714'819'323) + "d41d8cd98f00b204"}};
  return event;
}

struct Arguments {
  std::string directory;
  std::uint64_t events = 500'000;
  unsigned writers = 256;
  unsigned savepoint_mib = 256;
};

class Machine {
 public:
  explicit Machine(const std::filesystem::path& directory) : directory_(directory) {
    std::filesystem::remove_all(directory_);
    segments::Options options;
    std::array<Disk*, kDisks> key_disks{};
    for (int i = 0; i < kDisks; ++i) {
      const auto folder = directory_ / ("disk-" + std::to_string(i + 1));
      std::filesystem::create_directories(folder);
      disks_.push_back(must(open_disk(folder.string())));
      key_disks[std::size_t(i)] = disks_.back().get();
      options.disks.push_back({{i + 1},
                               "disk-" + std::to_string(i + 1),
                               {i + 1},
                               {i + 1},
                               folder.string(),
                               true,
                               disks_.back()});
      pools_.push_back(make_pool("disk", 4, 10'000));
    }
    options.segment_size = 256_MiB;
    options.pool_for = [this](DiskId disk) { return pools_[std::size_t(disk.value - 1)]; };
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { context_.run(); });
    keys_ = must(crypto::open_key_store(key_disks, Buffer(32, std::byte{5}),
                                        {*disks_.front(), "master.months"}, *clock_, *random_));
    store_ = must(
        run(segments::open_store(context_.get_executor(), *clock_, *random_, std::move(options))));
  }
  ~Machine() {
    if (ledger_) must(run(ledger_->close()));
    must(run(store_->close()));
    guard_.reset();
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    ledger_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // The seconds that a start takes after the ledger was closed in order.
  double restart(unsigned savepoint_mib) {
    must(run(ledger_->close()));
    ledger_.reset();
    const auto begin = SteadyClock::now();
    open_ledger(savepoint_mib);
    return seconds_since(begin);
  }

  void open_ledger(unsigned savepoint_mib) {
    audit::Options options;
    options.savepoint_after = Bytes{std::uint64_t{savepoint_mib} << 20};
    options.provider = "bench.example";
    for (auto& disk : disks_) options.tile_disks.push_back(disk);
    options.tile_pool = make_pool("tiles", kDisks, 16);
    options.pool = make_pool("slow", 2, 10'000);
    options.reading_pool = make_pool("audit-read", 3, 256);
    ledger_ = must(run(audit::open_ledger(context_.get_executor(), *clock_, *random_, *store_,
                                          *keys_, std::move(options))));
  }

  template <class T>
  Result<T> run(Task<T> task) {
    return asio::co_spawn(context_, std::move(task), asio::use_future).get();
  }
  // So many writers at once, each of which does one piece after the other; the seconds it took.
  template <class Piece>
  double drive(unsigned writers, std::uint64_t count, Piece piece) {
    std::atomic<std::uint64_t> next = 0;
    std::vector<std::future<void>> ends;
    ends.reserve(writers);
    const auto begin = SteadyClock::now();
    auto write = [&]() -> asio::awaitable<void> {
      for (std::uint64_t number; (number = next++) < count;) must(co_await piece(number));
    };
    for (unsigned i = 0; i < writers; ++i)
      ends.push_back(asio::co_spawn(context_, write(), asio::use_future));
    for (auto& end : ends) end.get();
    return seconds_since(begin);
  }

  audit::Ledger& ledger() { return *ledger_; }
  segments::Store& store() { return *store_; }
  Timestamp now() const { return clock_->now(); }
  // As clients do that were answered 503.
  auto wait_before_retry() { return clock_->sleep(std::chrono::milliseconds(5)); }
  // How many leaves the search index covers, by the names of its files.
  std::uint64_t indexed() const {
    std::uint64_t until = 0;
    for (int i = 1; i <= kDisks; ++i) {
      const auto folder =
          directory_ / ("disk-" + std::to_string(i)) / "audit-index" / kTenant.text();
      std::error_code none;
      for (const auto& file : std::filesystem::directory_iterator(folder, none)) {
        const std::string name = file.path().filename().string();
        std::uint64_t value = 0;
        const std::size_t dash = name.find('-');
        if (dash == std::string::npos) continue;
        std::from_chars(name.data() + dash + 1, name.data() + name.size(), value);
        until = std::max(until, value);
      }
    }
    return until;
  }
  std::uint64_t octets_of(std::string_view part) const {
    std::uint64_t octets = 0;
    for (int i = 1; i <= kDisks; ++i) {
      const auto folder = directory_ / ("disk-" + std::to_string(i)) / part;
      std::error_code none;
      for (const auto& file : std::filesystem::recursive_directory_iterator(folder, none))
        if (file.is_regular_file(none)) octets += file.file_size(none);
    }
    return octets;
  }

 private:
  const std::filesystem::path directory_;
  asio::io_context context_{2};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  std::vector<std::thread> threads_;
  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::unique_ptr<Random> random_ = make_system_random();
  std::vector<std::shared_ptr<Disk>> disks_;
  std::vector<std::shared_ptr<Pool>> pools_;
  std::unique_ptr<crypto::KeyStore> keys_;
  std::unique_ptr<segments::Store> store_;
  std::unique_ptr<audit::Ledger> ledger_;
};

struct Question {
  const char* name;
  audit::Query query;
};

std::vector<Question> questions(std::uint64_t events, Timestamp begin, Timestamp end) {
  const auto with = [](auto set) {
    audit::Query query;
    set(query);
    return query;
  };
  const auto half = begin + (end - begin) / 2;
  return {
      {"newest", {}},
      {"one actor", with([](auto& q) { q.actor = "AKIA100000000007"; })},
      {"action s3:Delete*", with([](auto& q) { q.action = "s3:Delete*"; })},
      {"one bucket", with([](auto& q) { q.resource = "arn:aws:s3:::bucket-7/"; })},
      {"one object, the oldest",
       with([](auto& q) { q.resource = "arn:aws:s3:::bucket-1/0/object-1"; })},
      {"failures", with([](auto& q) { q.outcome = audit::Outcome::kFailure; })},
      {"one reason", with([](auto& q) { q.reason = "iam.denied"; })},
      {"one address", with([](auto& q) { q.source_ip = "192.0.2.17"; })},
      {"request_id", with([&](auto& q) {
         q.details = event_of(events / 2, begin).details;
         q.details.resize(1);
       })},
      {"half an hour's worth in the middle", with([&](auto& q) {
         q.from = half;
         q.until = half + std::chrono::seconds(1);
       })},
      {"five filters together", with([&](auto& q) {
         q.action = "s3:*";
         q.resource = "arn:aws:s3:::bucket-";
         q.outcome = audit::Outcome::kFailure;
         q.source_ip = "192.0.2.*";
         q.from = begin;
       })},
      {"nobody", with([](auto& q) { q.actor = "nobody"; })},
      {"two that are never together", with([](auto& q) {
         q.action = "s3:PutObject";
         q.resource = "arn:aws:s3:::bucket-1/";
       })},
      {"no such prefix", with([](auto& q) { q.resource = "arn:aws:s3:::none-"; })},
  };
}

nlohmann::json ask(Machine& machine, std::uint64_t events, Timestamp begin, Timestamp end) {
  constexpr int kRounds = 5;
  nlohmann::json answers = nlohmann::json::object();
  for (const Question& question : questions(events, begin, end)) {
    std::vector<double> times_ms;
    audit::QueryPage page;
    for (int round = 0; round < kRounds; ++round) {
      const auto start = SteadyClock::now();
      page = must(machine.run(machine.ledger().query(kTenant, question.query)));
      times_ms.push_back(seconds_since(start) * 1000);
    }
    std::ranges::sort(times_ms);
    answers[question.name] = {{"median_ms", times_ms[kRounds / 2]},
                              {"worst_ms", times_ms.back()},
                              {"events", page.events.size()},
                              {"stopped_early", page.stopped_early}};
  }
  return answers;
}

double sealing_rate(Machine& machine) {
  constexpr std::uint64_t kCount = 100'000;
  std::atomic<std::uint64_t> next = 0;
  const auto begin = SteadyClock::now();
  auto seal = [&] {
    for (std::uint64_t number; (number = next++) < kCount;)
      must(machine.ledger().seal(kTenant, event_of(number, machine.now())));
  };
  std::thread other(seal);
  seal();
  other.join();
  return kCount / seconds_since(begin);
}

double journal_rate(Machine& machine, const Arguments& arguments, const Buffer& leaf) {
  constexpr std::uint64_t kCount = 100'000;
  auto piece = [&](std::uint64_t) -> Task<> {
    CO_TRY(co_await machine.store().append(segments::Stream::kLedger, {}, 2, {leaf},
                                           segments::Purpose::kStore));
    co_return Result<>();
  };
  return kCount / machine.drive(arguments.writers, kCount, piece);
}

int main(int count, char** words) {
  Arguments arguments;
  CLI::App app("The ledger's whole way.", "audit_rate");
  app.add_option("--directory", arguments.directory, "made anew, and removed")->required();
  app.add_option("--events", arguments.events)->check(CLI::Range(1000, 1'000'000'000));
  app.add_option("--writers", arguments.writers)->check(CLI::Range(1, 4096));
  app.add_option("--savepoint-mib", arguments.savepoint_mib)->check(CLI::Range(1, 1 << 20));
  CLI11_PARSE(app, count, words);
  const std::filesystem::path directory = arguments.directory;
  nlohmann::json report = {{"events", arguments.events}, {"writers", arguments.writers}};
  {
    Machine machine(directory / "limit");
    machine.open_ledger(arguments.savepoint_mib);
    report["sealing_per_second"] = sealing_rate(machine);
  }
  {
    Machine machine(directory / "limit");
    report["journal_per_second"] = journal_rate(machine, arguments, Buffer(900, std::byte{7}));
  }
  Machine machine(directory / "whole");
  machine.open_ledger(arguments.savepoint_mib);
  const Timestamp first = machine.now();
  const auto begin = SteadyClock::now();
  std::atomic<std::uint64_t> refused = 0;
  const double durable =
      machine.drive(arguments.writers, arguments.events, [&](std::uint64_t number) -> Task<> {
        for (;;) {
          auto done = co_await machine.ledger().record(kTenant, event_of(number, machine.now()));
          if (done) co_return Result<>();
          if (done.error().code() != Code::kRetry) co_return std::unexpected(done.error());
          ++refused;
          co_await machine.wait_before_retry();
        }
      });
  const Timestamp last = machine.now();
  report["refused"] = refused.load();
  report["durable_per_second"] = double(arguments.events) / durable;
  while (machine.indexed() + 4096 + 256 < arguments.events)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  report["with_index_per_second"] = double(arguments.events) / seconds_since(begin);
  report["tiles_octets"] = machine.octets_of("audit");
  report["index_octets"] = machine.octets_of("audit-index");
  report["queries"] = ask(machine, arguments.events, first, last);
  report["journal_octets"] = machine.octets_of("sets");
  report["restart_seconds"] = machine.restart(arguments.savepoint_mib);
  std::printf("%s\n", report.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace belfry::bench

int main(int count, char** words) {
  return belfry::bench::main(count, words);
}
