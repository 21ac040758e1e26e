// belfry annex, measure.
#include "commands.h"
#include "output.h"
#include "text/catalogue.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct Filter {
  std::string section, party, verdict;
  bool bound = false;
};

bool matches(const Filter& filter, const json& measure) {
  return (filter.section.empty() || measure["section"] == filter.section) &&
         (filter.party.empty() || measure["party"] == filter.party) &&
         (filter.verdict.empty() || measure["verdict"] == filter.verdict) &&
         (!filter.bound || measure["bound"] == true);
}

std::string own_language(const json& text) {
  if (!text.is_object()) return "";
  bool french = text::system_language() == text::Language::kFrench;
  return text[french ? "fr" : "en"].get<std::string>();
}

Result<> show_annex(const Invocation& invocation, const Filter& filter) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json annex, connection.get("/api/v1/annex"));
  json chosen = json::array();
  for (auto& measure : annex)
    if (matches(filter, measure)) chosen.push_back(measure);
  if (invocation.json) return print_json(chosen), Result<>();
  Table table({"MEASURE", "PARTY", "VERDICT", "PROOF", "POPULATION", "VIOLATIONS", "CHECKED (UTC)",
               "TEXT"});
  for (auto& measure : chosen)
    table.add({cell(measure["id"]), cell(measure["party"]), cell(measure["verdict"]),
               cell(measure["proof"]), cell(measure["population"]), cell(measure["violations"]),
               time_cell(measure["checked_at_us"]), own_language(measure["text"])});
  table.print();
  return {};
}

void print_measure(const json& measure) {
  print_line(cell(measure["id"]) + "  section " + cell(measure["section"]) + ", " +
             cell(measure["party"]));
  if (measure["text"].is_object()) print_line(own_language(measure["text"]));
  print_line("verdict     " + cell(measure["verdict"]) + " (" + cell(measure["proof"]) + ")");
  print_line("population  " + cell(measure["population"]) + ", violations " +
             cell(measure["violations"]));
  print_line("checked     " + time_cell(measure["checked_at_us"]) + " UTC, ledger index " +
             cell(measure["ledger_index"]));
  for (auto& parameter : measure["parameters"])
    print_line("parameter   " + cell(parameter["name"]) + " = " + cell(parameter["value"]) + " " +
               cell(parameter["unit"]) + " (" + cell(parameter["source"]) + ")");
  if (measure["rows"].empty()) return;
  print_line("");
  Table table({"SUBJECT", "STATUS", "REASON"});
  for (auto& row : measure["rows"])
    table.add({cell(row["subject"]), row["pass"] == true ? "pass" : "fail", cell(row["reason"])});
  table.print();
}

Result<> show_measure(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json measure, connection.get("/api/v1/annex/" + id));
  if (invocation.json)
    print_json(measure);
  else
    print_measure(measure);
  return {};
}

Result<> check_measure(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json measure, connection.post("/api/v1/annex/" + id + "/check", nullptr));
  if (invocation.json)
    print_json(measure);
  else
    print_measure(measure);
  return {};
}

}  // namespace

void add_annex_commands(CLI::App& app, Invocation& invocation) {
  auto filter = std::make_shared<Filter>();
  CLI::App* annex =
      add_command(app, invocation, "annex", "Every promise with its verdict and proof",
                  [&invocation, filter] { return show_annex(invocation, *filter); });
  annex->add_option("--section", filter->section, "Only this section: 1 ... 10, 5a, 6a, 7b");
  annex->add_option("--party", filter->party, "Only this party's")
      ->check(CLI::IsMember({"provider", "client"}));
  annex->add_option("--verdict", filter->verdict, "Only with this verdict")
      ->check(CLI::IsMember({"pass", "fail", "no_data", "stale", "error"}));
  annex->add_flag("--bound", filter->bound, "Only measures that have a check");

  auto id = std::make_shared<std::string>();
  CLI::App* measure = app.add_subcommand("measure", "One measure")->require_subcommand(1);
  add_command(*measure, invocation, "show", "Its last evaluation, failing resources first",
              [&invocation, id] { return show_measure(invocation, *id); })
      ->add_option("measure", *id, "For example S06-P-20")
      ->required();
  add_command(*measure, invocation, "check", "Collect fresh facts and check it now",
              [&invocation, id] { return check_measure(invocation, *id); })
      ->add_option("measure", *id, "For example S06-P-20")
      ->required();
}

}  // namespace belfry::command_line
