// Every place where Belfry makes bytes durable. Each enumerator is used exactly once in the code
// (tools/tidy counts), so that the simulation can leave each out and show that it is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace belfry {

// X(enumerator, what breaks without it)
#define BELFRY_SYNC_POINTS(X)                                                           \
  X(kSegmentBatch, "an acknowledged record is gone after a power cut")                  \
  X(kSegmentDirectory, "a segment with acknowledged records has no name")               \
  X(kFileData, "an acknowledged large object has holes")                                \
  X(kFileDirectory, "an acknowledged large object has no name")                         \
  X(kFileShardDirectory, "the folder of an acknowledged large object has no name")      \
  X(kDescriptor, "a replica set's membership is torn")                                  \
  X(kDescriptorDirectory, "a replica set forgets that a disk was replaced")             \
  X(kSetDirectory, "a replica set with acknowledged records has no name")               \
  X(kDiskIdentity, "a disk is taken for another")                                       \
  X(kDiskIdentityDirectory, "a disk is taken for a new one")                            \
  X(kKeyStore, "records are encrypted with a key that is gone")                         \
  X(kKeyStoreDirectory, "the key store falls back to a version without a key in use")   \
  X(kKeyStoreFolder, "the folder of the key store has no name")                         \
  X(kMasterKey, "the key store is sealed with a master key that is torn")               \
  X(kMasterKeyDirectory, "the key store is sealed with a master key that is gone")      \
  X(kMonthSeal, "the key store's months are sealed with a key that is torn or gone")    \
  X(kMonthSealDirectory, "the key store's months are sealed with a key of no file")     \
  X(kVault, "what a legal hold keeps is torn, and its month destroyed")                 \
  X(kVaultDirectory, "what a legal hold keeps has no name, and its month is destroyed") \
  X(kVaultFolder, "the folder of a legal hold has no name, and its month is destroyed") \
  X(kProviderFile, "nobody knows the first administrator's password")                   \
  X(kProviderFileDirectory, "the file with the first administrator's password is gone") \
  X(kWitnessKey, "a witness has cosigned with a key that is torn")                      \
  X(kWitnessKeyDirectory, "a witness has cosigned with a key that is gone")             \
  X(kWitnessState, "a witness has cosigned a history that it cannot read any more")     \
  X(kWitnessStateDirectory, "a witness cosigns a second history")                       \
  X(kLedgerFiles, "a leaf that the journal has no more is in a torn file")              \
  X(kSavepoint, "nobody knows what the journal told before it was pruned")              \
  X(kSavepointDirectory, "the ledger goes on from before where the journal begins")

enum class SyncPoint : std::uint8_t {
#define X(name, breaks) name,
  BELFRY_SYNC_POINTS(X)
#undef X
};

#define X(name, breaks) +1
inline constexpr std::size_t kSyncPointCount = 0 BELFRY_SYNC_POINTS(X);
#undef X

std::string_view name_of(SyncPoint point);

}  // namespace belfry
