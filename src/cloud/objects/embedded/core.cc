#include "embedded/core.h"

#include "base/ensure.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace belfry::objects {
namespace {

// So often one thread applies what has become durable meanwhile, before it looks at its
// connections.
constexpr unsigned kRoundsAtOnce = 16;
// More than this many commits in doubt at once mean that the disks are gone: others need not try.
constexpr std::size_t kUnresolvedMax = 64;
// Replay after a crash reads no more of the segments than this, besides what is in the memtable.
constexpr std::uint64_t kFlushEvery = 256 << 20;

// Whether a failed append certainly left nothing behind.
bool certain(const Error& error) {
  return error.code() == Code::kInvalid || error.code() == Code::kExhausted;
}

bool holds(const Expectation& expectation, const std::optional<Entry>& entry) {
  switch (expectation.what) {
    case Expectation::Kind::kAbsent:
      return !entry;
    case Expectation::Kind::kPresent:
      return entry.has_value();
    case Expectation::Kind::kSequence:
      return entry && entry->sequence == expectation.sequence;
  }
  return false;
}

bool is_not_cached(const Error& error) {
  return error.message() == "index.not_cached";
}

}  // namespace

struct Core::Pending {
  std::uint64_t group;
  EncodedCommit encoded;
  segments::Placement placement;
  segments::Purpose purpose;
  Outbox::Ticket ticket;
  std::optional<segments::Appended> appended;
  bool in_doubt = false;  // an append failed, and its octets may be on some disk
  // While it waits to be applied, and after.
  std::move_only_function<void()> resume;
  Result<Sequence> outcome;
};

Core::Core(Executor executor, Clock& clock, segments::Store& store, audit::Ledger& ledger,
           EmbeddedOptions options, std::shared_ptr<Index> index)
    : executor_(std::move(executor)),
      clock_(clock),
      store_(store),
      ledger_(ledger),
      options_(std::move(options)),
      table_(std::move(index)),
      pins_([this](const segments::FilePosition& file) {
        {
          std::lock_guard lock(mutex_);
          files_to_remove_.push_back(file);
        }
        files_waiting_.notify();
      }) {}

// A cancelled request must not leave a durable record unapplied, so cancellation waits.
Task<Sequence> Core::commit(Commit commit) {
  bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  auto result = co_await commit_whole(std::move(commit));
  co_await boost::asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

Task<Sequence> Core::commit_whole(Commit commit) {
  if (closing_) co_return fail(Code::kRetry, "engine.closed");
  if (commit.leaf && outbox_.waiting() >= options_.backlog_leaves_max)
    co_return fail(Code::kRetry, "engine.ledger_backlog");
  std::uint64_t group = lock_number(commit.bucket.value, commit.key);
  auto held = co_await locks_.lock(group, LockTable::Mode::kExclusive);
  CO_TRY(co_await resolve(group));
  CO_TRY(co_await check(commit));
  auto pending = std::make_shared<Pending>();
  pending->group = group;
  pending->placement = commit.placement;
  const bool stores = std::ranges::any_of(
      commit.changes, [](const Change& change) { return change.what == Change::Kind::kPut; });
  pending->purpose = stores ? segments::Purpose::kStore : segments::Purpose::kRelease;
  pending->encoded = encode_commit(std::move(commit));
  pending->ticket = outbox_.begin(store_.last_sequence());
  co_return co_await write(std::move(pending));
}

Task<> Core::check(const Commit& commit) {
  for (const Expectation& expectation : commit.expect) {
    CO_TRY(auto entry,
           co_await find(commit.bucket, commit.key, expectation.kind, expectation.suffix));
    if (!holds(expectation, entry)) co_return fail(Code::kConflict, "engine.expectation");
  }
  co_return Result<>();
}

Task<Sequence> Core::write(std::shared_ptr<Pending> pending) {
  if (!pending->appended) {
    // A copy: the same octets are needed again if the append fails.
    std::vector<Buffer> body = pending->encoded.body;
    auto appended = co_await store_.append(segments::Stream::kObjects, pending->placement,
                                           kCommitRecord, std::move(body), pending->purpose);
    if (!appended) {
      if (!pending->in_doubt && certain(appended.error()))
        outbox_.abandon(pending->ticket);
      else
        keep_unresolved(pending);
      co_return std::unexpected(std::move(appended).error());
    }
    pending->appended = *appended;
    place(pending->encoded.commit, appended->position);
  }
  auto applied = co_await apply(pending);
  if (!applied) keep_unresolved(pending);
  co_return applied;
}

void Core::keep_unresolved(const std::shared_ptr<Pending>& pending) {
  pending->in_doubt = true;
  {
    std::lock_guard lock(mutex_);
    unresolved_.insert_or_assign(pending->group, pending);
  }
  unresolved_waiting_.notify();
}

Task<Sequence> Core::apply(std::shared_ptr<Pending> pending) {
  co_await runtime::suspend([&](std::move_only_function<void()> resume) {
    pending->resume = std::move(resume);
    {
      std::lock_guard lock(applying_mutex_);
      to_apply_.push_back(pending);
      if (applying_) return;
      applying_ = true;
    }
    apply_waiting();
  });
  co_return std::move(pending->outcome);
}

// Called by whoever set `applying_`.
void Core::apply_waiting() {
  for (unsigned round = 0; round < kRoundsAtOnce; ++round) {
    std::vector<std::shared_ptr<Pending>> together;
    {
      std::lock_guard lock(applying_mutex_);
      together.swap(to_apply_);
      if (together.empty()) {
        applying_ = false;
        return;
      }
    }
    apply_together(together);
    for (auto& pending : together) {
      auto resume = std::move(pending->resume);
      resume();
    }
  }
  // What else this thread has to do comes first.
  boost::asio::post(executor_, [self = shared_from_this()] { self->apply_waiting(); });
}

void Core::apply_together(const std::vector<std::shared_ptr<Pending>>& together) {
  std::vector<Table::Durable> commits;
  commits.reserve(together.size());
  for (const auto& pending : together)
    commits.push_back(
        {pending->encoded.commit, pending->appended->sequence, pending->appended->position, {}});
  table_.apply(commits, [&] {
    std::vector<Outbox::Ticket> tickets;
    Sequence highest = 0;
    for (std::size_t i = 0; i < commits.size(); ++i) {
      if (!commits[i].released) continue;
      tickets.push_back(together[i]->ticket);
      highest = std::max(highest, commits[i].sequence);
    }
    return outbox_.finished_with(tickets, highest);
  });
  for (std::size_t i = 0; i < commits.size(); ++i)
    together[i]->outcome = applied(*together[i], commits[i]);
  if (outbox_.waiting() > 0) leaves_waiting_.notify();
}

Result<Sequence> Core::applied(Pending& pending, const Table::Durable& durable) {
  TRY(const auto& released, durable.released);
  outbox_.finish(pending.ticket, durable.sequence, std::move(pending.encoded.commit.leaf));
  if (!released.empty()) pins_.release(released);
  note_written(durable.record.length);
  return durable.sequence;
}

// Brings the commit in doubt of `group`, whose lock is held, to its end.
Task<> Core::resolve(std::uint64_t group) {
  std::shared_ptr<Pending> pending;
  {
    std::lock_guard lock(mutex_);
    if (unresolved_.empty()) co_return Result<>();
    auto at = unresolved_.find(group);
    if (at == unresolved_.end()) {
      if (unresolved_.size() >= kUnresolvedMax) co_return fail(Code::kRetry, "engine.unavailable");
      co_return Result<>();
    }
    pending = at->second;
    unresolved_.erase(at);
  }
  auto written = co_await write(pending);
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return Result<>();
}

std::vector<std::uint64_t> Core::unresolved_groups() {
  std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> groups;
  for (const auto& [group, pending] : unresolved_) groups.push_back(group);
  return groups;
}

void Core::note_written(std::size_t octets) {
  if (octets_since_flush_.fetch_add(octets) + octets < kFlushEvery) return;
  octets_since_flush_ = 0;
  // A full queue only puts it off.
  static_cast<void>(options_.pool->run(
      [self = shared_from_this()] { static_cast<void>(self->table_.flush(Index::Wait::kNo)); }));
}

Task<std::optional<Entry>> Core::find(BucketId bucket, const std::string& key, EntryKind kind,
                                      const std::string& suffix) {
  auto entry = table_.find(bucket, key, kind, suffix, IndexRead::kCacheOnly);
  if (!entry && is_not_cached(entry.error()))
    entry = co_await runtime::blocking(
        *options_.pool, [this, bucket, key = key, kind, suffix = suffix] {
          return table_.find(bucket, key, kind, suffix, IndexRead::kMayBlock);
        });
  if (incomplete_ && entry && !*entry) co_return incomplete();
  co_return entry;
}

Task<ScanPage> Core::scan(ScanRequest request) {
  if (incomplete_) co_return incomplete();
  auto page = table_.scan(request, IndexRead::kCacheOnly);
  if (page || !is_not_cached(page.error())) co_return page;
  co_return co_await runtime::blocking(*options_.pool, [this, request = std::move(request)] {
    return table_.scan(request, IndexRead::kMayBlock);
  });
}

Task<Buffer> Core::read_record_blob(RecordBlob blob) {
  auto read = co_await store_.read(blob.record);
  if (!read) co_return std::unexpected(explain(blob.record.set, std::move(read).error()));
  Buffer body = std::move(*read);
  if (std::uint64_t(blob.offset) + blob.length > body.size())
    co_return fail(Code::kCorrupt, "engine.bad_commit");
  body.erase(body.begin(), body.begin() + blob.offset);
  body.resize(blob.length);
  co_return body;
}

Task<std::size_t> Core::read_file(segments::FilePosition file, std::uint64_t offset,
                                  MutableView out, DiskId suspect) {
  auto count = co_await store_.read_file(file, offset, out, suspect);
  if (!count) co_return std::unexpected(explain(file.set, std::move(count).error()));
  co_return count;
}

std::shared_ptr<void> Core::pin(const Entry& entry) {
  bool has_file = std::ranges::any_of(entry.blobs, [](const Blob& blob) {
    return std::holds_alternative<segments::FilePosition>(blob);
  });
  // Records stay where they are.
  if (!has_file) return std::make_shared<int>(0);
  std::shared_ptr<void> pin;
  table_.if_current(entry, [&] { pin = pins_.pin(entry); });
  return pin;
}

Task<std::vector<segments::Copy>> Core::where(Entry entry) {
  std::vector<Blob> blobs = std::move(entry.blobs);
  if (blobs.empty()) blobs.push_back(RecordBlob{.record = entry.record});
  std::vector<segments::Copy> all;
  for (const Blob& blob : blobs) {
    Result<std::vector<segments::Copy>> copies;
    SetId set;
    if (auto* file = std::get_if<segments::FilePosition>(&blob)) {
      set = file->set;
      copies = co_await store_.where(*file);
    } else {
      set = std::get<RecordBlob>(blob).record.set;
      copies = co_await store_.where(std::get<RecordBlob>(blob).record);
    }
    if (!copies) co_return std::unexpected(explain(set, std::move(copies).error()));
    std::ranges::move(*copies, std::back_inserter(all));
  }
  co_return all;
}

Task<std::vector<SetCounts>> Core::recount() {
  co_return co_await runtime::blocking(*options_.pool, [this] { return table_.recount(); });
}

}  // namespace belfry::objects
