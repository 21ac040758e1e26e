#include "objects_testing/machine.h"
#include "objects_testing/memory_engine.h"
#include "test/engine_conformance.h"

namespace belfry::objects {
namespace {

struct MemoryFixture {
  Engine& engine() { return *engine_; }
  template <class T>
  Result<T> run(Task<T> task) {
    return world_.run(std::move(task));
  }
  void settle() {}

  Simulation world_{1};
  std::unique_ptr<Engine> engine_ = testing::make_memory_engine();
};

struct EmbeddedFixture {
  EmbeddedFixture() { EXPECT_TRUE(machine_.start()); }
  Engine& engine() { return machine_.engine(); }
  template <class T>
  Result<T> run(Task<T> task) {
    return machine_.run(std::move(task));
  }
  void settle() { machine_.world().settle(); }

  testing::Machine machine_{1};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, EngineConformance, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, EngineConformance, EmbeddedFixture);

}  // namespace
}  // namespace belfry::objects
