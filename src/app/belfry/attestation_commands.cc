// belfry attestation: what customers say of themselves, because nobody else can see it.
#include "base/ascii.h"
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"
#include "person_session.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

// Where a customer may be named.
constexpr const char* kNameCustomer = "cli.attestation.name_customer";
constexpr std::string_view kAttestations = "/api/v1/attestations";
constexpr std::string_view kTopics = "/api/v1/attestation-topics";

struct Arguments {
  std::string topic, tenant, reason;
  std::vector<std::string> administrators;
  std::int64_t agreed_version = 0;
  SignInArguments who;
};

struct Topic {
  const char *name, *message;
};
constexpr Topic kKnownTopics[] = {{"access_management", "cli.attestation.topic.access_management"},
                                  {"guest_access", "cli.attestation.topic.guest_access"},
                                  {"staff", "cli.attestation.topic.staff"},
                                  {"skills", "cli.attestation.topic.skills"},
                                  {"instructions", "cli.attestation.topic.instructions"}};

// What a topic is about; of one that a newer daemon has, its name.
std::string about(const json& topic) {
  for (const Topic& known : kKnownTopics)
    if (topic == known.name) return say(known.message);
  return cell(topic);
}

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const Topic& known : kKnownTopics) names.emplace_back(known.name);
  return names;
}

std::string text_in_language(const json& topic) {
  return text_at(topic.at("text"), language() == text::Language::kFrench ? "fr" : "en");
}

std::string names_of(const json& administrators) {
  std::string names;
  for (const json& each : administrators)
    names += (names.empty() ? "" : ", ") + text_at(each, "name");
  return names;
}

// As the query of a list that may be another tenant's.
Result<std::string> query_of(Connection& connection, const std::string& tenant) {
  if (tenant.empty()) return "?";
  TRY(const std::string id, find_tenant(connection, tenant));
  return "?tenant=" + id + "&";
}

// `nothing`: what is said where nothing is asked.
Result<json> find_topic(Connection& connection, const std::string& query, const std::string& name,
                        const char* nothing = "cli.attestation.nothing_asked") {
  TRY(const json topics, connection.get(std::string(kTopics) + query));
  for (const json& topic : topics.at("items"))
    if (topic.at("topic") == name) return topic;
  return fail(Code::kConflict, nothing);
}

Result<> list(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string query, query_of(connection, arguments.tenant));
  TRY(const json topics, connection.get(std::string(kTopics) + query));
  if (invocation.json) return print_json(topics.at("items")), Result<>();
  if (topics.at("items").empty()) return print_line(say(kNameCustomer)), Result<>();
  Table table({"cli.head.topic", "cli.head.about", "cli.head.measure", "cli.head.state",
               "cli.head.signed_by", "cli.head.signed", "cli.head.expires"});
  for (const json& topic : topics.at("items")) {
    const json& newest = topic.at("attestation");
    const auto field = [&](const char* name) {
      return newest.is_null() ? json(nullptr) : newest.at(name);
    };
    table.add({cell(topic.at("topic")), about(topic.at("topic")), cell(topic.at("measure")),
               code_cell(topic.at("state")), cell(field("signed_by_name")),
               time_cell(field("signed_us")), time_cell(field("expires_us"))});
  }
  table.print();
  return {};
}

void print_signed(const json& attestations) {
  Table table({"cli.head.version", "cli.head.signed_by", "cli.head.signed", "cli.head.expires",
               "cli.head.withdrawn", "cli.head.reason"});
  for (const json& each : attestations)
    table.add({cell(each.at("version")), cell(each.at("signed_by_name")),
               time_cell(each.at("signed_us")), time_cell(each.at("expires_us")),
               time_cell(each.at("withdrawn_us")), cell(each.at("withdrawn_reason"))});
  table.print();
}

Result<> show(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string query, query_of(connection, arguments.tenant));
  TRY(json topic, find_topic(connection, query, arguments.topic, kNameCustomer));
  TRY(const json history, connection.get_list(std::string(kAttestations) + query +
                                              "topic=" + path_segment(arguments.topic)));
  if (invocation.json) {
    topic["history"] = history;
    return print_json(topic), Result<>();
  }
  print_line(text_in_language(topic) + "\n");
  Table facts;
  facts.add({say("cli.head.version"), cell(topic.at("version"))});
  facts.add({say("cli.head.state"), code_cell(topic.at("state"))});
  if (const json& newest = topic.at("attestation");
      topic.at("names_administrators").get<bool>() && !newest.is_null())
    facts.add({say("cli.attestation.managers"), names_of(newest.at("administrators"))});
  facts.print();
  if (history.empty()) return {};
  print_line("");
  print_signed(history);
  return {};
}

// Whether the person agrees to the text: said by an option, or typed below the text.
bool is_agreed(const Arguments& arguments, const json& topic) {
  if (arguments.agreed_version != 0) return true;
  print_line(text_in_language(topic) + "\n");
  const std::string typed =
      ask(say("cli.attestation.agree", {{"version", cell(topic.at("version"))}}), Echo::kShown);
  return to_lower(typed) == say("cli.attestation.yes");
}

Result<json> sign_by(Connection& connection, const Arguments& arguments) {
  TRY(const json topic, find_topic(connection, "?", arguments.topic));
  json wanted = {{"topic", arguments.topic},
                 {"version", topic.at("version")},
                 {"text_sha256", topic.at("text_sha256")},
                 {"language", language() == text::Language::kFrench ? "fr" : "en"},
                 {"administrators", json::array()}};
  for (const std::string& name : arguments.administrators) {
    TRY(const json user, find_user(connection, name));
    wanted["administrators"].push_back(user.at("id"));
  }
  if (arguments.agreed_version != 0 && topic.at("version") != arguments.agreed_version)
    return fail(Code::kConflict, "cli.attestation.other_version",
                {{"version", cell(topic.at("version"))}});
  if (!is_agreed(arguments, topic)) return fail(Code::kConflict, "cli.attestation.not_signed");
  return connection.post(std::string(kAttestations), wanted);
}

Result<json> withdraw_by(Connection& connection, const Arguments& arguments) {
  TRY(const json topic, find_topic(connection, "?", arguments.topic));
  const json& newest = topic.at("attestation");
  if (newest.is_null())
    return fail(Code::kNotFound, "cli.attestation.none_in_force", {{"topic", arguments.topic}});
  return connection.post(
      std::string(kAttestations) + "/" + path_segment(text_at(newest, "id")) + "/withdraw",
      {{"reason", arguments.reason}});
}

// A token is nobody who could sign: a session is opened for it, and ended again.
Result<json> in_session(const Invocation& invocation, const Arguments& arguments,
                        Result<json> (*act)(Connection&, const Arguments&)) {
  TRY(Profile profile, resolve(invocation.place));
  profile.token.clear();
  TRY(auto connection, Connection::open_unauthenticated(profile));
  TRY(sign_in(connection, arguments.who));
  auto outcome = act(connection, arguments);
  auto ended = sign_out(connection);
  if (!outcome) return outcome;
  if (!ended) return std::unexpected(ended.error());
  return outcome;
}

Result<> sign(const Invocation& invocation, const Arguments& arguments) {
  TRY(const json made, in_session(invocation, arguments, sign_by));
  if (invocation.json) return print_json(made), Result<>();
  print_line(say("cli.attestation.signed", {{"until", time_cell(made.at("expires_us"))}}));
  return {};
}

Result<> withdraw(const Invocation& invocation, const Arguments& arguments) {
  TRY(const json withdrawn, in_session(invocation, arguments, withdraw_by));
  if (invocation.json) return print_json(withdrawn), Result<>();
  print_line(say("cli.attestation.withdrawn", {{"topic", arguments.topic}}));
  return {};
}

}  // namespace

void add_attestation_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "attestation", say("cli.help.attestation"));
  const auto add = [&](const char* name, const std::string& help,
                       Result<> (*run)(const Invocation&, const Arguments&)) {
    return add_command(*group, invocation, name, help,
                       [&invocation, arguments, run] { return run(invocation, *arguments); });
  };
  CLI::App* listed = add("list", say("cli.help.attestation.list"), list);
  CLI::App* shown = add("show", say("cli.help.attestation.show"), show);
  CLI::App* is_signed = add("sign", say("cli.help.attestation.sign"), sign);
  CLI::App* withdrawn = add("withdraw", say("cli.help.attestation.withdraw"), withdraw);
  for (CLI::App* command : {shown, is_signed, withdrawn})
    command->add_option("topic", arguments->topic, say("cli.help.attestation.topic"))
        ->required()
        ->check(CLI::IsMember(topic_names()));
  for (CLI::App* command : {listed, shown})
    command->add_option("--tenant", arguments->tenant, say("cli.help.attestation.tenant"));
  for (CLI::App* command : {is_signed, withdrawn}) add_sign_in_options(*command, arguments->who);
  is_signed->add_option("--administrator", arguments->administrators,
                        say("cli.help.attestation.administrator"));
  is_signed->add_option("--agree", arguments->agreed_version, say("cli.help.attestation.agree"));
  withdrawn->add_option("--why", arguments->reason, say("cli.help.attestation.why"))->required();
}

}  // namespace belfry::command_line
