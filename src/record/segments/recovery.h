// Bringing the copies of one set to the same state after a crash, a power cut or an absence.
//
//  - A batch that is whole on one disk is completed onto the others: it may have been acknowledged.
//  - A tail that is whole nowhere was not acknowledged: an empty batch of a new epoch is written
//    over it, so that it can never come back. Only once every member is there: while one is away,
//    the tail is left as it is, and the set takes no batch.
//  - A batch that is not whole anywhere, but has a successor, has rotted: it is reported.
// Of two batches that contend for one place the higher epoch is right: the other one was cut.
#pragma once

#include "chain.h"
#include "disks.h"

#include <map>

namespace belfry::segments {

struct SegmentInfo {
  SegmentHeader header;
  Sequence first = 0;         // of its first batch
  std::uint64_t end = kPage;  // of what is durable; sealed segments: unknown, their size
};

struct RecoveredSet {
  std::map<std::uint32_t, SegmentInfo> segments;
  // Where appends go on, in the last segment; nothing while there is no segment.
  std::optional<ChainPoint> tail;
  Sequence last = 0;
  // No number below may be given to a new segment: what is there could not be told.
  std::uint32_t next_number = 0;
  // A copy that might know more was away, or could not be read: sequences above `last` may be
  // taken.
  bool uncertain = false;
};

// What recovery and repair tell: `device` may be null.
class Notes {
 public:
  virtual ~Notes() = default;
  virtual void happened(Happening happening) = 0;
  virtual void damaged(Damage damage) = 0;
  // The device is not used any more.
  virtual void failed(StoreDevice& device, const Error& error) = 0;
};

// Members by ordinal; those that are not good are left out. Blocks.
// Errors: retry ("segments.set_unreadable") when no member is left; invalid
// ("segments.later_version").
Result<RecoveredSet> recover_segments(const Descriptor& descriptor,
                                      const std::vector<StoreDevice*>& members, Notes& notes);

// Makes `target` hold the segment as `source` does, up to `end`; durable after success.
Result<> copy_segment(StoreDevice& source, StoreDevice& target, const SegmentHeader& header,
                      std::uint64_t end, DiskOrdinal ordinal);

}  // namespace belfry::segments
