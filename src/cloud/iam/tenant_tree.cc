#include "tenant_tree.h"

#include "base/ascii.h"
#include "iam/iam.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <set>
#include <utility>

namespace belfry::iam {
namespace {

bool is_plain(const std::string& name) {
  return !name.contains('/') && !is_number(name);
}

}  // namespace

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void TenantTree::add(TenantId tenant, Place place) {
  std::unique_lock lock(mutex_);
  places_.emplace(tenant, std::move(place));
  call_by_names();
}

void TenantTree::read(std::int64_t step, const Places& places, AllStopped stopped) {
  std::unique_lock lock(mutex_);
  if (step < step_) return;
  // What was added meanwhile was not there yet when they were read.
  for (const auto& [tenant, place] : places) places_.insert_or_assign(tenant, place);
  call_by_names();
  any_stopped_ = !stopped.empty();
  stopped_ = std::move(stopped);
  step_ = step;
}

void TenantTree::call_by_names() {
  organisations_.clear();
  by_organisation_.clear();
  std::set<std::string> of_several;
  for (const auto& [tenant, place] : places_) {
    std::string path;
    TenantId at = tenant;
    for (unsigned depth = 0; depth <= kTreeDepthMax && at && at != kProviderTenant; ++depth) {
      const auto found = places_.find(at);
      if (found == places_.end() || !is_plain(found->second.name)) break;
      path.insert(0, path.empty() ? found->second.name : found->second.name + "/");
      at = found->second.above;
    }
    if (at != kProviderTenant || path.empty()) continue;
    if (!by_organisation_.emplace(to_lower(path), tenant).second) of_several.insert(to_lower(path));
    organisations_.emplace(tenant, std::move(path));
  }
  for (const std::string& path : of_several) by_organisation_.erase(path);
  std::erase_if(organisations_,
                [&](const auto& each) { return of_several.contains(to_lower(each.second)); });
}

std::string TenantTree::organisation_of(TenantId tenant) const {
  if (tenant == kProviderTenant) return {};
  std::shared_lock lock(mutex_);
  const auto found = organisations_.find(tenant);
  return found == organisations_.end() ? tenant.text() : found->second;
}

std::optional<TenantId> TenantTree::find_organisation(std::string_view typed) const {
  if (typed.empty()) return kProviderTenant;
  if (is_number(typed)) {
    std::int64_t number = 0;
    const auto read = std::from_chars(typed.data(), typed.data() + typed.size(), number);
    return read.ec == std::errc() ? std::optional(TenantId{number}) : std::nullopt;
  }
  std::shared_lock lock(mutex_);
  const auto found = by_organisation_.find(to_lower(typed));
  if (found == by_organisation_.end()) return std::nullopt;
  return found->second;
}

std::size_t TenantTree::size() const {
  std::shared_lock lock(mutex_);
  return places_.size();
}

bool TenantTree::is_below(TenantId tenant, TenantId ancestor) const {
  std::shared_lock lock(mutex_);
  TenantId at = tenant;
  for (unsigned depth = 0; depth <= kTreeDepthMax; ++depth) {
    auto found = places_.find(at);
    if (found == places_.end() || !found->second.above) return false;
    at = found->second.above;
    if (at == ancestor) return true;
  }
  return false;
}

std::optional<Stopped> TenantTree::stopped(TenantId tenant) const {
  if (!any_stopped_) return std::nullopt;
  std::shared_lock lock(mutex_);
  TenantId at = tenant;
  for (unsigned depth = 0; depth <= kTreeDepthMax && at; ++depth) {
    if (const auto found = stopped_.find(at); found != stopped_.end()) return found->second;
    const auto place = places_.find(at);
    if (place == places_.end()) return std::nullopt;
    at = place->second.above;
  }
  return std::nullopt;
}

bool TenantTree::has_ended(TenantId tenant) const {
  if (!any_stopped_) return false;
  std::shared_lock lock(mutex_);
  const auto found = stopped_.find(tenant);
  return found != stopped_.end() && found->second.ended;
}

Result<> check_going_on(const TenantTree& tree, TenantId tenant) {
  const auto stopped = tree.stopped(tenant);
  if (!stopped) return {};
  if (stopped->ended) return fail(Code::kDenied, "iam.tenant_ended");
  return fail(Code::kDenied, "iam.tenant_suspended", {{"above", stopped->above}});
}

Tenant in_tree(const TenantTree& tree, Tenant tenant) {
  tenant.rests_with_above = tree.is_stopped(tenant.parent);
  tenant.organisation = tree.organisation_of(tenant.id);
  return tenant;
}

bool says_stopped(const Error& error) {
  return error.message() == "iam.tenant_suspended" || error.message() == "iam.tenant_ended";
}

bool is_nobodys_fault(const Error& error) {
  return error.code() == Code::kRetry || error.code() == Code::kExhausted || says_stopped(error);
}

}  // namespace belfry::iam
