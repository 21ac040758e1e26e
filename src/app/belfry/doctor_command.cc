// belfry doctor.
#include "commands.h"
#include "output.h"
#include "provider/doctor.h"
#include "runtime/clock.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;
using provider::Condition;

std::string_view name_of(Condition condition) {
  switch (condition) {
    case Condition::kGood:
      return "good";
    case Condition::kRebuilt:
      return "rebuilt";
    case Condition::kDegraded:
      return "degraded";
    case Condition::kLost:
      return "lost";
  }
  return "lost";
}

Result<> doctor(const Invocation& invocation, const std::string& config) {
  if (invocation.place.data.empty()) return fail(Code::kInvalid, "cli.no_data_named");
  TRY(auto findings, provider::examine(config, invocation.place.data, make_system_clock()->now()));
  std::size_t lost = 0;
  json list = json::array();
  Table table({"cli.head.what", "cli.head.condition", "cli.head.meaning"});
  for (const provider::Finding& finding : findings) {
    lost += finding.condition == Condition::kLost;
    std::string meaning = text::text(finding.message, language());
    std::string condition(name_of(finding.condition));
    table.add({text::text(finding.subject, language()), code_cell(condition), meaning});
    // Scripts know what it is about by its English name.
    list.push_back({{"subject", text::text(finding.subject, text::Language::kEnglish)},
                    {"condition", condition},
                    {"meaning", meaning}});
  }
  if (invocation.json)
    print_json({{"findings", std::move(list)}, {"lost", lost}});
  else
    table.print();
  if (lost == 0) return {};
  return fail(Code::kCorrupt, "cli.something_lost", {{"count", std::to_string(lost)}});
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& invocation) {
  auto config = std::make_shared<std::string>();
  add_command(app, invocation, "doctor", say("cli.help.doctor"),
              [&invocation, config] { return doctor(invocation, *config); })
      ->add_option("--config", *config, say("cli.help.doctor.config"))
      ->envname("BELFRY_CONFIG")
      ->required();
}

}  // namespace belfry::command_line
