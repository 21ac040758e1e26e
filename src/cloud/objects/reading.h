// A body on its way out.
#pragma once

#include "objects/store.h"
#include "value.h"

namespace belfry::objects {

struct OpenObject {
  Entry entry;
  ObjectValue value;
  std::shared_ptr<void> pin;
};

// Reads the octets of `range`, which lies within the object; nothing: an empty one.
std::unique_ptr<Reading> make_reading(Engine& engine, crypto::KeyStore& keys, OpenObject object,
                                      std::optional<Range> range);

}  // namespace belfry::objects
