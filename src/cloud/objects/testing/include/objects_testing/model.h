// The model oracle: what a bucket of the object store must answer, on plain maps. The conformance
// of engines, restarts and power cuts are judged by comparing with it.
#pragma once

#include "base/bytes.h"
#include "runtime/random.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::objects::testing {

// One call of the store on one bucket, with all that it takes.
struct Operation {
  enum class Kind {
    kPut,
    kGet,
    kRemove,
    kList,
    kCreateUpload,
    kPutPart,
    kListParts,
    kComplete,
    kAbort,
    kListUploads,
  };
  enum class Condition { kNone, kIfAbsent, kIfAny, kIfCurrent, kIfOther };

  Kind kind = Kind::kGet;
  std::string key;
  std::shared_ptr<const std::string> body;
  Condition condition = Condition::kNone;
  std::size_t upload = 0;  // counts from 0 in the order of creation
  std::vector<std::uint32_t> parts;
  std::vector<std::string> etags;  // of `parts`, as the model has them
  std::string prefix, delimiter, after;
  std::size_t limit = 1000;
  std::uint64_t first = 0, length = 0;  // of a range; length 0: all

  std::string describe() const;
  bool changes() const;
};

// Outcomes are sentences, so that they can be compared and printed: "ok ..." or the code and
// message of an error. Copies share bodies.
class Model {
 public:
  std::string apply(const Operation& operation);
  // Every object, upload and part.
  std::string dump() const;
  // The ETag of what is under `key`, or an empty string.
  std::string etag(const std::string& key) const;
  std::size_t uploads_begun() const { return begun_; }
  std::optional<std::string> key_of_upload(std::size_t upload) const;
  std::vector<std::uint32_t> parts_of(std::size_t upload) const;
  std::string part_etag(std::size_t upload, std::uint32_t number) const;
  std::vector<std::string> keys() const;

 private:
  using Body = std::shared_ptr<const std::string>;
  struct Object {
    std::vector<Body> pieces;
    std::string etag;
    std::optional<std::size_t> upload;
    std::string whole() const;
  };
  struct Part {
    Body body;
    std::string etag;
  };
  struct Upload {
    std::string key;
    std::map<std::uint32_t, Part> parts;
  };

  std::string refusal(const Operation& operation) const;
  std::string put(const Operation& operation);
  std::string get(const Operation& operation) const;
  std::string list(const Operation& operation) const;
  std::string complete(const Operation& operation);
  Upload* find_upload(const Operation& operation);

  std::map<std::string, Object> objects_;
  std::map<std::size_t, Upload> uploads_;
  std::size_t begun_ = 0;
};

// How a read body is written in an outcome.
std::string describe_body(View body);

// A random next operation that makes sense for the state of `model`. `large` is how often, in a
// hundred, a body is larger than a record takes.
Operation choose_operation(Random& random, const Model& model, unsigned large);

}  // namespace belfry::objects::testing
