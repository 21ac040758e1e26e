// belfry audit, verify.
#include "audit/verify.h"
#include "base/text_encoding.h"
#include "commands.h"
#include "output.h"
#include "root_proof.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <optional>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct AuditFilter {
  std::string from, until, actor, action, resource;
  std::size_t limit = 50;
};

struct QueryPart {
  std::string name, value;
};

// Microseconds of a date or a time; nothing for none.
Result<std::string> time_of(const std::string& text) {
  if (text.empty()) return "";
  auto time = parse_rfc3339(text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
  if (!time) return fail(Code::kInvalid, "cli.bad_time", {{"time", text}});
  return std::to_string(to_us(*time));
}

// "?a=1&b=2" of the parts that have a value.
std::string query_of(const std::vector<QueryPart>& parts) {
  std::string query;
  for (const QueryPart& part : parts)
    if (!part.value.empty())
      query += (query.empty() ? "?" : "&") + part.name + "=" + path_segment(part.value);
  return query;
}

Result<> list_events(const Invocation& invocation, const AuditFilter& filter) {
  TRY(std::string from, time_of(filter.from));
  TRY(std::string until, time_of(filter.until));
  std::string target = "/api/v1/audit/events" + query_of({{"from_us", from},
                                                          {"until_us", until},
                                                          {"actor", filter.actor},
                                                          {"action", filter.action},
                                                          {"resource", filter.resource}});
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json events, connection.get_all(target, filter.limit));
  if (invocation.json) return print_json(events), Result<>();
  Table table({"cli.head.time", "cli.head.leaf", "cli.head.actor", "cli.head.action",
               "cli.head.outcome", "cli.head.resource"});
  for (auto& event : events)
    table.add({time_cell(event.at("time_us")), cell(event.at("index")), cell(event.at("actor")),
               cell(event.at("action")), code_cell(event.at("outcome")),
               cell(event.at("resource"))});
  table.print();
  return {};
}

// The number of a tile as C2SP tlog-tiles writes it: 1234067 is x001/x234/067.
std::string tile_number(std::uint64_t number) {
  auto three = [](std::uint64_t value) {
    std::string digits = std::to_string(value);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string text = three(number % 1000);
  for (number /= 1000; number > 0; number /= 1000) text = "x" + three(number % 1000) + "/" + text;
  return text;
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

// Copies the caller's log, so that it can be verified anywhere without the daemon.
Result<> fetch(const Invocation& invocation, const std::string& directory) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(fetch_root_proof(connection, directory));
  TRY(json checkpoint, connection.get("/api/v1/audit/checkpoint"));
  TRY(json keys, connection.get("/api/v1/audit/keys"));
  std::filesystem::path root(directory);
  TRY(write_file(root / "checkpoint", checkpoint.at("note").get<std::string>(),
                 Readable::kEveryone));
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
  end_progress();
  if (invocation.json)
    print_json({{"directory", directory}, {"size", checkpoint.at("size")}, {"files", files}});
  else
    print_line(say("cli.audit.fetched",
                   {{"size", cell(checkpoint.at("size"))}, {"directory", directory}}));
  return {};
}

struct VerifyArguments {
  std::string directory, key, keys_file;
  std::vector<std::string> witnesses;
  bool tree_only = false;
  std::size_t events_max = 0;
};

std::optional<std::string> text_in(const json& entry, const char* name) {
  auto field = entry.find(name);
  if (field == entry.end() || !field->is_string()) return std::nullopt;
  return field->get<std::string>();
}

std::optional<std::int64_t> number_in(const json& entry, const char* name) {
  auto text = text_in(entry, name);
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::optional<Buffer> octets_in(const json& entry, const char* name) {
  auto text = text_in(entry, name);
  return text ? from_hex(*text) : std::nullopt;
}

// The verifier key and the month keys: as given, or from the keys.json beside the log.
Result<audit::VerifyOptions> verify_options(const VerifyArguments& arguments) {
  audit::VerifyOptions options;
  options.directory = arguments.directory;
  options.verifier_key = arguments.key;
  options.witness_keys = arguments.witnesses;
  std::filesystem::path keys_path = arguments.keys_file;
  if (keys_path.empty()) keys_path = std::filesystem::path(arguments.directory) / "keys.json";
  auto keys = read_json(keys_path);
  if (!keys && (options.verifier_key.empty() || !arguments.keys_file.empty()))
    return std::unexpected(keys.error());
  if (!keys) return options;
  auto bad = [&] { return fail(Code::kInvalid, "cli.bad_file", {{"path", keys_path.string()}}); };
  if (options.verifier_key.empty()) {
    auto verifier = keys->find("verifier_key");
    if (verifier == keys->end() || !verifier->is_string()) return bad();
    options.verifier_key = verifier->get<std::string>();
  }
  if (arguments.tree_only) return options;
  auto month_keys = keys->find("month_keys");
  if (month_keys == keys->end() || !month_keys->is_array()) return bad();
  for (auto& entry : *month_keys) {
    if (!entry.is_object()) return bad();
    auto id = number_in(entry, "key_id");
    auto secret = octets_in(entry, "key");
    if (!id || !secret) return bad();
    options.month_keys[*id] = *secret;
  }
  return options;
}

Result<> verify(const Invocation& invocation, const VerifyArguments& arguments) {
  TRY(auto options, verify_options(arguments));
  options.events_max = arguments.events_max;
  options.progress = [](double fraction) { show_progress(say("cli.audit.verifying"), fraction); };
  auto report = audit::verify_log(options);
  end_progress();
  if (!report) return std::unexpected(report.error());
  const bool key_given = !arguments.key.empty();
  const WitnessKeys witness_keys =
      arguments.witnesses.empty() ? WitnessKeys::kOfTheCopy : WitnessKeys::kGiven;
  if (invocation.json) {
    json value = {{"origin", report->origin},
                  {"size", report->size},
                  {"root", report->root_hex},
                  {"leaves_checked", report->leaves_checked},
                  {"leaves_opened", report->leaves_opened},
                  {"leaves_deleted", report->leaves_deleted},
                  {"verifier_key", options.verifier_key},
                  {"verifier_key_given", key_given},
                  {"root_proof", to_json(report->root_proof, witness_keys)}};
    if (arguments.events_max > 0) value["events"] = report->events;
    return print_json(value), Result<>();
  }
  print_line(say("cli.audit.whole"));
  Table facts;
  facts.add({say("cli.audit.origin"), report->origin});
  facts.add({say("cli.audit.key"), say(key_given ? "cli.audit.key_given" : "cli.audit.key_in_copy",
                                       {{"key", options.verifier_key}})});
  facts.add({say("cli.audit.leaves"),
             say("cli.audit.in_tree", {{"size", std::to_string(report->size)}})});
  facts.add({say("cli.audit.root"), report->root_hex});
  facts.add({say("cli.audit.opened"), std::to_string(report->leaves_opened)});
  if (report->leaves_deleted > 0)
    facts.add({say("cli.audit.deleted"), std::to_string(report->leaves_deleted)});
  for (auto& [what, found] : describe_root_proof(report->root_proof, witness_keys))
    facts.add({what, found});
  facts.print();
  for (auto& event : report->events) print_line(event);
  return {};
}

}  // namespace

void add_audit_commands(CLI::App& app, Invocation& invocation) {
  auto filter = std::make_shared<AuditFilter>();
  CLI::App* audit = add_command(app, invocation, "audit", say("cli.help.audit"),
                                [&invocation, filter] { return list_events(invocation, *filter); });
  audit->add_option("--from", filter->from, say("cli.help.audit.from"));
  audit->add_option("--until", filter->until, say("cli.help.audit.until"));
  audit->add_option("--actor", filter->actor, say("cli.help.audit.actor"));
  audit->add_option("--action", filter->action, say("cli.help.audit.action"));
  audit->add_option("--resource", filter->resource, say("cli.help.audit.resource"));
  audit->add_option("--limit", filter->limit, say("cli.help.audit.limit"))
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->capture_default_str();

  auto arguments = std::make_shared<VerifyArguments>();
  add_command(*audit, invocation, "fetch", say("cli.help.audit.fetch"),
              [&invocation, arguments] { return fetch(invocation, arguments->directory); })
      ->add_option("directory", arguments->directory, say("cli.help.audit.directory"))
      ->required();
  CLI::App* command =
      add_command(app, invocation, "verify", say("cli.help.verify"),
                  [&invocation, arguments] { return verify(invocation, *arguments); });
  command->add_option("directory", arguments->directory, say("cli.help.verify.directory"))
      ->required();
  command->add_option("--key", arguments->key, say("cli.help.verify.key"));
  command->add_option("--keys-file", arguments->keys_file, say("cli.help.verify.keys_file"));
  command->add_option("--witness", arguments->witnesses, say("cli.help.verify.witness"));
  command->add_flag("--tree-only", arguments->tree_only, say("cli.help.verify.tree_only"));
  command->add_option("--events", arguments->events_max, say("cli.help.verify.events"));
}

}  // namespace belfry::command_line
