// Buckets and objects over an engine.
//
// Invariants
//  1. A bucket is deleted only while nothing can come into it: who writes holds its gate shared,
//     who deletes holds it exclusively, from the look whether it is empty to the commit.
//  2. A stored body is named by an entry, discarded, or an orphan that the next start collects.
#pragma once

#include "body.h"
#include "lock_table.h"
#include "objects/store.h"
#include "value.h"

#include <mutex>
#include <set>

namespace belfry::objects {

class ObjectStore : public Store {
 public:
  ObjectStore(Engine& engine, crypto::KeyStore& keys, audit::Ledger& ledger, Clock& clock,
              Random& random, std::shared_ptr<Pool> pool)
      : engine_(engine),
        keys_(keys),
        ledger_(ledger),
        clock_(clock),
        random_(random),
        pool_(std::move(pool)) {}

  Task<Bucket> create_bucket(TenantId tenant, const std::string& name,
                             std::optional<segments::Placement> placement, MakeLeaf leaf) override;
  Task<Bucket> find_bucket(const std::string& name) override;
  Task<std::vector<Bucket>> list_buckets(TenantId tenant) override;
  Task<std::vector<Bucket>> list_all_buckets() override;
  Task<> set_bucket_policy(const Bucket& bucket, const std::string& policy, MakeLeaf leaf) override;
  Task<> set_public_access(const Bucket& bucket, std::optional<policy::PublicAccessBlock> block,
                           MakeLeaf leaf) override;
  Task<> delete_bucket(const Bucket& bucket, MakeLeaf leaf) override;

  Task<ObjectInfo> put(const Bucket& bucket, const std::string& key, const PutRequest& request,
                       Source& body, MakeLeaf leaf) override;
  Task<ObjectInfo> head(const Bucket& bucket, const std::string& key) override;
  Task<std::unique_ptr<Reading>> open(
      const Bucket& bucket, const std::string& key,
      std::function<Result<std::optional<Range>>(const ObjectInfo&)> choose_range) override;
  using Store::remove;
  Task<> remove(const Bucket& bucket, const std::string& key, RemoveConditions conditions,
                MakeLeaf leaf) override;
  Task<ListPage> list(const Bucket& bucket, const ListRequest& request) override;
  Task<std::vector<segments::Copy>> where(const Bucket& bucket, const std::string& key) override;

  Task<Upload> create_upload(const Bucket& bucket, const std::string& key,
                             const PutRequest& request, MakeLeaf leaf) override;
  Task<Upload> find_upload(const Bucket& bucket, const std::string& key,
                           const std::string& upload) override;
  Task<Part> put_part(const Bucket& bucket, const std::string& key, const std::string& upload,
                      std::uint32_t number, const PutRequest& request, Source& body,
                      MakeLeaf leaf) override;
  Task<std::vector<Part>> list_parts(const Bucket& bucket, const std::string& key,
                                     const std::string& upload, std::uint32_t after,
                                     std::size_t limit) override;
  Task<UploadPage> list_uploads(const Bucket& bucket, const ListRequest& request,
                                const std::string& after_upload) override;
  Task<ObjectInfo> complete_upload(const Bucket& bucket, const std::string& key,
                                   const std::string& upload,
                                   const std::vector<PartReference>& parts,
                                   const WriteConditions& conditions, const DescribeWhole& describe,
                                   MakeLeaf leaf) override;
  Task<> abort_upload(const Bucket& bucket, const std::string& key, const std::string& upload,
                      MakeLeaf leaf) override;

 private:
  using Parts = std::map<std::uint32_t, Entry>;

  // What a write needs before it begins. Errors: invalid for the key; retry when the ledger fails.
  Result<> check_write(const std::string& key) const;
  Task<crypto::Key> tenant_key(TenantId tenant);
  // Errors: not_found for the object.
  Task<Entry> find_object(const Bucket& bucket, const std::string& key);
  Task<std::optional<Entry>> whole_if_cut(Entry head);
  // What the object's entry must be for `conditions` to hold. Errors as put().
  Task<std::vector<Expectation>> expectations(const Bucket& bucket, const std::string& key,
                                              const WriteConditions& conditions);
  // Commits while the bucket stands. Errors: not_found ("bucket.missing").
  Task<Sequence> commit_in(const Bucket& bucket, Commit commit);
  Task<ObjectInfo> commit_object(const Bucket& bucket, const std::string& key, ObjectValue value,
                                 SealedBody body, const WriteConditions& conditions, MakeLeaf leaf);
  // One attempt of that. Errors: besides, conflict ("engine.expectation") when what was expected
  // holds no longer.
  Task<ObjectInfo> commit_once(const Bucket& bucket, const std::string& key, ObjectValue value,
                               Change change, std::vector<Expectation> expect,
                               const MakeLeaf& leaf);
  Task<std::vector<Bucket>> list_registered(std::function<bool(const Bucket&)> is_wanted);
  // The entry of `bucket` in the registry as it is now. Errors: not_found ("bucket.missing"), also
  // when another was made under its name.
  Task<Entry> registered(const Bucket& bucket);
  // Writes what `change` makes of it there.
  Task<> change_bucket(const Bucket& bucket, std::function<void(Bucket&)> change, MakeLeaf leaf);
  Task<> abort_all(const Bucket& bucket);

  Task<Parts> parts_of(const Bucket& bucket, const std::string& key, const std::string& suffix);
  Task<ObjectInfo> completed_before(const Bucket& bucket, const std::string& key,
                                    const std::string& suffix);

  Engine& engine_;
  crypto::KeyStore& keys_;
  audit::Ledger& ledger_;
  Clock& clock_;
  Random& random_;
  std::shared_ptr<Pool> pool_;
  LockTable gates_;   // by bucket id
  LockTable owners_;  // by tenant: who creates a bucket counts them first

  std::mutex mutex_;                     // of what follows
  std::set<TenantId> tenants_with_key_;  // whose key is there: no disk is waited for
  std::set<BucketId> deleted_;           // by this process
};

// How often a conditional write starts over when the object changes underneath.
inline constexpr int kAttemptsMax = 64;

Result<std::optional<audit::Leaf>> leaf_of(const MakeLeaf& make, const ObjectInfo& outcome);
// Ids of uploads are 32 hexadecimal digits outside, 16 octets inside. Errors: not_found
// ("upload.missing").
Result<std::string> upload_suffix(const std::string& upload);

}  // namespace belfry::objects
