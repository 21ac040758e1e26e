#include "sources.h"

#include <algorithm>
#include <array>

namespace belfry::measures {
namespace {

constexpr std::string_view kSimulatedDisks =
    "SELECT COUNT(*) AS simulated FROM disk_state WHERE simulated = 1";
constexpr std::string_view kSimulatedSets =
    "SELECT COUNT(*) AS simulated FROM replica_set WHERE simulated = 1";

constexpr auto kSources = std::to_array<TableSource>({
    // provider.yaml
    {"provider", Proof::kDeclared, ""},
    {"owner", Proof::kDeclared, ""},
    {"key_disk", Proof::kDeclared, ""},
    {"carrier", Proof::kDeclared, ""},
    {"site", Proof::kDeclared, ""},
    {"power_feed", Proof::kDeclared, ""},
    {"power_segment", Proof::kDeclared, ""},
    {"room", Proof::kDeclared, ""},
    {"rack", Proof::kDeclared, ""},
    {"pdu", Proof::kDeclared, ""},
    {"power_outlet", Proof::kDeclared, ""},
    {"switch_pair", Proof::kDeclared, ""},
    {"switch", Proof::kDeclared, ""},
    {"switch_port", Proof::kDeclared, ""},
    {"link", Proof::kDeclared, ""},
    {"circuit", Proof::kDeclared, ""},
    {"server", Proof::kDeclared, ""},
    {"power_supply", Proof::kDeclared, ""},
    {"server_port", Proof::kDeclared, ""},
    {"lag", Proof::kDeclared, ""},
    {"lag_member", Proof::kDeclared, ""},
    {"disk", Proof::kDeclared, ""},
    {"hypervisor", Proof::kDeclared, ""},
    // The register of people
    {"person", Proof::kDeclared, ""},
    {"person_job", Proof::kDeclared, ""},
    {"person_account", Proof::kDeclared, ""},
    {"job_role", Proof::kDeclared, ""},
    {"job_role_profile", Proof::kDeclared, ""},
    {"job_role_group", Proof::kDeclared, ""},
    {"checklist_step", Proof::kDeclared, ""},
    {"checklist_item", Proof::kDeclared, ""},
    // The provider's registers
    {"document", Proof::kDeclared, ""},
    {"document_version", Proof::kDeclared, ""},
    {"document_file", Proof::kDeclared, ""},
    {"system", Proof::kDeclared, ""},
    {"system_account", Proof::kDeclared, ""},
    // The collector of the object engine
    {"disk_state", Proof::kObserved, kSimulatedDisks},
    {"replica_set", Proof::kObserved, kSimulatedSets},
    {"replica_set_disk", Proof::kObserved, kSimulatedSets},
    {"damaged_object", Proof::kObserved, kSimulatedSets},
    {"scrub_result", Proof::kObserved, kSimulatedSets},
    {"bucket_fact", Proof::kObserved, ""},
    // What Belfry itself decides rights by, read at the moment of the check
    {"tenant", Proof::kObserved, ""},
    {"iam_role", Proof::kObserved, ""},
    {"iam_user", Proof::kObserved, ""},
    {"mfa_factor", Proof::kObserved, ""},
    {"iam_session", Proof::kObserved, ""},
    {"api_token", Proof::kObserved, ""},
    {"access_key", Proof::kObserved, ""},
    {"iam_profile", Proof::kObserved, ""},
    {"iam_group", Proof::kObserved, ""},
    {"group_member", Proof::kObserved, ""},
    {"user_profile", Proof::kObserved, ""},
    {"group_profile", Proof::kObserved, ""},
    {"user_boundary", Proof::kObserved, ""},
    {"delegation", Proof::kObserved, ""},
    {"assumable_role", Proof::kObserved, ""},
    {"role_profile", Proof::kObserved, ""},
    {"role_session", Proof::kObserved, ""},
    {"issuer", Proof::kObserved, ""},
    {"password_policy", Proof::kObserved, ""},
    {"terms", Proof::kObserved, ""},
    {"terms_acceptance", Proof::kObserved, ""},
    // How rights came, were looked at and went: the records of those who decided
    {"iam_grant", Proof::kObserved, ""},
    {"access_request", Proof::kObserved, ""},
    {"access_review", Proof::kObserved, ""},
    {"access_review_item", Proof::kObserved, ""},
    {"intervention", Proof::kObserved, ""},
    {"host_recovery", Proof::kObserved, ""},
    {"invitation", Proof::kObserved, ""},
    // What customers say of themselves
    {"attestation_statement", Proof::kAttested, ""},
    {"attestation", Proof::kAttested, ""},
    {"attestation_administrator", Proof::kAttested, ""},
    // What is found in the ledger
    {"log_fact", Proof::kObserved, ""},
    {"logged_change", Proof::kObserved, ""},
    {"log_comparison", Proof::kObserved, ""},
    {"access_sample", Proof::kObserved, ""},
    {"user_access", Proof::kObserved, ""},
    {"staff_access", Proof::kObserved, ""},
    {"log_reading", Proof::kObserved, ""},
    {"change_reading", Proof::kObserved, ""},
    {"change_source", Proof::kObserved, ""},
    {"public_setting", Proof::kObserved, ""},
    {"anonymous_access", Proof::kObserved, ""},
    {"public_reading", Proof::kObserved, ""},
    // What the prober was answered, from outside
    {"probe_step", Proof::kObserved, ""},
});

}  // namespace

std::span<const TableSource> table_sources() {
  return kSources;
}

const TableSource* find_source(std::string_view table) {
  auto found = std::ranges::find(kSources, table, &TableSource::table);
  return found == kSources.end() ? nullptr : &*found;
}

Proof weakest(Proof a, Proof b) {
  return std::max(a, b);
}

}  // namespace belfry::measures
