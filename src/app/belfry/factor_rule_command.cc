// belfry factor-rule: who of the organisation needs a second factor.
#include "commands.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr const char* kPlace = "/api/v1/factor-rule";

// Without a rule, which one holds.
Result<> factor_rule(const Invocation& invocation, const std::string& needed_by) {
  TRY(auto connection, Connection::open(invocation.place));
  json rule;
  if (needed_by.empty()) {
    TRY(rule, connection.get(kPlace));
  } else {
    TRY(rule, connection.put(kPlace, json({{"needed_by", needed_by}}).dump()));
  }
  if (invocation.json) return print_json(rule), Result<>();
  const bool of_everybody = rule.at("needed_by") == "everybody";
  print_line(say(
      of_everybody ? "cli.factor_rule.everybody" : "cli.factor_rule.privileged",
      {{"people", cell(rule.at("people"))}, {"without_factor", cell(rule.at("without_factor"))}}));
  return {};
}

}  // namespace

void add_factor_rule_command(CLI::App& app, Invocation& invocation) {
  auto rule = std::make_shared<std::string>();
  add_command(app, invocation, "factor-rule", say("cli.help.factor_rule"),
              [&invocation, rule] { return factor_rule(invocation, *rule); })
      ->add_option("rule", *rule, say("cli.help.factor_rule.value"))
      ->check(CLI::IsMember({"privileged", "everybody"}));
}

}  // namespace belfry::command_line
