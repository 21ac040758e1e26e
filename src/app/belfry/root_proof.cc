#include "root_proof.h"

#include "base/time.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

std::int64_t us_of(const audit::CosignedBy& by) {
  return std::int64_t(by.seconds) * 1'000'000;
}

}  // namespace

Result<std::optional<std::string>> read_root_proof(Connection& connection) {
  auto proof = connection.get("/api/v1/audit/root-proof");
  if (proof) return std::optional(proof->dump(2) + "\n");
  if (proof.error().code() != Code::kNotFound) return std::unexpected(proof.error());
  return std::nullopt;
}

Result<> write_root_proof(const std::optional<std::string>& proof,
                          const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "root-proof.json";
  if (proof) return write_file(file, *proof, Readable::kEveryone);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return {};
}

Result<std::optional<std::string>> fetch_bundle(Connection& connection, const std::string& name) {
  auto octets = connection.get_octets("/api/v1/audit/tiles/" + name);
  if (octets) return std::optional(std::move(*octets));
  const bool is_full = name.starts_with("tile/entries/") && !name.contains(".p/");
  if (is_full && octets.error().code() == Code::kNotFound) return std::nullopt;
  return std::unexpected(octets.error());
}

Result<> fetch_destroyed(Connection& connection, const std::filesystem::path& directory) {
  auto note = connection.get_octets("/api/v1/audit/tiles/destroyed");
  if (note) return write_file(directory / "destroyed", *note, Readable::kEveryone);
  return note.error().code() == Code::kNotFound ? Result<>() : std::unexpected(note.error());
}

std::vector<std::pair<std::string, std::string>> describe_root_proof(
    const std::optional<audit::CheckedRootProof>& proof, WitnessKeys keys) {
  if (!proof) return {{say("cli.audit.root_log"), say("cli.audit.no_root_proof")}};
  std::vector<std::pair<std::string, std::string>> rows = {
      {say("cli.audit.root_log"),
       say("cli.audit.in_root_log", {{"size", std::to_string(proof->size)},
                                     {"root_size", std::to_string(proof->root_log_size)}})}};
  if (proof->cosigned.empty())
    rows.emplace_back(say("cli.audit.witness"), say("cli.audit.no_witness"));
  for (const audit::CosignedBy& by : proof->cosigned)
    rows.emplace_back(
        say("cli.audit.witness"),
        say(keys == WitnessKeys::kGiven ? "cli.audit.cosigned" : "cli.audit.cosigned_by_its_word",
            {{"witness", by.witness}, {"time", time_cell(us_of(by))}}));
  return rows;
}

json to_json(const std::optional<audit::CheckedRootProof>& proof, WitnessKeys keys) {
  if (!proof) return nullptr;
  json cosigned = json::array();
  for (const audit::CosignedBy& by : proof->cosigned)
    cosigned.push_back({{"witness", by.witness}, {"time_us", us_of(by)}});
  return {{"size", proof->size},
          {"root_log_size", proof->root_log_size},
          {"witness_keys_given", keys == WitnessKeys::kGiven},
          {"cosigned", std::move(cosigned)}};
}

}  // namespace belfry::command_line
