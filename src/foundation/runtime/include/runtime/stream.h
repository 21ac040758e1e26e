// Octets that arrive or leave piece by piece.
#pragma once

#include "base/bytes.h"
#include "runtime/task.h"

namespace belfry {

class Source {
 public:
  virtual ~Source() = default;
  // Reads at least one octet into `out`, or 0 at the end. After an error nothing more can be read.
  virtual Task<std::size_t> read(MutableView out) = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Takes all of `bytes`; slow readers make it wait.
  virtual Task<> write(View bytes) = 0;
};

}  // namespace belfry
