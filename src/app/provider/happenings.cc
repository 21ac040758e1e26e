#include "happenings.h"

#include <algorithm>
#include <utility>

namespace belfry::provider {
namespace {

std::string_view action_of(segments::Happening::Kind kind) {
  using Kind = segments::Happening::Kind;
  switch (kind) {
    case Kind::kDiskFailed:
      return "disk:Failed";
    case Kind::kDiskReturned:
      return "disk:Returned";
    case Kind::kSetHealed:
      return "replica-set:Healed";
    case Kind::kCopyCorrupt:
      return "copy:Corrupt";
    case Kind::kCopyRepaired:
      return "copy:Repaired";
    case Kind::kTailCompleted:
      return "segment:TailCompleted";
    case Kind::kTailCut:
      return "segment:TailCut";
    case Kind::kDataLost:
      return "copy:Lost";
  }
  return "disk:Unknown";
}

bool is_bad(segments::Happening::Kind kind) {
  using Kind = segments::Happening::Kind;
  return kind == Kind::kDiskFailed || kind == Kind::kCopyCorrupt || kind == Kind::kDataLost;
}

std::string name_of(DiskId disk, const topology::Topology& topology) {
  auto found = std::ranges::find(topology.disks, disk, &topology::Disk::id);
  return found == topology.disks.end() ? disk.text() : found->name;
}

audit::Event event_of(const segments::Happening& happening, const topology::Topology& topology,
                      Timestamp now) {
  audit::Event event;
  event.time = now;
  event.event_class = audit::EventClass::kEntityManagement;
  event.action = action_of(happening.kind);
  event.outcome = is_bad(happening.kind) ? audit::Outcome::kFailure : audit::Outcome::kSuccess;
  event.actor = "system";
  event.resource = "belfry:disk/" + name_of(happening.disk, topology);
  event.details = {{"set", happening.set.text()}, {"detail", happening.detail}};
  if (happening.target) event.details.push_back({"target", name_of(happening.target, topology)});
  return event;
}

}  // namespace

void HappeningLog::add(const segments::Happening& happening) {
  std::lock_guard lock(mutex_);
  if (pending_.size() < kPendingMax) pending_.push_back(happening);
}

Task<> HappeningLog::drain(audit::Ledger& ledger, TenantId provider,
                           const topology::Topology& topology, Clock& clock) {
  std::vector<segments::Happening> batch;
  {
    std::lock_guard lock(mutex_);
    batch = std::exchange(pending_, {});
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto receipt = co_await ledger.record(provider, event_of(batch[i], topology, clock.now()));
    if (receipt) continue;
    std::lock_guard lock(mutex_);
    pending_.insert(pending_.begin(), batch.begin() + std::ptrdiff_t(i), batch.end());
    co_return std::unexpected(receipt.error());
  }
  co_return Result<>();
}

}  // namespace belfry::provider
