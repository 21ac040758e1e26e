// belfry public-access, belfry bucket public-access: what is kept from the public, of the
// organisation and of a bucket.
#include "commands.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <array>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr const char* kOfTenant = "/api/v1/public-access";

struct Setting {
  const char* field;
  const char* option;
  const char* help;
};
constexpr std::array<Setting, 4> kSettings = {{
    {"block_public_acls", "--block-public-acls", "cli.help.public_access.acls"},
    {"ignore_public_acls", "--ignore-public-acls", "cli.help.public_access.acls"},
    {"block_public_policy", "--block-public-policy", "cli.help.public_access.policy"},
    {"restrict_public_buckets", "--restrict-public-buckets", "cli.help.public_access.restrict"},
}};

// What is to be set: "on", "off", or empty, which leaves it.
struct Wanted {
  std::string bucket, all;
  std::array<std::string, kSettings.size()> each;
};

std::string place_of(const std::string& bucket) {
  return "/api/v1/buckets/" + path_segment(bucket) + "/public-access";
}

std::string on_or_off(const json& flag) {
  return say(flag == true ? "cli.public_access.on" : "cli.public_access.off");
}

void print_of_bucket(const json& found) {
  Table table({"cli.head.setting", "cli.head.bucket", "cli.head.organisation"});
  for (const Setting& setting : kSettings)
    table.add({setting.field, on_or_off(found.at("bucket").at(setting.field)),
               on_or_off(found.at("tenant").at(setting.field))});
  table.print();
  print_line(say(found.at("is_open") == true            ? "cli.public_access.open"
                 : found.at("policy_is_public") == true ? "cli.public_access.kept"
                                                        : "cli.public_access.closed"));
}

void print_of_tenant(const json& found) {
  Table table({"cli.head.setting", "cli.head.organisation"});
  for (const Setting& setting : kSettings)
    table.add({setting.field, on_or_off(found.at(setting.field))});
  table.print();
}

Result<> show(const Invocation& invocation, const std::string& bucket) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json found, connection.get(bucket.empty() ? kOfTenant : place_of(bucket)));
  if (invocation.json) return print_json(found), Result<>();
  bucket.empty() ? print_of_tenant(found) : print_of_bucket(found);
  return {};
}

Result<> set(const Invocation& invocation, const Wanted& wanted) {
  const std::string place = wanted.bucket.empty() ? kOfTenant : place_of(wanted.bucket);
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json found, connection.get(place));
  json block = wanted.bucket.empty() ? found : found.at("bucket");
  for (std::size_t i = 0; i < kSettings.size(); ++i) {
    const std::string& value = wanted.each[i].empty() ? wanted.all : wanted.each[i];
    if (!value.empty()) block[kSettings[i].field] = value == "on";
  }
  TRY(json now, connection.put(place, block.dump()));
  if (invocation.json) return print_json(now), Result<>();
  wanted.bucket.empty() ? print_of_tenant(now) : print_of_bucket(now);
  return {};
}

enum class Of { kTenant, kBucket };

void add_commands(CLI::App& parent, Invocation& invocation, Of of) {
  auto wanted = std::make_shared<Wanted>();
  const bool is_of_bucket = of == Of::kBucket;
  CLI::App* group =
      add_group(parent, "public-access",
                say(is_of_bucket ? "cli.help.public_access.bucket" : "cli.help.public_access"));
  CLI::App* shown = add_command(*group, invocation, "show", say("cli.help.public_access.show"),
                                [&invocation, wanted] { return show(invocation, wanted->bucket); });
  CLI::App* changed = add_command(*group, invocation, "set", say("cli.help.public_access.set"),
                                  [&invocation, wanted] { return set(invocation, *wanted); });
  if (is_of_bucket)
    for (CLI::App* command : {shown, changed})
      command->add_option("bucket", wanted->bucket, say("cli.help.bucket.name"))->required();
  const CLI::IsMember on_off({"on", "off"});
  changed->add_option("--all", wanted->all, say("cli.help.public_access.all"))->check(on_off);
  for (std::size_t i = 0; i < kSettings.size(); ++i)
    changed->add_option(kSettings[i].option, wanted->each[i], say(kSettings[i].help))
        ->check(on_off);
}

}  // namespace

void add_public_access_commands(CLI::App& app, Invocation& invocation) {
  add_commands(app, invocation, Of::kTenant);
}

void add_bucket_public_access_commands(CLI::App& bucket, Invocation& invocation) {
  add_commands(bucket, invocation, Of::kBucket);
}

}  // namespace belfry::command_line
