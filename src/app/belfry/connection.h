// The command line's way to a daemon: where it is, whom to trust, who asks.
#pragma once

#include "base/result.h"
#include "http/client.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace belfry::command_line {

// What the command was given, from the options and the environment.
struct Place {
  std::string url, ca, token;  // BELFRY_URL, BELFRY_CA, BELFRY_TOKEN
  std::string data;            // --data or BELFRY_DATA: a daemon on this machine
};

struct Profile {
  std::string url, ca, token;
};

// $XDG_CONFIG_HOME/belfry/profile.json or ~/.config/belfry/profile.json, mode 0600.
std::filesystem::path profile_path();
Result<> write_profile(const Profile& profile);

// The first that is complete: the environment, the data directory, the profile.
// Errors: invalid ("cli.no_daemon_named").
Result<Profile> resolve(const Place& place);

inline constexpr std::size_t kAnswerOctetsMax = std::size_t{64} << 20;

class Connection {
 public:
  static Result<Connection> open(const Place& place,
                                 std::size_t answer_octets_max = kAnswerOctetsMax);
  // Without a token, for signing in.
  static Result<Connection> open_unauthenticated(const Profile& profile,
                                                 std::size_t answer_octets_max = kAnswerOctetsMax);

  // Sends JSON (none if null), returns JSON. A problem of the server comes back as its Error. What
  // is in the answer is read with `at`: a field that is not there ends the command in `main`.
  Result<nlohmann::json> get(const std::string& target);
  Result<nlohmann::json> post(const std::string& target, const nlohmann::json& body);
  Result<nlohmann::json> patch(const std::string& target, const nlohmann::json& body);
  // These send a document as it is (none if empty). Null where nothing is answered.
  Result<nlohmann::json> post_text(const std::string& target, std::string document);
  Result<nlohmann::json> put(const std::string& target, std::string document);
  Result<nlohmann::json> remove(const std::string& target);
  Result<std::string> get_octets(const std::string& target);
  // A paged list whole. Errors: exhausted ("cli.list_too_long") rather than a part of it.
  Result<nlohmann::json> get_list(const std::string& target);
  // The first items of a paged list, at most `limit`.
  Result<nlohmann::json> get_all(std::string target, std::size_t limit);

  // Fields sent with every request from now on.
  http::Fields& fields() { return fields_; }
  const http::Fields& last_fields() const { return last_fields_; }

 private:
  explicit Connection(std::unique_ptr<http::Client> client) : client_(std::move(client)) {}
  Result<std::string> send(std::string_view method, const std::string& target, std::string body);
  Result<nlohmann::json> change(std::string_view method, const std::string& target,
                                std::string body);

  std::unique_ptr<http::Client> client_;
  http::Fields fields_, last_fields_;
};

// One segment of a path, or the value of a query's parameter.
std::string path_segment(const std::string& text);

// The object in a file. Errors: not_found ("cli.no_file"), invalid ("cli.bad_file").
Result<nlohmann::json> read_json(const std::filesystem::path& path);

enum class Readable { kOwner, kEveryone };
// Replaces the file in one step; makes its folder. Errors: retry ("cli.cannot_write").
Result<> write_file(const std::filesystem::path& path, const std::string& octets,
                    Readable readable);

}  // namespace belfry::command_line
