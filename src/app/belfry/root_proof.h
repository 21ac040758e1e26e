// The root proof beside a copied log.
#pragma once

#include "audit/root_proof.h"
#include "connection.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace belfry::command_line {

// The file root-proof.json, nothing when there is none yet. Read it before the log's checkpoint:
// the log has to cover what it proves.
Result<std::optional<std::string>> read_root_proof(Connection& connection);
// Writes it into `directory`, or removes an old one.
Result<> write_root_proof(const std::optional<std::string>& proof,
                          const std::filesystem::path& directory);

// An entry bundle of a log, or nothing when it is deleted, as those of destroyed months are.
Result<std::optional<std::string>> fetch_bundle(Connection& connection, const std::string& name);

// Writes what the log says of its destroyed entries into `directory`, if it says anything. Fetch it
// after the bundles: it has to cover those that are deleted.
Result<> fetch_destroyed(Connection& connection, const std::filesystem::path& directory);

// From where the caller of verify has the keys of witnesses. What the copy names, its provider may
// have made up.
enum class WitnessKeys { kGiven, kOfTheCopy };

// What a verified copy says of it, as rows of a table and as a member of --json.
std::vector<std::pair<std::string, std::string>> describe_root_proof(
    const std::optional<audit::CheckedRootProof>& proof, WitnessKeys keys);
nlohmann::json to_json(const std::optional<audit::CheckedRootProof>& proof, WitnessKeys keys);

}  // namespace belfry::command_line
