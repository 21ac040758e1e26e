// An engine in memory: the shortest thing that keeps the contract of objects/engine.h. It shows
// that the conformance suite asks for nothing else, and runs tests of the semantics above.
#pragma once

#include "objects/engine.h"

namespace belfry::objects::testing {

std::unique_ptr<Engine> make_memory_engine();

}  // namespace belfry::objects::testing
