// Buckets and objects in maps, with the semantics that objects/store.h promises.
#pragma once

#include "objects/store.h"

namespace belfry::s3 {

class FakeStore final : public objects::Store {
 public:
  explicit FakeStore(Clock& clock) : clock_(clock) {}

  // Given back by the next put.
  std::optional<Error> next_put_error;
  // What every reading gives instead of octets.
  std::optional<Error> read_error;

  Task<objects::Bucket> create_bucket(TenantId tenant, const std::string& name,
                                      std::optional<segments::Placement> placement,
                                      objects::MakeLeaf leaf) override;
  Task<objects::Bucket> find_bucket(const std::string& name) override;
  Task<std::vector<objects::Bucket>> list_buckets(TenantId tenant) override;
  Task<std::vector<objects::Bucket>> list_all_buckets() override;
  Task<> set_bucket_policy(const objects::Bucket& bucket, const std::string& policy,
                           objects::MakeLeaf leaf) override;
  Task<> set_public_access(const objects::Bucket& bucket,
                           std::optional<policy::PublicAccessBlock> block,
                           objects::MakeLeaf leaf) override;
  Task<> delete_bucket(const objects::Bucket& bucket, objects::MakeLeaf leaf) override;
  Task<objects::ObjectInfo> put(const objects::Bucket& bucket, const std::string& key,
                                const objects::PutRequest& request, Source& body,
                                objects::MakeLeaf leaf) override;
  Task<objects::ObjectInfo> head(const objects::Bucket& bucket, const std::string& key) override;
  Task<std::unique_ptr<objects::Reading>> open(
      const objects::Bucket& bucket, const std::string& key,
      std::function<Result<std::optional<objects::Range>>(const objects::ObjectInfo&)> choose)
      override;
  using objects::Store::remove;
  Task<> remove(const objects::Bucket& bucket, const std::string& key,
                objects::RemoveConditions conditions, objects::MakeLeaf leaf) override;
  Task<objects::ListPage> list(const objects::Bucket& bucket,
                               const objects::ListRequest& request) override;
  Task<objects::Upload> create_upload(const objects::Bucket& bucket, const std::string& key,
                                      const objects::PutRequest& request,
                                      objects::MakeLeaf leaf) override;
  Task<objects::Upload> find_upload(const objects::Bucket& bucket, const std::string& key,
                                    const std::string& upload) override;
  Task<objects::Part> put_part(const objects::Bucket& bucket, const std::string& key,
                               const std::string& upload, std::uint32_t number,
                               const objects::PutRequest& request, Source& body,
                               objects::MakeLeaf leaf) override;
  Task<std::vector<objects::Part>> list_parts(const objects::Bucket& bucket, const std::string& key,
                                              const std::string& upload, std::uint32_t after,
                                              std::size_t limit) override;
  Task<UploadPage> list_uploads(const objects::Bucket& bucket, const objects::ListRequest& request,
                                const std::string& after_upload) override;
  Task<objects::ObjectInfo> complete_upload(const objects::Bucket& bucket, const std::string& key,
                                            const std::string& upload,
                                            const std::vector<objects::PartReference>& parts,
                                            const objects::WriteConditions& conditions,
                                            const objects::DescribeWhole& describe,
                                            objects::MakeLeaf leaf) override;
  Task<> abort_upload(const objects::Bucket& bucket, const std::string& key,
                      const std::string& upload, objects::MakeLeaf leaf) override;
  Task<std::vector<segments::Copy>> where(const objects::Bucket&, const std::string&) override {
    co_return std::vector<segments::Copy>();
  }

 private:
  struct Object {
    objects::ObjectInfo info;
    std::string octets;
  };
  struct Upload {
    objects::Upload facts;
    std::map<std::uint32_t, Object> parts;
  };
  using Objects = std::map<std::string, Object>;

  Task<Object> take(const objects::PutRequest& request, Source& body);
  Result<> check(const Objects& objects, const std::string& key,
                 const objects::WriteConditions& conditions);
  Result<Upload*> upload_named(const objects::Bucket& bucket, const std::string& key,
                               const std::string& upload);

  Clock& clock_;
  std::map<std::string, objects::Bucket> buckets_;
  std::map<BucketId, Objects> objects_;
  std::map<BucketId, std::map<std::string, Upload>> uploads_;
  std::int64_t next_id_ = 1;
};

}  // namespace belfry::s3
