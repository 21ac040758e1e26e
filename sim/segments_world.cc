#include "segments_world.h"

#include "chain.h"
#include "durable.h"
#include "files.h"

#include <boost/asio/detached.hpp>

#include <algorithm>

namespace belfry::sim {
namespace {

constexpr unsigned kDisks = 6, kClients = 4, kStepsOfClient = 6;

// What a disk by itself still shows of a record.
Result<bool> disk_has(Disk& disk, segments::Position position, std::string_view body) {
  TRY(auto file, disk.open(segments::segment_path(position.set, position.segment), Access::kRead));
  std::shared_ptr<File> opened = std::move(file);
  TRY(auto segment, segments::read_segment_header(*opened, position.set, position.segment));
  if (!segment) return false;
  segments::SegmentReader reader(opened, *segment);
  for (segments::ChainPoint point = start_of(*segment);;) {
    TRY(auto header, reader.header_at(point));
    if (!header) return false;
    if (position.offset < point.offset + header->extent()) {
      TRY(auto whole, reader.whole_batch(point.offset, *header));
      if (!whole) return false;
      auto records = parse_batch(*whole, *header, point.offset);
      return std::ranges::any_of(*records, [&](const segments::ParsedRecord& record) {
        return record.offset == position.offset && as_text(record.body) == body;
      });
    }
    point = after(point, *header);
  }
}

// A set's folder that the disk recognises as one that it holds.
bool disk_knows(Disk& disk, DiskId id, SetId set) {
  auto identity_bytes = segments::read_small_file(disk, segments::kIdentityName);
  auto identity = identity_bytes ? segments::decode_identity(*identity_bytes) : std::nullopt;
  auto bytes = segments::read_small_file(disk, segments::set_folder(set) + "/descriptor");
  auto descriptor = bytes ? segments::decode_descriptor(*bytes) : std::nullopt;
  return identity && descriptor && identity->disk == id &&
         std::ranges::find(descriptor->members, segments::Member{id, identity->uuid}) !=
             descriptor->members.end();
}

}  // namespace

SegmentsWorld::SegmentsWorld(std::uint64_t seed, Disks disks) : world_(seed), mode_(disks) {
  for (unsigned i = 0; i < kDisks; ++i) disks_.push_back(world_.add_disk());
}

SegmentsWorld::~SegmentsWorld() = default;

Task<> SegmentsWorld::open() {
  segments::Options options;
  for (unsigned i = 0; i < kDisks; ++i)
    options.disks.push_back({{i + 1},
                             "d" + std::to_string(i + 1),
                             {i + 1},
                             {i % 2 + 1},
                             "",
                             false,
                             away_ == i ? nullptr : disks_[i]});
  // Small ones are filled; in larger ones space is made beside batches.
  options.segment_size = world_.choose(2) == 0 ? 64_KiB : 256_KiB;
  options.space_reserve = 1_MiB;
  options.background = false;
  options.hang_limit = {};
  options.pool_for = [this](DiskId) { return world_.pool(); };
  CO_TRY(store_, co_await open_store(world_.executor(), world_.clock(), world_.random(),
                                     std::move(options)));
  co_return Result<>{};
}

// One disk at a time: the annex promises no more.
void SegmentsWorld::move_disks() {
  away_.reset();
  const std::uint64_t what = mode_ == Disks::kStay ? 9 : world_.choose(4);
  if (what == 0) away_ = world_.choose(kDisks);
  // Emptied while every set was whole.
  if (what == 1 && whole_) disks_[world_.choose(kDisks)]->erase();
  whole_ = false;
}

void SegmentsWorld::work() {
  store_.reset();
  move_disks();
  // A cut while it opens is one like any other.
  if (!world_.run(open())) return world_.settle();
  Result<> ended = world_.run(run_clients());
  (void)ended;
  Result<> closed = world_.run(store_->close());
  (void)closed;
  world_.settle();
}

Task<> SegmentsWorld::run_clients() {
  unsigned left = kClients;
  Signal done;
  for (unsigned i = 0; i < kClients; ++i)
    boost::asio::co_spawn(world_.executor(), client(i, &left, &done), boost::asio::detached);
  while (left > 0) co_await done.wait();
  co_return Result<>{};
}

boost::asio::awaitable<void> SegmentsWorld::client(unsigned number, unsigned* left, Signal* done) {
  for (unsigned i = 0; i < kStepsOfClient && !world_.is_cut(); ++i) {
    std::uint64_t what = world_.choose(8);
    if (what < 5) co_await append(make_body(number));
    if (what == 5 || what == 6) co_await write_file(make_body(number));
    if (what == 7) co_await read_back();
    if (mode_ == Disks::kComeAndGo && world_.choose(6) == 0) co_await tend();
  }
  --*left;
  done->notify();
}

// No two bodies are equal, and none is a part of another.
std::string SegmentsWorld::make_body(unsigned client) {
  std::string body = "<" + std::to_string(client) + ":" + std::to_string(++bodies_);
  std::uint64_t size = world_.choose(3) == 0 ? world_.choose(12'000) : world_.choose(700);
  while (body.size() < size) body.push_back(char('a' + world_.choose(26)));
  return body + ">";
}

std::vector<DiskId> SegmentsWorld::disks_of(SetId set) {
  for (const segments::SetStatus& status : store_->sets())
    if (status.set == set) return status.disks;
  return {};
}

boost::asio::awaitable<void> SegmentsWorld::append(std::string body) {
  attempted_.insert(body);
  std::vector<Buffer> parts{to_buffer(body)};
  auto appended = co_await store_->append(segments::Stream::kObjects, {}, 1, std::move(parts),
                                          segments::Purpose::kStore);
  if (appended) records_[appended->position] = {body, disks_of(appended->position.set)};
}

boost::asio::awaitable<void> SegmentsWorld::write_file(std::string body) {
  auto writer = co_await store_->create_file(segments::Stream::kObjects, {});
  if (!writer) co_return;
  if (!co_await (*writer)->write(as_view(body))) co_return;
  auto finished = co_await (*writer)->finish();
  if (finished) files_[*finished] = {body, disks_of(finished->set)};
}

boost::asio::awaitable<void> SegmentsWorld::read_back() {
  if (records_.empty()) co_return;
  auto item = std::next(records_.begin(), long(world_.choose(records_.size())));
  std::string expected = item->second.body;
  auto body = co_await store_->read(item->first);
  if (world_.is_cut()) co_return;
  if (!body || as_text(*body) != expected)
    wrong_reads_.push_back("read back: " + expected.substr(0, 12));
}

boost::asio::awaitable<void> SegmentsWorld::tend() {
  static_cast<void>(co_await store_->inspect_disks());
  static_cast<void>(co_await store_->heal());
  static_cast<void>(co_await store_->scrub({}, [](double) {}));
}

std::vector<std::string> SegmentsWorld::check() {
  std::vector<std::string> broken = std::exchange(wrong_reads_, {});
  store_.reset();
  world_.power_on();
  away_.reset();
  // Where disks come and go, the disks of an item are those of its set by now.
  if (mode_ == Disks::kStay) check_each_disk(broken);
  if (Result<> opened = world_.run(open()); !opened) {
    broken.push_back("does not open: " + opened.error().describe());
    return broken;
  }
  if (Result<> checked = world_.run(check_store(broken)); !checked)
    broken.push_back("cannot be checked: " + checked.error().describe());
  return broken;
}

// Every acknowledged record is on every disk of its set, before any recovery.
void SegmentsWorld::check_each_disk(std::vector<std::string>& broken) {
  auto tell = [&](DiskId disk, const Item& item) {
    broken.push_back("disk " + disk.text() + " has not: " + item.body.substr(0, 12));
  };
  for (auto& [position, item] : records_) {
    for (DiskId disk : item.disks) {
      Disk& alone = *disks_[std::size_t(disk.value - 1)];
      auto has = disk_has(alone, position, item.body);
      if (!has || !*has || !disk_knows(alone, disk, position.set)) tell(disk, item);
    }
  }
  for (auto& [position, item] : files_) {
    for (DiskId disk : item.disks) {
      Disk& alone = *disks_[std::size_t(disk.value - 1)];
      auto whole = check_file(alone, position, {});
      if (!whole || !*whole || !disk_knows(alone, disk, position.set)) tell(disk, item);
    }
  }
}

Task<> SegmentsWorld::check_store(std::vector<std::string>& broken) {
  if (mode_ == Disks::kComeAndGo) CO_TRY(co_await store_->heal());
  std::map<std::string, segments::Position> replayed;
  segments::Sequence last = 0;
  auto take = [&](const segments::Record& record) -> Result<> {
    std::string body(as_text(record.body));
    if (record.sequence <= last) broken.push_back("out of order: " + body.substr(0, 12));
    last = record.sequence;
    if (!attempted_.contains(body)) broken.push_back("never written: " + body.substr(0, 12));
    if (!replayed.emplace(body, record.position).second)
      broken.push_back("found twice: " + body.substr(0, 12));
    return {};
  };
  CO_TRY(co_await store_->replay(segments::Stream::kObjects, {}, take));
  for (auto& [position, item] : records_) {
    auto found = replayed.find(item.body);
    if (found == replayed.end() || found->second != position)
      broken.push_back("not replayed: " + item.body.substr(0, 12));
  }
  // What recovery shows once it shows for ever.
  for (auto& [body, position] : replayed) records_[position] = {body, disks_of(position.set)};
  CO_TRY(co_await store_->collect_orphans(
      segments::Stream::kObjects,
      [&](const segments::FilePosition& file) { return files_.contains(file); }));
  CO_TRY(co_await check_copies(broken));
  whole_ = true;
  if (!store_->damages().empty()) broken.push_back("damage is reported where there is none");
  co_return Result<>{};
}

Task<> SegmentsWorld::check_copies(std::vector<std::string>& broken) {
  auto all_healthy = [](const Result<std::vector<segments::Copy>>& copies) {
    return copies && copies->size() == 3 &&
           std::ranges::all_of(*copies, [](const segments::Copy& copy) {
             return copy.state == segments::CopyState::kHealthy;
           });
  };
  for (auto& [position, item] : records_) {
    auto body = co_await store_->read(position);
    if (!body || as_text(*body) != item.body)
      broken.push_back("cannot be read: " + item.body.substr(0, 12));
    auto copies = co_await store_->where(position);
    if (!all_healthy(copies)) broken.push_back("copies missing: " + item.body.substr(0, 12));
  }
  for (auto& [position, item] : files_) {
    Buffer out(position.size.count + 1);
    auto count = co_await store_->read_file(position, 0, out);
    if (!count || as_text(View(out).first(*count)) != item.body)
      broken.push_back("file cannot be read: " + item.body.substr(0, 12));
    auto copies = co_await store_->where(position);
    if (!all_healthy(copies)) broken.push_back("copies missing: " + item.body.substr(0, 12));
  }
  co_return Result<>{};
}

}  // namespace belfry::sim
