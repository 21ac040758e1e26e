#include "ledger_world.h"

#include "format.h"
#include "journal.h"
#include "key_file.h"
#include "leaf.h"
#include "ledger_core.h"
#include "month_seal.h"
#include "savepoint.h"
#include "tile_path.h"
#include "tree.h"

#include <boost/asio/detached.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::sim {
namespace {

constexpr unsigned kDisks = 6, kTileDisks = 3, kClients = 4;
constexpr TenantId kTenants[] = {{1}, {2}, {3}};

Buffer master_key() {
  return Buffer(crypto::kKeyLength, std::byte{5});
}

bool has_key(Disk& disk, crypto::SealPlace place, crypto::KeyId key) {
  crypto::MonthSeal seal(std::move(place));
  if (!seal.read()) return false;
  auto file = disk.open("keys/keystore", Access::kRead);
  auto size = file ? (*file)->size() : Result<Bytes>(Bytes{});
  Buffer octets(size ? size->count : 0);
  if (!file || !(*file)->read_at(0, octets)) return false;
  auto decoded = crypto::decode_key_file(octets, master_key(), seal.keys());
  return decoded && std::ranges::any_of(decoded->keys, [&](const crypto::StoredKey& stored) {
           return stored.key.id == key;
         });
}

}  // namespace

LedgerWorld::LedgerWorld(std::uint64_t seed) : world_(seed) {
  for (unsigned i = 0; i < kDisks; ++i) disks_.push_back(world_.add_disk());
  for (unsigned i = 0; i < 3; ++i) key_disks_.push_back(world_.add_disk());
  seal_disk_ = world_.add_disk();
  course_ = Course(world_.choose(3));
}

LedgerWorld::~LedgerWorld() {
  close();
}

Task<> LedgerWorld::open_store() {
  std::vector<Disk*> key_disks;
  key_disks.reserve(key_disks_.size());
  for (const auto& disk : key_disks_) key_disks.push_back(disk.get());
  CO_TRY(keys_, crypto::open_key_store(key_disks, master_key(), {*seal_disk_, "master.months"},
                                       world_.clock(), world_.random()));
  segments::Options options;
  for (unsigned i = 0; i < kDisks; ++i)
    options.disks.push_back(
        {{i + 1}, "d" + std::to_string(i + 1), {i + 1}, {i % 2 + 1}, "", false, disks_[i]});
  options.segment_size = course_ == Course::kBulk ? 1_MiB : 64_KiB;
  options.space_reserve = 1_MiB;
  options.background = false;
  options.hang_limit = {};
  options.pool_for = [this](DiskId) { return world_.pool(); };
  CO_TRY(store_, co_await segments::open_store(world_.executor(), world_.clock(), world_.random(),
                                               std::move(options)));
  co_return Result<>();
}

Task<> LedgerWorld::open() {
  if (!store_) CO_TRY(co_await open_store());
  audit::Options ledger;
  ledger.provider = "belfry.example";
  ledger.tile_disks = {disks_[0], disks_[1], disks_[2]};
  ledger.pool = world_.pool();
  ledger.savepoint_after = Bytes{1 + world_.choose(20'000)};
  CO_TRY(ledger_, co_await open_ledger(world_.executor(), world_.clock(), world_.random(), *store_,
                                       *keys_, std::move(ledger)));
  for (const crypto::Key& key : keys_->list({}, crypto::KeyPurpose::kCheckpointSigner)) use(key.id);
  co_return Result<>();
}

// In order, or as far as that goes when the power is off.
void LedgerWorld::close() {
  if (ledger_) ended_well_ = world_.run(ledger_->close()).has_value();
  if (store_) static_cast<void>(world_.run(store_->close()));
  world_.settle();
  ledger_.reset();
  store_.reset();
  keys_.reset();
}

void LedgerWorld::work() {
  close();
  // A cut while it opens is one like any other.
  if (world_.run(open())) {
    // From here on reads may get lost.
    ended_well_ = false;
    static_cast<void>(world_.run(run_clients()));
  }
  if (world_.is_cut() || world_.choose(2) == 0) close();
}

Task<> LedgerWorld::run_clients() {
  unsigned left = kClients;
  Signal done;
  for (unsigned i = 0; i < kClients; ++i)
    boost::asio::co_spawn(world_.executor(), client(i, &left, &done), boost::asio::detached);
  while (left > 0) co_await done.wait();
  co_return Result<>();
}

boost::asio::awaitable<void> LedgerWorld::client(unsigned number, unsigned* left, Signal* done) {
  for (unsigned i = 0; i < steps_of_client() && !world_.is_cut(); ++i) {
    const TenantId tenant = kTenants[world_.choose(std::size(kTenants))];
    const std::uint64_t what = world_.choose(10);
    // One client stands for the object engine, whose leaves come in the order of its records.
    if (what < 5) co_await append(tenant, number == 0);
    if (what == 5 || what == 6) read_something(tenant);
    if (what == 7) co_await take_checkpoint(tenant);
    if (what == 8) co_await world_.clock().sleep(std::chrono::milliseconds(world_.choose(400)));
    if (what == 9 && world_.choose(4) == 0) {
      static_cast<void>(keys_->prepare_next_month());
      world_.clock().advance(std::chrono::hours(world_.choose(24 * 20)));
    }
  }
  --*left;
  done->notify();
}

std::string LedgerWorld::make_resource(TenantId tenant) {
  std::string resource = "r" + std::to_string(++resources_);
  expected_[tenant].attempted.insert(resource);
  return resource;
}

audit::Event LedgerWorld::event_of(std::string resource) {
  audit::Event event;
  event.time = world_.clock().now();
  event.action = "s3:PutObject";
  event.resource = std::move(resource);
  return event;
}

boost::asio::awaitable<void> LedgerWorld::append(TenantId tenant, bool from_source) {
  std::vector<audit::Leaf> leaves;
  std::vector<std::string> resources;
  const std::uint64_t count =
      course_ == Course::kBulk && world_.choose(3) == 0 ? 60 : 1 + world_.choose(3);
  for (std::uint64_t i = 0; i < count; ++i) {
    resources.push_back(make_resource(tenant));
    auto leaf = ledger_->seal(tenant, event_of(resources.back()));
    if (!leaf) co_return;
    // It may be used at once, so every key disk has to have it by now.
    use(audit::decode_leaf_header(leaf->octets)->key);
    leaves.push_back(std::move(*leaf));
  }
  if (from_source) {
    const segments::Sequence sequence = source_ += 1 + world_.choose(5);
    if (!co_await ledger_->append_from_source(leaves, sequence)) co_return;
    source_acknowledged_ = std::max(source_acknowledged_, sequence);
  }
  // What came from the source is known by its ids.
  auto receipts = co_await ledger_->append(std::move(leaves));
  if (!receipts) co_return;
  for (std::size_t i = 0; i < receipts->size(); ++i)
    expected_[tenant].leaves[(*receipts)[i].index] = resources[i];
  acknowledged_ += receipts->size();
}

boost::asio::awaitable<void> LedgerWorld::take_checkpoint(TenantId tenant) {
  auto checkpoint = co_await ledger_->checkpoint(tenant);
  if (checkpoint) expected_[tenant].roots[checkpoint->size] = checkpoint->root;
}

void LedgerWorld::read_something(TenantId tenant) {
  std::string resource = make_resource(tenant);
  if (ledger_->record_read(tenant, event_of(resource)))
    expected_[tenant].reads.push_back(std::move(resource));
}

std::vector<std::string> LedgerWorld::check() {
  std::vector<std::string> broken;
  close();
  world_.power_on();
  check_key_disks(broken);
  check_descriptors(broken);
  if (Result<> opened = world_.run(open_store()); !opened) {
    broken.push_back("the store does not open: " + opened.error().describe());
    return broken;
  }
  auto pruned = world_.run(pruned_up_to());
  if (!pruned) broken.push_back("the journal cannot be read: " + pruned.error().describe());
  std::vector<SimulatedDisk*> whole;
  for (unsigned i = 0; i < kTileDisks; ++i)
    if (check_tile_disk(*disks_[i], pruned.value_or(0), broken)) whole.push_back(disks_[i].get());
  if (world_.choose(4) == 0) lose_a_disk(whole);
  if (Result<> opened = world_.run(open()); !opened) {
    broken.push_back("does not open: " + opened.error().describe());
    return broken;
  }
  static_cast<void>(world_.run(store_->heal()));
  if (ledger_->source_watermark() < source_acknowledged_)
    broken.push_back("the source's watermark went back");
  source_ = std::max(source_, ledger_->source_watermark());
  for (TenantId tenant : kTenants)
    if (Result<> checked = world_.run(check_log(tenant, broken)); !checked)
      broken.push_back("cannot be checked: " + checked.error().describe());
  return broken;
}

// Where a set has lost its first segments its descriptor says so, before any recovery: an earlier
// release must not open it.
void LedgerWorld::check_descriptors(std::vector<std::string>& broken) {
  for (const auto& disk : disks_)
    for (const std::string& name : disk->list("sets").value_or(std::vector<std::string>{})) {
      const auto numbers = disk->list("sets/" + name + "/segments");
      const auto octets = read_whole(*disk, "sets/" + name + "/descriptor", 64_KiB);
      if (!numbers || numbers->empty() || !octets) continue;
      const auto descriptor = segments::decode_descriptor(*octets);
      if (std::ranges::min(*numbers) != "00000000" && (!descriptor || !descriptor->is_pruned))
        broken.push_back("set " + name + " was pruned, and its descriptor does not say so");
    }
}

// The record of the journal up to which others may be missing.
Task<segments::Sequence> LedgerWorld::pruned_up_to() {
  segments::Sequence pruned = 0, first = 0;
  CO_TRY(co_await store_->replay(segments::Stream::kLedger, {},
                                 [&](const segments::Record& record) -> Result<> {
                                   if (first == 0) first = record.sequence;
                                   if (record.type != audit::kSavepointRecord) return {};
                                   TRY(auto told, audit::decode_savepoint_record(record.body));
                                   pruned = std::max(pruned, told.sequence);
                                   return {};
                                 }));
  met_.pruned += first > 1 ? 1 : 0;
  co_return pruned;
}

namespace {

// The hashes of a tile or of the entries of a bundle, as one disk has them.
audit::Hashes hashes_on(Disk& disk, TenantId tenant, const audit::TilePath& path) {
  auto octets = read_whole(disk, "audit/" + tenant.text() + "/" + path.text(), 64_MiB);
  if (!octets) return {};
  if (path.resource == audit::Resource::kTile)
    return audit::parse_tile(*octets).value_or(audit::Hashes{});
  audit::Hashes hashes;
  for (View entry : audit::split_bundle(*octets).value_or(std::vector<View>{}))
    hashes.push_back(audit::leaf_hash(entry));
  return hashes;
}

// What a savepoint has of a log is on the disk; no log here has more than 256 bundles.
bool has_files(Disk& disk, const audit::SavedLog& log) {
  const auto& partial = log.edge.partial();
  for (std::uint64_t bundle = 0; bundle < log.edge.size() / audit::kTileWidth; ++bundle) {
    const auto tile = hashes_on(disk, log.tenant, {audit::Resource::kTile, {0, bundle}});
    if (tile.size() != audit::kTileWidth || audit::tile_root(tile) != partial.at(1).at(bundle) ||
        hashes_on(disk, log.tenant, {audit::Resource::kEntries, {0, bundle}}) != tile)
      return false;
  }
  const auto width = unsigned(log.edge.size() % audit::kTileWidth);
  const std::uint64_t last = log.edge.size() / audit::kTileWidth;
  return width == 0 || hashes_on(disk, log.tenant, {audit::Resource::kEntries, {0, last}, width}) ==
                           partial.at(0);
}

}  // namespace

// Each of them alone makes up for the journal, before any recovery. Whether this one has a
// savepoint.
bool LedgerWorld::check_tile_disk(SimulatedDisk& disk, segments::Sequence pruned,
                                  std::vector<std::string>& broken) {
  auto octets = read_whole(disk, "audit/savepoint", 64_MiB);
  auto savepoint = octets ? audit::decode_savepoint(*octets) : std::unexpected(octets.error());
  const segments::Sequence sequence = savepoint ? savepoint->sequence : 0;
  if (sequence < pruned && !lost_.contains(&disk))
    broken.push_back("a tile disk has no savepoint of record " + std::to_string(pruned));
  if (sequence == 0) return false;
  if (sequence >= pruned) lost_.erase(&disk);
  for (const audit::SavedLog& log : savepoint->logs) {
    met_.full_bundles += log.edge.size() >= audit::kTileWidth ? 1 : 0;
    if (!has_files(disk, log))
      broken.push_back("a tile disk misses files of tenant " + log.tenant.text());
  }
  met_.savepoints += pruned > 0 ? 1 : 0;
  return sequence >= pruned;
}

// One of three copies; only while the others are there.
void LedgerWorld::lose_a_disk(const std::vector<SimulatedDisk*>& whole) {
  if (whole.size() < kTileDisks) return;
  static_cast<void>(world_.run(store_->close()));
  world_.settle();
  store_.reset();
  keys_.reset();
  SimulatedDisk* disk = whole[world_.choose(whole.size())];
  disk->erase();
  ++met_.lost_disks;
  lost_.insert(disk);
}

// Every key that was used is on every key disk, before any recovery.
void LedgerWorld::check_key_disks(std::vector<std::string>& broken) {
  for (crypto::KeyId key : used_)
    for (std::size_t i = 0; i < key_disks_.size(); ++i)
      if (!has_key(*key_disks_[i], {*seal_disk_, "master.months"}, key))
        broken.push_back("key disk " + std::to_string(i + 1) + " has not: key " + key.text());
}

Task<> LedgerWorld::check_log(TenantId tenant, std::vector<std::string>& broken) {
  Expected& expected = expected_[tenant];
  auto tell = [&](const char* what, const std::string& which) {
    broken.push_back("tenant " + tenant.text() + ", " + which + ": " + what);
  };
  CO_TRY(audit::Checkpoint now, co_await ledger_->checkpoint(tenant));
  CO_TRY(Shown shown, co_await read_log(tenant, now.size));
  for (const auto& [index, resource] : expected.leaves)
    if (index >= shown.resources.size() || shown.resources[index] != resource)
      tell("acknowledged, and not in its place", resource);
  for (const auto& [resource, times] : shown.times) {
    if (!expected.attempted.contains(resource)) tell("never written", resource);
    if (times > 1) tell("found twice", resource);
  }
  // Reads of a run that was cut may be missing; then the log says so, if it has any of them.
  const auto there = std::ranges::count_if(
      expected.reads, [&](const std::string& read) { return shown.times.contains(read); });
  const bool some_missing = std::size_t(there) < expected.reads.size();
  if (some_missing && there > 0 && shown.gaps == expected.gaps)
    tell("missing, and no gap is told", "reads");
  if (some_missing && ended_well_) tell("missing after a clean end", "reads");
  expected.reads.clear();
  expected.gaps = shown.gaps;
  // What recovery shows once it shows for ever.
  for (std::size_t index = 0; index < shown.resources.size(); ++index)
    if (!shown.resources[index].empty()) expected.leaves[index] = shown.resources[index];
  co_return co_await check_roots(tenant, now.size, broken);
}

Task<LedgerWorld::Shown> LedgerWorld::read_log(TenantId tenant, std::uint64_t size) {
  Shown shown;
  shown.resources.resize(size);
  audit::Query query;
  do {
    CO_TRY(audit::QueryPage page, co_await ledger_->query(tenant, query));
    for (const audit::LoggedEvent& logged : page.events) {
      const auto event = nlohmann::json::parse(logged.ocsf);
      if (event["api"]["operation"] == "audit:Gap") {
        ++shown.gaps;
        continue;
      }
      std::string resource = event["resources"][0]["name"];
      ++shown.times[resource];
      shown.resources[logged.index] = std::move(resource);
    }
    query.cursor = page.next;
  } while (query.cursor);
  co_return shown;
}

// No checkpoint that was given out is forked: the log of today has its root at that size.
Task<> LedgerWorld::check_roots(TenantId tenant, std::uint64_t size,
                                std::vector<std::string>& broken) {
  audit::Edge edge;
  std::vector<audit::FullTile> filled;
  auto& roots = expected_[tenant].roots;
  for (std::uint64_t first = 0; first < size; first += audit::kTileWidth) {
    const auto width = unsigned(std::min<std::uint64_t>(audit::kTileWidth, size - first));
    const audit::TilePath path{audit::Resource::kEntries, {0, first / audit::kTileWidth}, width};
    CO_TRY(Buffer octets, co_await ledger_->tile(tenant, path.text()));
    const auto entries = audit::split_bundle(octets);
    for (View entry : entries.value_or(std::vector<View>{})) {
      edge.add(audit::leaf_hash(entry), filled);
      auto signed_root = roots.find(edge.size());
      if (signed_root != roots.end() && signed_root->second != edge.root())
        broken.push_back("forked at " + std::to_string(edge.size()));
    }
  }
  if (edge.size() != size) broken.push_back("entries are missing");
  if (!roots.empty() && roots.rbegin()->first > size)
    broken.push_back("a checkpoint covers more than the log has");
  co_return Result<>();
}

}  // namespace belfry::sim
