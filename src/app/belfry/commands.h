// The commands, by noun. Each group adds its subcommands; the one that was asked for runs after the
// arguments are read.
#pragma once

#include "base/result.h"
#include "connection.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace belfry::command_line {

struct Invocation {
  Place place;
  bool json = false;
  std::string language;           // --lang, once more as an option: it was read before
  std::function<Result<>()> run;  // of the chosen command
};

void add_session_commands(CLI::App& app, Invocation& invocation);
void add_storage_commands(CLI::App& app, Invocation& invocation);
// Below `belfry bucket`.
void add_bucket_policy_commands(CLI::App& bucket, Invocation& invocation);
void add_bucket_public_access_commands(CLI::App& bucket, Invocation& invocation);
void add_public_access_commands(CLI::App& app, Invocation& invocation);
void add_tenant_commands(CLI::App& app, Invocation& invocation);
void add_user_commands(CLI::App& app, Invocation& invocation);
void add_profile_commands(CLI::App& app, Invocation& invocation);
void add_group_commands(CLI::App& app, Invocation& invocation);
void add_credential_commands(CLI::App& app, Invocation& invocation);
void add_access_commands(CLI::App& app, Invocation& invocation);
void add_review_commands(CLI::App& app, Invocation& invocation);
void add_intervention_commands(CLI::App& app, Invocation& invocation);
// belfry request, grant.
void add_request_commands(CLI::App& app, Invocation& invocation);
void add_delegation_commands(CLI::App& app, Invocation& invocation);
void add_factor_reset_commands(CLI::App& app, Invocation& invocation);
void add_factor_rule_command(CLI::App& app, Invocation& invocation);
void add_service_account_commands(CLI::App& app, Invocation& invocation);
// belfry invitation, terms.
void add_people_commands(CLI::App& app, Invocation& invocation);
// belfry person, job-role.
void add_person_commands(CLI::App& app, Invocation& invocation);
// belfry document, system.
void add_register_commands(CLI::App& app, Invocation& invocation);
void add_checklist_commands(CLI::App& app, Invocation& invocation);
void add_role_commands(CLI::App& app, Invocation& invocation);
void add_issuer_commands(CLI::App& app, Invocation& invocation);
void add_annex_commands(CLI::App& app, Invocation& invocation);
void add_attestation_commands(CLI::App& app, Invocation& invocation);
void add_topology_commands(CLI::App& app, Invocation& invocation);
void add_audit_commands(CLI::App& app, Invocation& invocation);
// Below `belfry audit`.
void add_hold_commands(CLI::App& audit, Invocation& invocation);
void add_witness_command(CLI::App& app, Invocation& invocation);
void add_doctor_command(CLI::App& app, Invocation& invocation);

// A noun whose verbs are commands.
CLI::App* add_group(CLI::App& app, const std::string& name, const std::string& description);
// The options of every command (--json, --data ...) are the program's: they stand before it or
// after it.
CLI::App* add_command(CLI::App& parent, Invocation& invocation, const std::string& name,
                      const std::string& description, std::function<Result<>()> run);

}  // namespace belfry::command_line
