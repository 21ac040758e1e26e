#include "audit_fetch.h"

#include "audit/extension.h"
#include "audit_filter.h"
#include "input.h"
#include "output.h"
#include "root_proof.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace belfry::command_line {
namespace {

using nlohmann::json;

// The verifier key that the folder names, else the other.
Result<std::string> key_of(const std::filesystem::path& directory, const std::string& otherwise) {
  const std::filesystem::path path = directory / "keys.json";
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return otherwise;
  TRY(const json keys, read_json(path));
  const auto key = keys.find("verifier_key");
  if (key == keys.end() || !key->is_string())
    return fail(Code::kInvalid, "cli.bad_file", {{"path", path.string()}});
  return key->get<std::string>();
}

// Every resource of a log of `size` leaves, full tiles and the partial one of each level.
std::vector<std::string> resources_of(std::uint64_t size) {
  constexpr std::uint64_t kWidth = 256;
  std::vector<std::string> names;
  auto add = [&](const std::string& level, std::uint64_t count) {
    for (std::uint64_t tile = 0; tile < count / kWidth; ++tile)
      names.push_back("tile/" + level + "/" + tile_number(tile));
    if (count % kWidth != 0)
      names.push_back("tile/" + level + "/" + tile_number(count / kWidth) + ".p/" +
                      std::to_string(count % kWidth));
  };
  add("entries", size);
  int level = 0;
  for (std::uint64_t count = size; count > 0; count /= kWidth) add(std::to_string(level++), count);
  return names;
}

}  // namespace

Result<std::string> read_note(const std::string& path) {
  TRY(std::string note, read_file(path));
  if (!note.ends_with('\n')) note += '\n';
  return note;
}

Result<> check_continues(Connection& connection, const std::filesystem::path& directory,
                         const std::string& note, const std::string& verifier_key) {
  const std::filesystem::path had = directory / "checkpoint";
  std::error_code error;
  if (!std::filesystem::exists(had, error) && !error) {
    if (!std::filesystem::exists(directory / "tile", error)) return {};
    return fail(Code::kCorrupt, "cli.audit.without_checkpoint",
                {{"directory", directory.string()}});
  }
  TRY(const std::string old_note, read_file(had.string()));
  TRY(const std::string old_key, key_of(directory, verifier_key));
  if (old_key != verifier_key)
    return fail(Code::kCorrupt, "cli.audit.other_key",
                {{"directory", directory.string()}, {"key", verifier_key}, {"had", old_key}});
  TRY(const audit::SignedTree older, audit::read_checkpoint(old_note, old_key));
  TRY(const audit::SignedTree newer, audit::read_checkpoint(note, verifier_key));
  return audit::check_extends(older, newer, [&](const std::string& path) -> Result<Buffer> {
    TRY(const std::string octets, connection.get_octets("/api/v1/audit/tiles/" + path));
    return to_buffer(as_view(octets));
  });
}

Result<> fetch_log(const Invocation& invocation, const std::string& directory) {
  TRY(auto connection, Connection::open(invocation.place));
  // Before the checkpoint, which has to cover what it proves.
  TRY(const auto root_proof, read_root_proof(connection));
  TRY(json checkpoint, connection.get("/api/v1/audit/checkpoint"));
  TRY(json keys, connection.get("/api/v1/audit/keys"));
  const std::filesystem::path root(directory);
  const auto note = checkpoint.at("note").get<std::string>();
  TRY(check_continues(connection, root, note, keys.at("verifier_key").get<std::string>()));
  TRY(write_root_proof(root_proof, root));
  TRY(write_file(root / "checkpoint", note, Readable::kEveryone));
  TRY(write_file(root / "keys.json", keys.dump(2) + "\n", Readable::kOwner));
  auto names = resources_of(checkpoint.at("size").get<std::uint64_t>());
  std::size_t files = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    show_progress(say("cli.audit.copying"), double(i) / double(names.size()));
    TRY(auto octets, fetch_bundle(connection, names[i]));
    if (!octets) continue;
    TRY(write_file(root / names[i], *octets, Readable::kEveryone));
    ++files;
  }
  TRY(fetch_destroyed(connection, root));
  end_progress();
  if (invocation.json)
    print_json({{"directory", directory}, {"size", checkpoint.at("size")}, {"files", files}});
  else
    print_line(say("cli.audit.fetched",
                   {{"size", cell(checkpoint.at("size"))}, {"directory", directory}}));
  return {};
}

}  // namespace belfry::command_line
