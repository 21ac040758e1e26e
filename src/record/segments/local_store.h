// The Store over the disks of one machine: what its parts share.
#pragma once

#include "files.h"
#include "replica_set.h"
#include "runtime/signal.h"

#include <set>

namespace belfry::segments {

// Segments that are open for reading, over all sets.
inline constexpr std::size_t kOpenFilesMax = 512;
// How long a file may be in the scrub's hands before a repair goes on.
inline constexpr Duration kClaimWait = std::chrono::minutes(1);

class LocalStore : public Store, public Notes {
 public:
  LocalStore(Executor executor, Clock& clock, Random& random, Options options);
  ~LocalStore() override;

  // opening.cc
  Task<> open();

  // local_store.cc
  Task<Appended> append(Stream stream, const Placement& placement, RecordType type,
                        std::vector<Buffer> body, Purpose purpose) override;
  Task<Buffer> read(Position position) override;
  Task<std::vector<Copy>> where(Position position) override;
  Sequence last_sequence() override { return last_durable_; }
  Task<> close() override;

  // placing.cc
  enum class Reserve { kKeep, kUse };
  Task<std::shared_ptr<ReplicaSet>> set_for_append(Stream stream, const Placement& placement,
                                                   Reserve reserve);

  // file_store.cc
  Task<std::unique_ptr<FileWriter>> create_file(Stream stream, const Placement& placement) override;
  Task<std::size_t> read_file(const FilePosition& file, std::uint64_t offset, MutableView out,
                              DiskId suspect) override;
  Task<std::shared_ptr<const FileCopy>> open_copy(const FilePosition& file) override;
  Task<> remove_file(const FilePosition& file) override;
  Task<std::uint64_t> collect_orphans(Stream stream,
                                      std::function<bool(const FilePosition&)> is_used) override;
  Task<std::vector<Copy>> where(const FilePosition& file) override;

  // replay.cc
  Task<> replay(Stream stream, const Cursor& from,
                std::function<Result<>(const Record&)> visit) override;

  // forgetting.cc
  Task<std::uint64_t> forget(Stream stream, Sequence last) override;
  Result<> tell_pruned(ReplicaSet& set);
  Result<> forget_segments(ReplicaSet& set, const std::vector<std::uint32_t>& numbers);

  // scrub.cc, heal.cc
  Task<ScrubReport> scrub(DiskId disk, std::function<void(double)> progress) override;
  Task<std::uint64_t> heal() override;
  Task<> inspect_disks() override;
  Task<> readmit(DiskId disk) override;

  // status.cc
  std::shared_ptr<Disk> disk(DiskId disk) override;
  std::vector<DiskStatus> disks() override;
  std::vector<SetStatus> sets() override;
  std::vector<Damage> damages() override;
  std::vector<SetId> unreadable_sets() override;

  // Notes: from any thread.
  void happened(Happening happening) override;
  void damaged(Damage damage) override;
  void failed(StoreDevice& device, const Error& error) override;

 private:
  struct Group {
    std::vector<std::shared_ptr<ReplicaSet>> open;
    std::size_t current = 0;
    std::shared_ptr<Promise<Result<>>> opening;  // while a set is being opened
  };
  using GroupKey = std::pair<Stream, Placement>;

  std::shared_ptr<ReplicaSet> find_set(SetId set) const;
  // Errors: retry ("segments.set_unreadable"): all its disks have been away since the start.
  Result<std::shared_ptr<ReplicaSet>> find_readable(SetId set) const;
  std::vector<std::shared_ptr<ReplicaSet>> all_sets() const;
  StoreDevice* device_of(DiskId disk) const;
  // A pool of one of the set's good disks.
  Pool& pool_of(const ReplicaSet& set) const;

  // file_store.cc
  Task<std::vector<FilePosition>> files_of(std::shared_ptr<ReplicaSet> set);

  // repair.cc
  void note_bad_copy(ReplicaSet& set, unsigned ordinal, Position position, const Error* error);
  void note_bad_copy(ReplicaSet& set, unsigned ordinal, const FilePosition& file,
                     const Error* error);
  void repair_record(ReplicaSet& set, Position position, View record,
                     const std::vector<unsigned>& bad);
  void repair_file(ReplicaSet& set, const FilePosition& file, unsigned good,
                   const std::vector<unsigned>& bad);
  void add_damage(Damage damage, std::string path);
  bool note_damage(Damage damage);
  void settle(SetId set, DiskId disk, const std::function<bool(const Damage&)>& is_it,
              std::string path);

  // scrub.cc, heal.cc
  Task<> scrub_set(std::shared_ptr<ReplicaSet> set, ScrubReport& total,
                   std::function<void(double)> progress);
  void load_scrubbed(SetId set, const std::vector<StoreDevice*>& members);
  void save_scrubbed(SetId set, const std::vector<StoreDevice*>& members, Timestamp time);
  Task<std::uint64_t> heal_sets(std::vector<std::shared_ptr<ReplicaSet>> sets);
  Result<> heal_set(ReplicaSet& set);
  Result<RecoveredSet> copy_to(const Descriptor& descriptor,
                               const std::vector<StoreDevice*>& members,
                               const std::vector<unsigned>& fresh, ReplicaSet& set);
  Task<> resync(std::shared_ptr<ReplicaSet> set);
  Task<> conclude(std::shared_ptr<ReplicaSet> set, Result<> repaired);
  Result<> ended(ReplicaSet& set, Result<> outcome);
  Task<> compare(std::shared_ptr<ReplicaSet> set);
  Task<> bring_back(StoreDevice& device, ReplicaSet::Check check,
                    std::optional<Turns::Turn> inspection);
  Result<> resync_set(ReplicaSet& set);
  void raise_sequences(Sequence last);
  // Tells when `outcome` is an error of the device.
  Result<> noted(StoreDevice& device, Result<> outcome);
  Result<> load_unknown_sets();
  Result<bool> inspect(StoreDevice& device);
  bool answers_again(StoreDevice& device);
  Result<> admit(StoreDevice& device);
  std::unexpected<Error> refused(StoreDevice& device, const Error& error);
  Result<> remove_stale(StoreDevice& device, const DiskIdentity& identity);
  boost::asio::awaitable<void> drain_for_repair(std::shared_ptr<ReplicaSet> set);

  // background.cc
  boost::asio::awaitable<void> tend();
  boost::asio::awaitable<void> pause(Duration duration);
  Task<> tend_once();

  // opening.cc
  void watch(StoreDevice& device);
  Result<> take_disks();
  void doubt_unproven();
  enum class ReadFor { kOpen, kReturn };
  Result<std::map<SetId, Descriptor>> read_descriptors(ReadFor reason);
  Result<std::optional<Descriptor>> read_descriptor(StoreDevice& device, SetId set);
  static bool is_empty_set(StoreDevice& device, SetId set);
  Result<> recover_set(const Descriptor& descriptor);
  struct FileHolders {
    FilePosition file;
    std::vector<unsigned> ordinals;  // of the members that have it
  };
  void complete_files(const Descriptor& descriptor, const std::vector<StoreDevice*>& members,
                      FileClaims* claims, const ReplicaSet::Returned& returned);
  void complete_file(const Descriptor& descriptor, const std::vector<StoreDevice*>& members,
                     const FileHolders& found);
  std::vector<StoreDevice*> devices_of(const Descriptor& descriptor) const;

  // placing.cc
  enum class Spread { kReuse, kWiden };
  Result<std::shared_ptr<ReplicaSet>> open_some_set(const GroupKey& key, Spread spread,
                                                    Reserve reserve);
  Result<std::shared_ptr<ReplicaSet>> create_set(const GroupKey& key, Reserve reserve);
  std::shared_ptr<void> mark_making(SetId set, std::vector<StoreDevice*> on);
  // Those with so much free.
  std::vector<Load> loads(const std::vector<StoreDevice*>& without, Bytes free) const;
  // What must be free on a disk that a set of it is opened.
  Bytes room_to_open(Reserve reserve) const;
  // Octets that a disk needs to hold the set, and to let it grow.
  Bytes size_of(const ReplicaSet& set) const;
  bool has_room(const ReplicaSet& set, Reserve reserve) const;
  Task<> keep_reserve(const ReplicaSet& set) const;
  std::unexpected<Error> no_disks(const Placement& placement) const;
  void change_over(SetId filled);
  boost::asio::awaitable<void> open_another(GroupKey key, SetId filled);

  Executor executor_;
  Clock& clock_;
  Random& random_;
  Options options_;
  OpenFiles open_files_{kOpenFilesMax};
  std::vector<std::unique_ptr<StoreDevice>> devices_;
  std::atomic<Sequence> next_sequence_ = 1;
  std::atomic<Sequence> last_durable_ = 0;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> uncertain_ = false;  // some set's highest sequence is not known
  SetContext context_;

  Turns repairs_;                              // of sets: healing and resynchronisation
  Turns inspections_;                          // of disks
  std::shared_ptr<Promise<bool>> background_;  // set when the background work has ended
  // Work left on the executor looks whether the store is still there.
  std::shared_ptr<int> alive_ = std::make_shared<int>();

  mutable std::mutex mutex_;
  std::map<SetId, std::shared_ptr<ReplicaSet>> sets_;
  std::set<SetId> unreadable_;  // on disks, but without a descriptor
  std::mutex choosing_;         // of disks for a new set; taken before `mutex_`
  // On disks already, and in `sets_` soon.
  std::map<SetId, std::vector<StoreDevice*>> making_;
  std::map<GroupKey, Group> groups_;
  std::vector<Damage> damages_;
  // Files of this process, until orphans of earlier ones are collected.
  std::set<FileId> created_;
  std::set<Stream> collected_;
  std::map<SetId, Timestamp> scrubbed_;
  std::map<SetId, std::pair<std::uint64_t, Bytes>> files_;  // how many, how much
};

}  // namespace belfry::segments
