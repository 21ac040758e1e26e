// belfry bucket, object, disk.
#include "base/text_encoding.h"
#include "commands.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

namespace belfry::command_line {
namespace {

using nlohmann::json;

Result<> list_buckets(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json buckets, connection.get_list("/api/v1/buckets"));
  if (invocation.json) return print_json(buckets), Result<>();
  Table table({"cli.head.name", "cli.head.created", "cli.head.copies", "cli.head.sites",
               "cli.head.placement", "cli.head.access"});
  for (auto& bucket : buckets)
    table.add({cell(bucket.at("name")), time_cell(bucket.at("created_us")),
               cell(bucket.at("placement").at("copies")),
               cell(bucket.at("placement").at("sites_min")),
               code_cell(bucket.at("placement_is_default") == true ? "default" : "own"),
               bucket.at("is_open") == true ? say("cli.bucket.open") : ""});
  table.print();
  return {};
}

Result<> create_bucket(const Invocation& invocation, const std::string& name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json bucket, connection.post("/api/v1/buckets", {{"name", name}}));
  if (invocation.json) print_json(bucket);
  return {};
}

Result<> delete_bucket(const Invocation& invocation, const std::string& name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove("/api/v1/buckets/" + path_segment(name)));
  return {};
}

struct ObjectName {
  std::string bucket, key;
};

Result<ObjectName> parse_object(const std::string& address) {
  std::string_view rest = address;
  if (rest.starts_with("s3://")) rest.remove_prefix(5);
  auto slash = rest.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == rest.size())
    return fail(Code::kInvalid, "cli.bad_object_name", {{"name", address}});
  return ObjectName{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

Result<> where_is(const Invocation& invocation, const std::string& address) {
  TRY(ObjectName object, parse_object(address));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json found, connection.get("/api/v1/buckets/" + path_segment(object.bucket) + "/copies/" +
                                 path_segment(object.key)));
  if (invocation.json) return print_json(found), Result<>();
  Table table(
      {"cli.head.disk", "cli.head.server", "cli.head.site", "cli.head.state", "cli.head.path"});
  for (auto& copy : found.at("copies"))
    table.add({cell(copy.value("disk", json())), cell(copy.value("server", json())),
               cell(copy.at("site")), code_cell(copy.at("state")),
               cell(copy.value("path", json()))});
  table.print();
  return {};
}

Result<> list_objects(const Invocation& invocation, const std::string& address) {
  std::string_view rest = address;
  if (rest.starts_with("s3://")) rest.remove_prefix(5);
  auto slash = rest.find('/');
  std::string bucket(rest.substr(0, slash));
  std::string prefix(slash == std::string_view::npos ? "" : rest.substr(slash + 1));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json objects, connection.get_list("/api/v1/buckets/" + path_segment(bucket) +
                                        "/objects?prefix=" + path_segment(prefix)));
  if (invocation.json) return print_json(objects), Result<>();
  Table table({"cli.head.modified", "cli.head.size", "cli.head.key"});
  for (auto& object : objects)
    table.add({time_cell(object.at("modified_us")),
               bytes_cell(object.at("size_bytes").get<std::uint64_t>()), cell(object.at("key"))});
  table.print();
  return {};
}

Result<> show_disks(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json disks, connection.get_list("/api/v1/disks"));
  if (invocation.json) return print_json(disks), Result<>();
  Table table({"cli.head.disk", "cli.head.server", "cli.head.site", "cli.head.health",
               "cli.head.used", "cli.head.free", "cli.head.damaged", "cli.head.scrubbed"});
  for (auto& disk : disks)
    table.add({cell(disk.at("name")), cell(disk.at("server")), cell(disk.at("site")),
               code_cell(disk.at("health")), bytes_cell(disk.at("used_bytes").get<std::uint64_t>()),
               bytes_cell(disk.at("free_bytes").get<std::uint64_t>()), cell(disk.at("damaged")),
               time_cell(disk.at("last_scrub_us"))});
  table.print();
  return {};
}

// Watches a job to its end.
Result<json> follow(Connection& connection, json job) {
  constexpr auto kPause = std::chrono::milliseconds(200);
  std::string kind = code_cell(job.at("kind"));
  while (job.at("state") == "running") {
    show_progress(kind, job.at("progress").get<double>());
    std::this_thread::sleep_for(kPause);
    TRY(job, connection.get("/api/v1/jobs/" + job.at("id").get<std::string>()));
  }
  show_progress(kind, 1);
  end_progress();
  if (job.at("state") == "failed")
    return fail(Code::kRetry, "cli.job_failed", {{"reason", cell(job.at("error").at("detail"))}});
  return job;
}

Result<> scrub(const Invocation& invocation, const std::string& disk) {
  TRY(auto connection, Connection::open(invocation.place));
  std::string target =
      disk.empty() ? "/api/v1/scrub" : "/api/v1/disks/" + path_segment(disk) + "/scrub";
  TRY(json started, connection.post(target, nullptr));
  TRY(json job, follow(connection, std::move(started)));
  const json& report = job.at("report");
  if (invocation.json) return print_json(report), Result<>();
  print_line(
      say("cli.scrub.read", {{"bytes", bytes_cell(report.at("read_bytes").get<std::uint64_t>())},
                             {"sets", cell(report.at("sets"))},
                             {"records", cell(report.at("records"))},
                             {"files", cell(report.at("files"))}}));
  print_line(say("cli.scrub.found", {{"found", std::to_string(report.at("found").size())},
                                     {"repaired", cell(report.at("repaired"))}}));
  if (report.at("found").empty()) return {};
  Table table({"cli.head.disk", "cli.head.kind", "cli.head.state", "cli.head.set"});
  for (auto& damage : report.at("found"))
    table.add({cell(damage.at("disk")), code_cell(damage.at("kind")), code_cell(damage.at("state")),
               cell(damage.at("set"))});
  table.print();
  return {};
}

Result<> readmit(const Invocation& invocation, const std::string& disk) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json started, connection.post("/api/v1/disks/" + path_segment(disk) + "/readmit", nullptr));
  TRY(json job, follow(connection, std::move(started)));
  if (invocation.json) return print_json(job), Result<>();
  print_line(say("cli.disk.readmitted", {{"disk", disk}}));
  return {};
}

Result<> heal(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json started, connection.post("/api/v1/heal", nullptr));
  TRY(json job, follow(connection, std::move(started)));
  if (invocation.json) return print_json(job.at("report")), Result<>();
  print_line(say("cli.disk.healed", {{"sets", cell(job.at("report").at("healed"))}}));
  return {};
}

}  // namespace

void add_storage_commands(CLI::App& app, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  CLI::App* bucket = add_group(app, "bucket", say("cli.help.bucket"));
  add_command(*bucket, invocation, "list", say("cli.help.bucket.list"),
              [&invocation] { return list_buckets(invocation); });
  add_command(*bucket, invocation, "create", say("cli.help.bucket.create"),
              [&invocation, name] { return create_bucket(invocation, *name); })
      ->add_option("name", *name, say("cli.help.bucket.name"))
      ->required();
  add_command(*bucket, invocation, "delete", say("cli.help.bucket.delete"),
              [&invocation, name] { return delete_bucket(invocation, *name); })
      ->add_option("name", *name, say("cli.help.bucket.name"))
      ->required();
  add_bucket_policy_commands(*bucket, invocation);
  add_bucket_public_access_commands(*bucket, invocation);

  CLI::App* object = add_group(app, "object", say("cli.help.object"));
  add_command(*object, invocation, "where", say("cli.help.object.where"),
              [&invocation, name] { return where_is(invocation, *name); })
      ->add_option("object", *name, say("cli.help.object.name"))
      ->required();
  add_command(*object, invocation, "list", say("cli.help.object.list"),
              [&invocation, name] { return list_objects(invocation, *name); })
      ->add_option("prefix", *name, say("cli.help.object.prefix"))
      ->required();

  CLI::App* disk = add_group(app, "disk", say("cli.help.disk"));
  add_command(*disk, invocation, "show", say("cli.help.disk.show"),
              [&invocation] { return show_disks(invocation); });
  add_command(*disk, invocation, "scrub", say("cli.help.disk.scrub"), [&invocation, name] {
    return scrub(invocation, *name);
  })->add_option("disk", *name, say("cli.help.disk.one"));
  add_command(*disk, invocation, "readmit", say("cli.help.disk.readmit"),
              [&invocation, name] { return readmit(invocation, *name); })
      ->add_option("disk", *name, say("cli.help.disk.name"))
      ->required();
  add_command(*disk, invocation, "heal", say("cli.help.disk.heal"),
              [&invocation] { return heal(invocation); });
}

}  // namespace belfry::command_line
