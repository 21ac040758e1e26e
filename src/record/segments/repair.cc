// What was found wrong, and putting it right from a good copy.
#include "durable.h"
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {

void LocalStore::happened(Happening happening) {
  if (options_.on_happening) options_.on_happening(happening);
}

void LocalStore::damaged(Damage damage) {
  (void)note_damage(damage);
}

// False: it is known already.
bool LocalStore::note_damage(Damage damage) {
  if (damage.found == Timestamp{}) damage.found = clock_.now();
  std::lock_guard lock(mutex_);
  bool known = std::ranges::any_of(damages_, [&](const Damage& other) {
    return other.set == damage.set && other.disk == damage.disk &&
           other.is_file == damage.is_file && other.position == damage.position &&
           other.file == damage.file;
  });
  // Bounded; beyond it the counts of the scrub's report still tell.
  if (!known && damages_.size() < 100'000) damages_.push_back(damage);
  return !known;
}

void LocalStore::failed(StoreDevice& device, const Error& error) {
  if (error.code() == Code::kRetry && !DiskWatch::is_silence(error)) device.has_erred = true;
  if (!device.good()) return;
  // A file that is not there is no fault of the disk, unless its whole folder is gone.
  if (error.code() == Code::kNotFound) {
    auto identity = read_small_file(device.disk(), kIdentityName);
    if (identity || identity.error().code() != Code::kNotFound) return;
    if (device.leave_good(DiskHealth::kAbsent, "its folder is gone", clock_.now()))
      happened({Happening::Kind::kDiskFailed, {}, device.info.id, {}, device.reason()});
    return;
  }
  // Nor is it one that there is no room, or that the process may open no more files.
  if (error.code() != Code::kRetry) return;
  if (!device.leave_good(DiskHealth::kFailed, error.describe(), clock_.now())) return;
  happened({Happening::Kind::kDiskFailed, {}, device.info.id, {}, error.describe()});
}

void LocalStore::add_damage(Damage damage, std::string path) {
  Happening happening{Happening::Kind::kCopyCorrupt, damage.set, damage.disk, {}, std::move(path)};
  if (note_damage(damage)) happened(std::move(happening));
}

void LocalStore::settle(SetId set, DiskId disk, const std::function<bool(const Damage&)>& is_it,
                        std::string path) {
  std::size_t settled;
  {
    std::lock_guard lock(mutex_);
    settled = std::erase_if(damages_, [&](const Damage& damage) {
      return damage.set == set && (!disk || damage.disk == disk) && is_it(damage);
    });
  }
  if (settled > 0 && !path.empty())
    happened({Happening::Kind::kCopyRepaired, set, disk, {}, std::move(path)});
}

namespace {

CopyState state_of(const Error* error) {
  return error && error->code() == Code::kNotFound ? CopyState::kMissing : CopyState::kCorrupt;
}

}  // namespace

void LocalStore::note_bad_copy(ReplicaSet& set, unsigned ordinal, Position position,
                               const Error* error) {
  // Nobody knows what a disk has that does not answer.
  if (error && DiskWatch::is_silence(*error)) return;
  DiskId disk = set.descriptor().members[ordinal].disk;
  add_damage({set.id(), disk, false, position, {}, state_of(error), clock_.now()},
             segment_path(set.id(), position.segment));
}

void LocalStore::note_bad_copy(ReplicaSet& set, unsigned ordinal, const FilePosition& file,
                               const Error* error) {
  DiskId disk = set.descriptor().members[ordinal].disk;
  add_damage({set.id(), disk, true, {}, file, state_of(error), clock_.now()},
             file_path(set.id(), file.file));
}

// Blocks. Writes the same octets to the same place, so it may race with nothing.
void LocalStore::repair_record(ReplicaSet& set, Position position, View record,
                               const std::vector<unsigned>& bad) {
  auto members = set.members();
  for (unsigned ordinal : bad) {
    StoreDevice* device = members[ordinal];
    if (!device || !device->good()) continue;
    auto file = set.segment_file(ordinal, position.segment);
    // A segment that is gone whole is for heal() to bring back.
    if (!file) continue;
    Result<> done = (*file)->write_at(position.offset, record);
    if (done) done = sync_batches(**file, {ordinal});
    if (!done) {
      failed(*device, done.error());
      continue;
    }
    settle(
        set.id(), device->info.id,
        [&](const Damage& damage) { return !damage.is_file && damage.position == position; },
        segment_path(set.id(), position.segment));
  }
}

void LocalStore::repair_file(ReplicaSet& set, const FilePosition& file, unsigned good,
                             const std::vector<unsigned>& bad) {
  auto members = set.members();
  for (unsigned ordinal : bad) {
    StoreDevice* device = members[ordinal];
    if (!device || !device->good() || !members[good]) continue;
    if (Result<> done = copy_file(*members[good], *device, file, {ordinal}); !done) {
      failed(*device, done.error());
      continue;
    }
    settle(
        set.id(), device->info.id,
        [&](const Damage& damage) { return damage.is_file && damage.file.file == file.file; },
        file_path(set.id(), file.file));
  }
}

}  // namespace belfry::segments
