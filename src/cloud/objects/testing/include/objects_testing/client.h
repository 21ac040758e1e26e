// Does the model's operations on a real store, and says what came of them in the model's words.
#pragma once

#include "objects/store.h"
#include "objects_testing/model.h"

#include <vector>

namespace belfry::objects::testing {

class Client {
 public:
  Client(Store& store, Bucket bucket, MakeLeaf leaf = {})
      : store_(&store), bucket_(std::move(bucket)), leaf_(std::move(leaf)) {}

  // The store after a restart.
  void use(Store& store) { store_ = &store; }
  // `current` is the ETag that conditions on the current object name.
  Task<std::string> apply(const Operation& operation, std::string current);
  // As Model::dump(), read through the store.
  Task<std::string> dump();
  // After an operation whose outcome was lost: takes over an upload that it may have begun.
  Task<> adopt_uploads();

 private:
  Task<std::string> read(const Operation& operation);
  Task<std::string> list(const Operation& operation);
  Task<std::string> of_upload(const Operation& operation, std::string current);
  Task<std::string> dump_upload(const Upload& upload);
  std::string id(std::size_t upload) const;

  Store* store_;
  Bucket bucket_;
  MakeLeaf leaf_;
  std::vector<std::string> uploads_;  // ids, in the order of creation
};

}  // namespace belfry::objects::testing
