#include "objects_testing/fakes.h"

#include <algorithm>

namespace belfry::objects::testing {
namespace {

std::unexpected<Error> not_offered() {
  return fail(Code::kInternal, "testing.not_offered");
}

}  // namespace

void MemoryLedger::set_down(bool down) {
  std::lock_guard lock(mutex_);
  down_ = down;
}

void MemoryLedger::set_stalled(bool stalled) {
  std::lock_guard lock(mutex_);
  stalled_ = stalled;
}

std::map<audit::LeafId, unsigned> MemoryLedger::arrivals() {
  std::lock_guard lock(mutex_);
  return arrivals_;
}

std::size_t MemoryLedger::leaves() {
  std::lock_guard lock(mutex_);
  return arrivals_.size();
}

Result<audit::Leaf> MemoryLedger::seal(TenantId tenant, const audit::Event& event) {
  return audit::Leaf{.tenant = tenant, .octets = to_buffer(event.action)};
}

Task<std::vector<audit::Receipt>> MemoryLedger::append(std::vector<audit::Leaf>) {
  co_return not_offered();
}

Task<> MemoryLedger::append_from_source(std::vector<audit::Leaf> leaves,
                                        segments::Sequence complete_up_to) {
  std::lock_guard lock(mutex_);
  if (down_ || stalled_) co_return fail(Code::kRetry, "audit.unavailable");
  for (const audit::Leaf& leaf : leaves) ++arrivals_[leaf.id];
  watermark_ = std::max(watermark_, complete_up_to);
  co_return Result<>();
}

segments::Sequence MemoryLedger::source_watermark() {
  std::lock_guard lock(mutex_);
  return watermark_;
}

bool MemoryLedger::healthy() {
  std::lock_guard lock(mutex_);
  return !down_;
}

Task<audit::Receipt> MemoryLedger::record(TenantId, const audit::Event&) {
  co_return not_offered();
}
Result<> MemoryLedger::record_read(TenantId, audit::Event) {
  return not_offered();
}
Task<audit::QueryPage> MemoryLedger::query(TenantId, const audit::Query&) {
  co_return not_offered();
}
Task<audit::Checkpoint> MemoryLedger::checkpoint(TenantId) {
  co_return not_offered();
}
Task<std::vector<audit::Hash>> MemoryLedger::inclusion_proof(TenantId, std::uint64_t,
                                                             std::uint64_t) {
  co_return not_offered();
}
Task<std::vector<audit::Hash>> MemoryLedger::consistency_proof(TenantId, std::uint64_t,
                                                               std::uint64_t) {
  co_return not_offered();
}
Task<Buffer> MemoryLedger::tile(TenantId, const std::string&) {
  co_return not_offered();
}
std::string MemoryLedger::origin(TenantId) {
  return {};
}
std::string MemoryLedger::verifier_key() {
  return {};
}
std::vector<std::pair<crypto::KeyId, std::string>> MemoryLedger::month_keys(TenantId) {
  return {};
}
Task<> MemoryLedger::close() {
  co_return Result<>();
}

Result<crypto::Key> MemoryKeys::current(TenantId tenant, crypto::KeyPurpose purpose) {
  auto keys = list(tenant, purpose);
  if (!keys.empty()) return keys.back();
  return rotate(tenant, purpose);
}

Result<crypto::Key> MemoryKeys::find(crypto::KeyId id) {
  std::lock_guard lock(mutex_);
  auto at = std::ranges::find(keys_, id, &crypto::Key::id);
  if (at == keys_.end()) return fail(Code::kNotFound, "key.missing");
  return *at;
}

std::vector<crypto::Key> MemoryKeys::list(TenantId tenant, crypto::KeyPurpose purpose) {
  std::lock_guard lock(mutex_);
  std::vector<crypto::Key> found;
  for (const crypto::Key& key : keys_)
    if (key.tenant == tenant && key.purpose == purpose) found.push_back(key);
  return found;
}

Result<crypto::Key> MemoryKeys::rotate(TenantId tenant, crypto::KeyPurpose purpose) {
  auto version = std::uint32_t(list(tenant, purpose).size() + 1);
  std::lock_guard lock(mutex_);
  crypto::Key key{.id = {std::int64_t(keys_.size()) + 1},
                  .tenant = tenant,
                  .purpose = purpose,
                  .version = version,
                  .secret = Buffer(32, std::byte(keys_.size() + 1))};
  keys_.push_back(key);
  return key;
}

Task<std::size_t> MemorySource::read(MutableView out) {
  View rest = as_view(body_).subspan(given_);
  std::size_t count = std::min({out.size(), rest.size(), piece_});
  std::ranges::copy(rest.first(count), out.begin());
  given_ += count;
  co_return count;
}

}  // namespace belfry::objects::testing
