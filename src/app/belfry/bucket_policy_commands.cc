// belfry bucket policy.
#include "commands.h"
#include "input.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

std::string place_of(const std::string& bucket) {
  return "/api/v1/buckets/" + path_segment(bucket) + "/policy";
}

// The document alone, as `set` takes it, its members in the order in which they were written.
Result<> show_policy(const Invocation& invocation, const std::string& bucket) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(std::string text, connection.get_octets(place_of(bucket)));
  auto answer = nlohmann::ordered_json::parse(text, nullptr, false);
  const auto& document = answer.at("policy");
  if (!invocation.json && document.is_null())
    return fail(Code::kNotFound, "cli.no_policy", {{"bucket", bucket}});
  print_line((invocation.json ? answer : document)
                 .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  return {};
}

Result<> set_policy(const Invocation& invocation, const std::string& bucket,
                    const std::string& path) {
  TRY(std::string document, read_document(path));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.put(place_of(bucket), std::move(document)));
  return {};
}

Result<> delete_policy(const Invocation& invocation, const std::string& bucket) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove(place_of(bucket)));
  return {};
}

}  // namespace

void add_bucket_policy_commands(CLI::App& bucket, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  auto path = std::make_shared<std::string>("-");
  CLI::App* group = add_group(bucket, "policy", say("cli.help.bucket.policy"));
  add_command(*group, invocation, "show", say("cli.help.bucket.policy.show"),
              [&invocation, name] { return show_policy(invocation, *name); })
      ->add_option("bucket", *name, say("cli.help.bucket.name"))
      ->required();
  CLI::App* set =
      add_command(*group, invocation, "set", say("cli.help.bucket.policy.set"),
                  [&invocation, name, path] { return set_policy(invocation, *name, *path); });
  set->add_option("bucket", *name, say("cli.help.bucket.name"))->required();
  set->add_option("file", *path, say("cli.help.bucket.policy.file"));
  add_command(*group, invocation, "delete", say("cli.help.bucket.policy.delete"),
              [&invocation, name] { return delete_policy(invocation, *name); })
      ->add_option("bucket", *name, say("cli.help.bucket.name"))
      ->required();
}

}  // namespace belfry::command_line
