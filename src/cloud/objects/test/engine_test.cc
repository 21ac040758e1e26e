#include "objects_testing/machine.h"
#include "objects_testing/memory_engine.h"
#include "test/engine_conformance.h"

namespace belfry::objects {
namespace {

struct MemoryFixture {
  Engine& engine() { return *memory; }
  template <class T>
  Result<T> run(Task<T> task) {
    return world.run(std::move(task));
  }
  void settle() {}

  Simulation world{1};
  std::unique_ptr<Engine> memory = testing::make_memory_engine();
};

struct EmbeddedFixture {
  EmbeddedFixture() { EXPECT_TRUE(machine.start()); }
  Engine& engine() { return machine.engine(); }
  template <class T>
  Result<T> run(Task<T> task) {
    return machine.run(std::move(task));
  }
  void settle() { machine.world().settle(); }

  testing::Machine machine{1};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, EngineConformance, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, EngineConformance, EmbeddedFixture);

}  // namespace
}  // namespace belfry::objects
