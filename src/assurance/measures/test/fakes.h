// A ledger in memory, and a way to wait for a task.
#pragma once

#include "audit/ledger.h"
#include "base/ensure.h"
#include "runtime/clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>
#include <vector>

namespace belfry::measures {

// Keeps events; everything the runner does not call is refused.
class MemoryLedger : public audit::Ledger {
 public:
  Task<audit::Receipt> record(TenantId tenant, const audit::Event& event) override {
    if (failing) co_return fail(Code::kRetry, "audit.unavailable");
    events.emplace_back(tenant, event);
    co_return audit::Receipt{tenant, events.size() - 1};
  }
  std::vector<std::pair<TenantId, audit::Event>> events;
  bool failing = false;

  Result<audit::Leaf> seal(TenantId, const audit::Event&) override { return refused(); }
  Task<std::vector<audit::Receipt>> append(std::vector<audit::Leaf>) override {
    co_return refused();
  }
  Task<> append_from_source(std::vector<audit::Leaf>, segments::Sequence) override {
    co_return refused();
  }
  segments::Sequence source_watermark() override { return 0; }
  Result<> record_read(TenantId, audit::Event) override { return refused(); }
  bool healthy() override { return !failing; }
  Task<audit::QueryPage> query(TenantId, const audit::Query&) override { co_return refused(); }
  Task<audit::Checkpoint> checkpoint(TenantId) override { co_return refused(); }
  Task<std::vector<audit::Hash>> inclusion_proof(TenantId, std::uint64_t, std::uint64_t) override {
    co_return refused();
  }
  Task<std::vector<audit::Hash>> consistency_proof(TenantId, std::uint64_t,
                                                   std::uint64_t) override {
    co_return refused();
  }
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return {}; }
  Task<Buffer> tile(TenantId, const std::string&) override { co_return refused(); }
  std::string origin(TenantId) override { return "test"; }
  std::string verifier_key() override { return ""; }
  std::string root_verifier_key() override { return ""; }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId) override { return {}; }
  Task<> delete_destroyed() override { co_return Result<>(); }
  Task<> close() override { co_return Result<>(); }

 private:
  static std::unexpected<Error> refused() { return fail(Code::kInternal, "test.not_offered"); }
};

// Runs the task to its end on this thread.
template <class T>
Result<T> wait_for(Task<T> task) {
  boost::asio::io_context context;
  std::optional<Result<T>> result;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, Result<T> value) {
    ENSURE(!error);
    result.emplace(std::move(value));
  });
  context.run();
  ENSURE(result.has_value());
  return *std::move(result);
}

}  // namespace belfry::measures
