// belfry audit, verify.
#include "audit/verify.h"
#include "audit_fetch.h"
#include "audit_filter.h"
#include "base/text_encoding.h"
#include "commands.h"
#include "output.h"
#include "root_proof.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct QueryPart {
  std::string name, value;
};

constexpr const char* kEvents = "/api/v1/audit/events";

// "?a=1&b=2" of the parts that have a value.
std::string query_of(const std::vector<QueryPart>& parts) {
  std::string query;
  for (const QueryPart& part : parts)
    if (!part.value.empty())
      query += (query.empty() ? "?" : "&") + part.name + "=" + path_segment(part.value);
  return query;
}

// "?a=1&b=2" of everything that events are asked for by, and what else is given.
Result<std::string> target_of(const std::string& path, const AuditFilter& filter,
                              std::vector<QueryPart> parts) {
  TRY(std::string from, time_of(filter.from));
  TRY(std::string until, time_of(filter.until));
  parts.insert(parts.end(), {{"from_us", from},
                             {"until_us", until},
                             {"actor", filter.actor},
                             {"action", filter.action},
                             {"resource", filter.resource},
                             {"outcome", filter.outcome},
                             {"source_ip", filter.source},
                             {"class_uid", filter.event_class},
                             {"reason", filter.reason},
                             {"tenant", filter.tenant}});
  for (const std::string& detail : filter.details) parts.push_back({"detail", detail});
  return path + query_of(parts);
}

void print_events(const json& events) {
  Table table({"cli.head.time", "cli.head.leaf", "cli.head.actor", "cli.head.action",
               "cli.head.outcome", "cli.head.resource"});
  for (auto& event : events)
    table.add({time_cell(event.at("time_us")), cell(event.at("index")), cell(event.at("actor")),
               cell(event.at("action")), code_cell(event.at("outcome")),
               cell(event.at("resource"))});
  table.print();
}

Result<> list_events(const Invocation& invocation, const AuditFilter& filter) {
  TRY(std::string target, target_of(kEvents, filter, {}));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json events, connection.get_all(target, filter.limit));
  if (invocation.json) return print_json(events), Result<>();
  print_events(events);
  return {};
}

// A line an event, as it comes.
void print_event(const Invocation& invocation, const json& event) {
  if (invocation.json) return print_line(event.dump());
  print_line(time_cell(event.at("time_us")) + "  " + cell(event.at("actor")) + "  " +
             cell(event.at("action")) + "  " + code_cell(event.at("outcome")) + "  " +
             cell(event.at("resource")));
}

// Pages of events, oldest first, from a cursor on. A connection that breaks is made again and goes
// on where it was: nothing is missed and nothing comes twice.
class EventStream {
 public:
  // Whether the daemon is known to answer: then one that does not is taken for one that starts
  // again, and is asked until it does. It is from its first answer on.
  enum class Daemon { kUnknown, kAnswers };
  EventStream(const Invocation& invocation, const AuditFilter& filter, std::string cursor,
              Daemon daemon)
      : invocation_(invocation), filter_(filter), cursor_(std::move(cursor)), daemon_(daemon) {}

  Result<json> next(std::string_view wait_s, std::size_t limit) {
    TRY(std::string target, target_of(kEvents, filter_,
                                      {{"order", "oldest"},
                                       {"wait_s", std::string(wait_s)},
                                       {"limit", std::to_string(limit)},
                                       {"cursor", cursor_}}));
    for (int failures = 0;; ++failures) {
      auto page = ask(target);
      if (page) {
        cursor_ = page->at("next_cursor").get<std::string>();
        daemon_ = Daemon::kAnswers;
        return page;
      }
      if (page.error().code() != Code::kRetry || daemon_ == Daemon::kUnknown ||
          failures == kTriesMax)
        return page;
      connection_.reset();
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }

  // The leaf that comes next.
  std::uint64_t leaf() const {
    std::uint64_t leaf = 0;
    std::from_chars(cursor_.data(), cursor_.data() + cursor_.size(), leaf);
    return leaf;
  }

 private:
  static constexpr int kTriesMax = 300;

  Result<json> ask(const std::string& target) {
    if (!connection_) {
      auto connection = Connection::open(invocation_.place);
      // Its folder may be without endpoints for a moment.
      if (!connection && daemon_ == Daemon::kAnswers)
        return fail(Code::kRetry, connection.error().message());
      if (!connection) return std::unexpected(connection.error());
      connection_.emplace(std::move(*connection));
    }
    TRY(json page, connection_->get(target));
    if (page.contains("next_cursor") && page.at("next_cursor").is_string()) return page;
    return fail(Code::kInternal, "cli.strange_answer", {{"reason", "next_cursor"}});
  }

  const Invocation& invocation_;
  const AuditFilter& filter_;
  std::string cursor_;
  Daemon daemon_;
  std::optional<Connection> connection_;
};

// Events as they come, from now on, or from a time on; until it is stopped, or there were as many
// as was asked for.
Result<> follow_events(const Invocation& invocation, const AuditFilter& filter) {
  constexpr std::size_t kPage = 1000;
  EventStream stream(invocation, filter, filter.from.empty() ? "end" : "",
                     EventStream::Daemon::kUnknown);
  std::size_t left = filter.limited ? filter.limit : std::numeric_limits<std::size_t>::max();
  // The first answer comes at once: until there is one, a broken connection would begin anew at
  // what is the end by then.
  for (std::string_view wait_s = ""; left > 0; wait_s = "10") {
    TRY(const json page, stream.next(wait_s, std::min(left, kPage)));
    for (const json& event : page.at("items")) print_event(invocation, event);
    if (std::fflush(stdout) != 0) return fail(Code::kRetry, "cli.cannot_write", {{"path", "-"}});
    left -= page.at("items").size();
  }
  return {};
}

// A file that has its name once it is whole; `-` is standard output.
class ExportFile {
 public:
  explicit ExportFile(std::filesystem::path path) : path_(std::move(path)) {}
  Result<> open() {
    file_ = path_ == "-" ? stdout : std::fopen(part().c_str(), "w");
    return file_ ? Result<>() : failed();
  }
  ~ExportFile() {
    if (file_ && file_ != stdout) {
      std::fclose(file_);
      std::error_code ignored;
      std::filesystem::remove(part(), ignored);
    }
  }
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  Result<> write(const std::string& line) {
    const bool whole = std::fwrite(line.data(), 1, line.size(), file_) == line.size();
    return whole && std::fputc('\n', file_) != EOF ? Result<>() : failed();
  }
  Result<> finish() {
    if (std::fflush(file_) != 0) return failed();
    if (file_ == stdout) return {};
    std::error_code error;
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    std::filesystem::rename(part(), path_, error);
    return closed && !error ? Result<>() : failed();
  }

 private:
  std::filesystem::path part() const { return path_.string() + ".part"; }
  std::unexpected<Error> failed() const {
    return fail(Code::kRetry, "cli.cannot_write", {{"path", path_.string()}});
  }

  const std::filesystem::path path_;
  std::FILE* file_ = nullptr;
};

// The events that the checkpoint of its beginning covers, as REST's export writes them. It is told
// to the log once, by its beginning: what goes on after a break is the same export.
Result<> export_events(const Invocation& invocation, const AuditFilter& filter) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string beginning, target_of("/api/v1/audit/exports", filter, {}));
  TRY(const json begun, connection.post(beginning, json::object()));
  const json& checkpoint = begun.at("checkpoint");
  const auto size = checkpoint.at("size").get<std::uint64_t>();
  ExportFile file(filter.file);
  TRY(file.open());
  EventStream stream(invocation, filter, "", EventStream::Daemon::kAnswers);
  std::uint64_t count = 0;
  while (stream.leaf() < size) {
    TRY(const json page, stream.next("", 1000));
    for (const json& event : page.at("items")) {
      if (event.at("index").get<std::uint64_t>() >= size) break;
      TRY(file.write(
          json{{"index", event.at("index")}, {"part", event.at("part")}, {"ocsf", event.at("ocsf")}}
              .dump()));
      ++count;
    }
    if (filter.file != "-")
      show_progress(say("cli.audit.copying"), double(stream.leaf()) / double(size));
  }
  end_progress();
  TRY(file.write(json{{"complete", true}, {"events", count}, {"checkpoint", checkpoint}}.dump()));
  TRY(file.finish());
  if (filter.file == "-") return {};
  if (invocation.json)
    print_json({{"file", filter.file}, {"events", count}, {"size", size}});
  else
    print_line(
        say("cli.audit.exported", {{"events", std::to_string(count)}, {"file", filter.file}}));
  return {};
}

struct VerifyArguments {
  std::string directory, key, keys_file, extends;
  std::vector<std::string> witnesses;
  bool tree_only = false, of_hold = false;
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
  options.of_hold = arguments.of_hold;
  if (!arguments.extends.empty()) {
    TRY(options.extends, read_note(arguments.extends));
  }
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

// Null: nothing is destroyed.
json destroyed_until(const audit::VerifyReport& report) {
  return report.leaves_destroyed == 0 ? json() : json(to_us(report.destroyed_until));
}

// The earlier checkpoint that the log was found to go on from.
json extended(const audit::VerifyReport& report) {
  if (!report.extends) return nullptr;
  return {{"size", report.extends->size}, {"root", to_hex(report.extends->root)}};
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
                  {"leaves_destroyed", report->leaves_destroyed},
                  {"destroyed_until_us", destroyed_until(*report)},
                  {"hold", report->hold.empty() ? json() : json(report->hold)},
                  {"held_leaves", report->held_leaves},
                  {"looked_at", report->looked_at},
                  {"extends", extended(*report)},
                  {"verifier_key", options.verifier_key},
                  {"verifier_key_given", key_given},
                  {"root_proof", to_json(report->root_proof, witness_keys)}};
    if (arguments.events_max > 0) value["events"] = report->events;
    return print_json(value), Result<>();
  }
  const bool is_hold = !report->hold.empty();
  // A whole log, the lines of a hold, or both.
  if (!is_hold || report->leaves_checked > report->held_leaves) print_line(say("cli.audit.whole"));
  if (is_hold) print_line(say("cli.hold.whole", {{"hold", report->hold}}));
  Table facts;
  facts.add({say("cli.audit.origin"), report->origin});
  facts.add({say("cli.audit.key"), say(key_given ? "cli.audit.key_given" : "cli.audit.key_in_copy",
                                       {{"key", options.verifier_key}})});
  facts.add({say("cli.audit.leaves"),
             say("cli.audit.in_tree", {{"size", std::to_string(report->size)}})});
  facts.add({say("cli.audit.root"), report->root_hex});
  facts.add({say("cli.audit.opened"), std::to_string(report->leaves_opened)});
  if (report->extends)
    facts.add({say("cli.audit.extends"),
               say("cli.audit.extends_checkpoint", {{"size", std::to_string(report->extends->size)},
                                                    {"root", to_hex(report->extends->root)},
                                                    {"file", arguments.extends}})});
  if (report->looked_at > 0)
    facts.add({say("cli.hold.looked_at"),
               say("cli.hold.first_leaves", {{"looked_at", std::to_string(report->looked_at)},
                                             {"size", std::to_string(report->size)}})});
  if (report->leaves_destroyed > 0)
    facts.add(
        {say("cli.audit.destroyed"),
         say("cli.audit.destroyed_until", {{"destroyed", std::to_string(report->leaves_destroyed)},
                                           {"missing", std::to_string(report->leaves_deleted)},
                                           {"time", time_cell(destroyed_until(*report))}})});
  for (auto& [what, found] : describe_root_proof(report->root_proof, witness_keys))
    facts.add({what, found});
  facts.print();
  for (auto& event : report->events) print_line(event);
  return {};
}

CLI::Option* add_ended_option(CLI::App& command, AuditFilter& filter) {
  return command.add_option("--tenant", filter.tenant, say("cli.help.audit.ended"))
      ->check(CLI::PositiveNumber.description(""));
}

// What `belfry audit` alone does too.
void add_list_options(CLI::App& command, AuditFilter& filter) {
  add_filter_options(command, filter);
  CLI::Option* ended = add_ended_option(command, filter);
  command
      .add_option_function<std::size_t>(
          "--limit",
          [&filter](std::size_t limit) {
            filter.limit = limit;
            filter.limited = true;
          },
          say("cli.help.audit.limit"))
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->default_str("50");
  // Nothing comes any more.
  command.add_flag("--follow", filter.follow, say("cli.help.audit.follow"))->excludes(ended);
}

}  // namespace

void add_audit_commands(CLI::App& app, Invocation& invocation) {
  auto filter = std::make_shared<AuditFilter>();
  auto list = [&invocation, filter] {
    return filter->follow ? follow_events(invocation, *filter) : list_events(invocation, *filter);
  };
  CLI::App* audit = add_command(app, invocation, "audit", say("cli.help.audit"), list);
  add_list_options(*audit, *filter);
  add_list_options(*add_command(*audit, invocation, "list", say("cli.help.audit.list"), list),
                   *filter);
  CLI::App* whole =
      add_command(*audit, invocation, "export", say("cli.help.audit.export"),
                  [&invocation, filter] { return export_events(invocation, *filter); });
  add_filter_options(*whole, *filter);
  add_ended_option(*whole, *filter);
  whole->add_option("file", filter->file, say("cli.help.audit.file"))->required();

  add_hold_commands(*audit, invocation);
  auto arguments = std::make_shared<VerifyArguments>();
  add_command(*audit, invocation, "fetch", say("cli.help.audit.fetch"),
              [&invocation, arguments] { return fetch_log(invocation, arguments->directory); })
      ->add_option("directory", arguments->directory, say("cli.help.audit.directory"))
      ->required();
  CLI::App* command =
      add_command(app, invocation, "verify", say("cli.help.verify"),
                  [&invocation, arguments] { return verify(invocation, *arguments); });
  command->add_option("directory", arguments->directory, say("cli.help.verify.directory"))
      ->required();
  command->add_option("--key", arguments->key, say("cli.help.verify.key"));
  command->add_option("--keys-file", arguments->keys_file, say("cli.help.verify.keys_file"));
  command->add_flag("--hold", arguments->of_hold, say("cli.help.verify.hold"));
  command->add_option("--extends", arguments->extends, say("cli.help.verify.extends"));
  command->add_option("--witness", arguments->witnesses, say("cli.help.verify.witness"));
  command->add_flag("--tree-only", arguments->tree_only, say("cli.help.verify.tree_only"));
  command->add_option("--events", arguments->events_max, say("cli.help.verify.events"));
}

}  // namespace belfry::command_line
