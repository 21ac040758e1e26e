#include "runtime/disk_watch.h"

#include "base/ensure.h"

#include <algorithm>
#include <pthread.h>

namespace belfry {

struct DiskWatch::Work {
  const DiskWatch* watch;
  std::move_only_function<void()> body;
  std::move_only_function<void(Result<>)> settle;  // empty: it was called
  std::shared_ptr<void> file = nullptr;            // to let go of, instead of a body
  // When its present call began, in nanoseconds of the steady clock; zero between calls.
  std::atomic<std::int64_t> since = 0;
  bool hangs = false;
  std::optional<Error> error = {};  // that one of its calls ended with; with the watch's lock
};

namespace {

// What this thread works on: a pointer of the watch's own type, which only the watch reads.
thread_local void* current_work = nullptr;

std::int64_t steady_now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

class WatchedFile : public File {
 public:
  WatchedFile(std::shared_ptr<DiskWatch> watch, std::shared_ptr<File> inner)
      : watch_(std::move(watch)), inner_(std::move(inner)) {}
  ~WatchedFile() override { watch_->release(std::move(inner_)); }

  Result<std::size_t> read_at(std::uint64_t offset, MutableView out) const override {
    if (watch_->is_here()) return watch_->call([&] { return inner_->read_at(offset, out); });
    auto octets = std::make_shared<Buffer>(out.size());
    TRY(std::size_t count,
        watch_->call([inner = inner_, octets, offset] { return inner->read_at(offset, *octets); }));
    std::copy_n(octets->begin(), count, out.begin());
    return count;
  }

  bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const override {
    return inner_->read_cached(offset, parts);
  }

  Result<> write_at(std::uint64_t offset, std::span<const View> parts) override {
    if (watch_->is_here()) return watch_->call([&] { return inner_->write_at(offset, parts); });
    Buffer octets;
    std::size_t size = 0;
    for (View part : parts) size += part.size();
    octets.reserve(size);
    for (View part : parts) octets.insert(octets.end(), part.begin(), part.end());
    return watch_->call([inner = inner_, octets = std::move(octets), offset] {
      const View whole(octets);
      return inner->write_at(offset, {&whole, 1});
    });
  }

  // From elsewhere it is copied, and then nothing is aligned.
  Result<> write_past_memory(std::uint64_t offset, View octets) override {
    if (!watch_->is_here()) return write_at(offset, {&octets, 1});
    return watch_->call([&] { return inner_->write_past_memory(offset, octets); });
  }

  // Only on the way of a write: it is not worth a change of thread.
  bool make_space(std::uint64_t offset, Bytes length) override {
    if (!watch_->is_here()) return false;
    const auto made = watch_->call([&]() -> Result<> {
      if (inner_->make_space(offset, length)) return {};
      return fail(Code::kExhausted, "disk.full");
    });
    return made.has_value();
  }

  Result<> write_back(std::uint64_t offset, Bytes length) override {
    return watch_->call(
        [inner = inner_, offset, length] { return inner->write_back(offset, length); });
  }
  Result<Bytes> size() const override {
    return watch_->call([inner = inner_] { return inner->size(); });
  }
  Result<> resize(Bytes size) override {
    return watch_->call([inner = inner_, size] { return inner->resize(size); });
  }
  Result<> sync(SyncPoint point, DiskOrdinal ordinal) override {
    return watch_->call([inner = inner_, point, ordinal] { return inner->sync(point, ordinal); });
  }

  const std::shared_ptr<File>& inner() const { return inner_; }

 private:
  std::shared_ptr<DiskWatch> watch_;
  std::shared_ptr<File> inner_;
};

class WatchedDisk : public Disk {
 public:
  WatchedDisk(std::shared_ptr<DiskWatch> watch, std::shared_ptr<Disk> inner)
      : watch_(std::move(watch)), inner_(std::move(inner)) {}

  Result<std::unique_ptr<File>> open(std::string_view path, Access access) override {
    return watched(
        [inner = inner_, path = std::string(path), access] { return inner->open(path, access); });
  }
  std::unique_ptr<File> open_cached(std::string_view path) override {
    auto file = inner_->open_cached(path);
    return file ? std::make_unique<WatchedFile>(watch_, std::move(file)) : nullptr;
  }
  Result<std::unique_ptr<File>> create(std::string_view path) override {
    return watched([inner = inner_, path = std::string(path)] { return inner->create(path); });
  }
  Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) override {
    return watched([inner = inner_, directory = std::string(directory)] {
      return inner->create_unnamed(directory);
    });
  }
  Result<> link(File& unnamed, std::string_view path) override {
    auto file = static_cast<WatchedFile&>(unnamed).inner();
    return watch_->call(
        [inner = inner_, file, path = std::string(path)] { return inner->link(*file, path); });
  }
  Result<> rename(std::string_view from, std::string_view to) override {
    return watch_->call([inner = inner_, from = std::string(from), to = std::string(to)] {
      return inner->rename(from, to);
    });
  }
  Result<> remove(std::string_view path) override {
    return watch_->call([inner = inner_, path = std::string(path)] { return inner->remove(path); });
  }
  // Entry by entry: a whole tree may take longer than one call may.
  Result<> remove_tree(std::string_view path) override {
    auto names = list(path);
    if (!names && names.error().code() != Code::kNotFound) return std::unexpected(names.error());
    if (names)
      for (const std::string& name : *names) TRY(remove_tree(std::string(path) + "/" + name));
    return watch_->call(
        [inner = inner_, path = std::string(path)] { return inner->remove_tree(path); });
  }
  Result<> make_directory(std::string_view path) override {
    return watch_->call(
        [inner = inner_, path = std::string(path)] { return inner->make_directory(path); });
  }
  Result<std::vector<std::string>> list(std::string_view directory) override {
    return watch_->call(
        [inner = inner_, directory = std::string(directory)] { return inner->list(directory); });
  }
  Result<> sync_directory(std::string_view directory, SyncPoint point,
                          DiskOrdinal ordinal) override {
    return watch_->call([inner = inner_, directory = std::string(directory), point, ordinal] {
      return inner->sync_directory(directory, point, ordinal);
    });
  }
  Result<> sync_all(SyncPoint point, DiskOrdinal ordinal) override {
    return watch_->call(
        [inner = inner_, point, ordinal] { return inner->sync_all(point, ordinal); });
  }
  Result<> reopen() override {
    return watch_->call([inner = inner_] { return inner->reopen(); });
  }
  Result<> together(std::move_only_function<Result<>()> work) override {
    return watch_->within(std::move(work));
  }
  void forget_cached(std::string_view path) override {
    (void)watch_->call([inner = inner_, path = std::string(path)]() -> Result<> {
      inner->forget_cached(path);
      return {};
    });
  }
  Result<Space> space() override {
    return watch_->call([inner = inner_] { return inner->space(); });
  }
  Result<std::string> device() override {
    return watch_->call([inner = inner_] { return inner->device(); });
  }

 private:
  template <class F>
  Result<std::unique_ptr<File>> watched(F open) {
    TRY(std::shared_ptr<File> file, watch_->call(std::move(open)));
    return std::make_unique<WatchedFile>(watch_, std::move(file));
  }

  std::shared_ptr<DiskWatch> watch_;
  std::shared_ptr<Disk> inner_;
};

}  // namespace

DiskWatch::DiskWatch(std::string_view name, std::shared_ptr<Disk> disk, Limits limits,
                     std::move_only_function<void()> on_silent)
    : name_(name), inner_(std::move(disk)), limits_(limits), on_silent_(std::move(on_silent)) {}

std::shared_ptr<DiskWatch> DiskWatch::begin(std::string_view name, std::shared_ptr<Disk> disk,
                                            Limits limits,
                                            std::move_only_function<void()> on_silent) {
  std::shared_ptr<DiskWatch> watch(
      new DiskWatch(name, std::move(disk), limits, std::move(on_silent)));
  // Linux takes 15 characters.
  const std::string label = std::string(name).substr(0, 15);
  watch->threads_ = limits.threads;
  for (unsigned i = 0; i < limits.threads; ++i) {
    // Nobody can wait for one that hangs.
    std::thread thread([watch] { watch->work(); });
    pthread_setname_np(thread.native_handle(), label.c_str());
    thread.detach();
  }
  watch->looking_ = std::thread([raw = watch.get()] { raw->look(); });
  pthread_setname_np(watch->looking_.native_handle(), label.c_str());
  return watch;
}

DiskWatch::~DiskWatch() {
  ENSURE(!looking_.joinable());
}

void DiskWatch::stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    ready_.notify_all();
    changed_.wait(lock, [this] {
      return threads_ ==
             unsigned(std::ranges::count_if(running_, [](auto& work) { return work->hangs; }));
    });
    stopped_ = true;
    over_.notify_all();
  }
  if (looking_.joinable()) looking_.join();
}

std::shared_ptr<Disk> DiskWatch::disk() {
  return std::make_shared<WatchedDisk>(shared_from_this(), inner_);
}

Error DiskWatch::silence() const {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limits_.silence).count();
  return Error(Code::kRetry, "disk.silent",
               {{"disk", name_}, {"seconds", std::to_string(seconds)}});
}

bool DiskWatch::forgive() {
  std::vector<std::shared_ptr<void>> unreleased;
  {
    std::lock_guard lock(mutex_);
    if (!silent_) return true;
    if (!running_.empty()) return false;
    silent_ = false;
    forgiven_late_ = std::exchange(late_error_, std::nullopt);
    unreleased.swap(unreleased_);
  }
  for (auto& file : unreleased) release(std::move(file));
  return true;
}

void DiskWatch::run(std::move_only_function<void()> work,
                    std::move_only_function<void(Result<>)> settle, Room room) {
  auto queued = std::make_shared<Work>(this, std::move(work), std::move(settle));
  Result<> refused;
  {
    std::lock_guard lock(mutex_);
    if (silent_ || stopping_)
      refused = std::unexpected(silence());
    else if (room == Room::kBounded && queue_.size() >= limits_.queue_length_max)
      refused = fail(Code::kExhausted, "server.busy");
    else
      queue_.push_back(queued);
  }
  if (!refused) return queued->settle(std::move(refused));
  ready_.notify_one();
}

bool DiskWatch::is_here() const {
  return current_work && static_cast<Work*>(current_work)->watch == this;
}

bool DiskWatch::begin_call() {
  if (silent_) return false;
  static_cast<Work*>(current_work)->since = steady_now();
  return true;
}

// An error is noted whether the disk is silent or not: whoever waits for the work may be told of
// silence instead before the work itself can say what it met.
void DiskWatch::end_call(const Error* error) {
  auto& work = *static_cast<Work*>(current_work);
  work.since = 0;
  if (!error || error->code() != Code::kRetry) return;
  std::lock_guard lock(mutex_);
  if (!work.error) work.error = *error;
  if (silent_ && !late_error_) late_error_ = *error;
}

std::optional<Error> DiskWatch::late_error() {
  std::lock_guard lock(mutex_);
  return forgiven_late_;
}

void DiskWatch::release(std::shared_ptr<void> file) {
  if (!file) return;
  if (is_here()) {
    const bool timed = begin_call();
    file.reset();
    if (timed) end_call(nullptr);
    return;
  }
  {
    std::lock_guard lock(mutex_);
    if (silent_) {
      unreleased_.push_back(std::move(file));
      return;
    }
    if (!stopping_) queue_.push_back(std::make_shared<Work>(this, nullptr, nullptr, file));
    // From here on the work has it: this thread must not be the one that closes it.
    if (!stopping_) file = nullptr;
  }
  ready_.notify_one();
}

void DiskWatch::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) break;
    std::shared_ptr<Work> work = std::move(queue_.front());
    queue_.pop_front();
    running_.push_back(work);
    lock.unlock();
    current_work = work.get();
    if (work->body) work->body();
    work->body = nullptr;
    release(std::move(work->file));
    current_work = nullptr;
    lock.lock();
    std::erase(running_, work);
    auto settle = std::exchange(work->settle, nullptr);
    if (stopping_) changed_.notify_all();
    if (!settle) continue;
    lock.unlock();
    settle({});
    settle = nullptr;
    lock.lock();
  }
  --threads_;
  changed_.notify_all();
}

void DiskWatch::look() {
  const auto pause = std::clamp<Duration>(limits_.silence / 8, std::chrono::milliseconds(1),
                                          std::chrono::seconds(1));
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const std::int64_t before = steady_now();
    over_.wait_for(lock, pause);
    forget_standstill(steady_now() - before - std::chrono::nanoseconds(pause).count());
    if (look_once(lock)) changed_.notify_all();
  }
}

// A process that was stopped, or a machine that stood still, for `late` nanoseconds says nothing of
// the disk.
void DiskWatch::forget_standstill(std::int64_t late) {
  if (late < std::chrono::nanoseconds(limits_.silence).count() / 4) return;
  for (auto& work : running_) {
    std::int64_t since = work->since;
    if (since != 0) work->since.compare_exchange_strong(since, since + late);
  }
}

// Whether a call was found to hang.
bool DiskWatch::look_once(std::unique_lock<std::mutex>& lock) {
  const auto limit = std::chrono::nanoseconds(limits_.silence).count();
  bool any = false;
  for (auto& work : running_) {
    const std::int64_t since = work->since;
    if (work->hangs || since == 0 || steady_now() - since < limit) continue;
    any = work->hangs = true;
  }
  if (!any || silent_) return any;
  silent_ = true;
  for (auto& work : running_)
    if (work->error && !late_error_) late_error_ = work->error;
  std::vector<std::shared_ptr<Work>> dropped(running_);
  dropped.insert(dropped.end(), queue_.begin(), queue_.end());
  for (auto& work : queue_)
    if (work->file) unreleased_.push_back(std::move(work->file));
  queue_.clear();
  std::vector<std::move_only_function<void(Result<>)>> waiting;
  for (auto& work : dropped)
    if (work->settle) waiting.push_back(std::exchange(work->settle, nullptr));
  lock.unlock();
  if (on_silent_) on_silent_();
  for (auto& settle : waiting) settle(std::unexpected(silence()));
  // They may be the last to have what a late call opened, and letting go of it takes the lock.
  waiting.clear();
  dropped.clear();
  lock.lock();
  return true;
}

}  // namespace belfry
