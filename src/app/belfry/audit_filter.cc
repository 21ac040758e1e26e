#include "audit_filter.h"

#include "base/time.h"
#include "output.h"

namespace belfry::command_line {

Result<std::string> time_of(const std::string& text) {
  if (text.empty()) return "";
  auto time = parse_rfc3339(text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
  if (!time) return fail(Code::kInvalid, "cli.bad_time", {{"time", text}});
  return std::to_string(to_us(*time));
}

void add_filter_options(CLI::App& command, AuditFilter& filter) {
  command.add_option("--from", filter.from, say("cli.help.audit.from"));
  command.add_option("--until", filter.until, say("cli.help.audit.until"));
  command.add_option("--actor", filter.actor, say("cli.help.audit.actor"));
  command.add_option("--action", filter.action, say("cli.help.audit.action"));
  command.add_option("--resource", filter.resource, say("cli.help.audit.resource"));
  command.add_option("--outcome", filter.outcome, say("cli.help.audit.outcome"))
      ->check(CLI::IsMember({"success", "failure"}));
  command.add_option("--source", filter.source, say("cli.help.audit.source"));
  command.add_option("--class", filter.event_class, say("cli.help.audit.class"));
  command.add_option("--reason", filter.reason, say("cli.help.audit.reason"));
  command.add_option("--detail", filter.details, say("cli.help.audit.detail"))
      ->expected(1)
      ->take_all();
}

std::string tile_number(std::uint64_t number) {
  auto three = [](std::uint64_t value) {
    std::string digits = std::to_string(value);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string text = three(number % 1000);
  for (number /= 1000; number > 0; number /= 1000) text = "x" + three(number % 1000) + "/" + text;
  return text;
}

}  // namespace belfry::command_line
