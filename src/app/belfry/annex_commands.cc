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
  return (filter.section.empty() || measure.at("section") == filter.section) &&
         (filter.party.empty() || measure.at("party") == filter.party) &&
         (filter.verdict.empty() || measure.at("verdict") == filter.verdict) &&
         (!filter.bound || measure.at("bound") == true);
}

std::string own_language(const json& text) {
  if (!text.is_object()) return "";
  bool french = text::system_language() == text::Language::kFrench;
  return text.at(french ? "fr" : "en").get<std::string>();
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
    table.add({cell(measure.at("id")), cell(measure.at("party")), cell(measure.at("verdict")),
               cell(measure.at("proof")), cell(measure.at("population")),
               cell(measure.at("violations")), time_cell(measure.at("checked_at_us")),
               own_language(measure.at("text"))});
  table.print();
  return {};
}

std::string joined(const json& values) {
  std::string text;
  for (auto& value : values) text += (text.empty() ? "" : ", ") + cell(value);
  return text;
}

void print_measure(const json& measure) {
  print_line(cell(measure.at("id")) + "  section " + cell(measure.at("section")) + ", " +
             cell(measure.at("party")));
  if (measure.at("text").is_object()) print_line(own_language(measure.at("text")));
  print_line("verdict     " + cell(measure.at("verdict")) + " (" + cell(measure.at("proof")) + ")");
  print_line("population  " + cell(measure.at("population")) + ", violations " +
             cell(measure.at("violations")));
  print_line("checked     " + time_cell(measure.at("checked_at_us")) + " UTC, ledger index " +
             cell(measure.at("ledger_index")));
  for (auto& parameter : measure.at("parameters"))
    print_line("parameter   " + cell(parameter.at("name")) + " = " + cell(parameter.at("value")) +
               " " + cell(parameter.at("unit")) + " (" + cell(parameter.at("source")) + ")");
  for (auto& list : measure.at("lists"))
    print_line("list        " + cell(list.at("name")) + " = " + joined(list.at("values")) + " (" +
               cell(list.at("source")) + ")");
  if (measure.at("rows").empty()) return;
  print_line("");
  Table table({"SUBJECT", "STATUS", "REASON"});
  for (auto& row : measure.at("rows"))
    table.add({cell(row.at("subject")), row.at("pass") == true ? "pass" : "fail",
               cell(row.at("reason"))});
  table.print();
  print_line("");
  print_line("belfry measure proof " + cell(measure.at("id")) +
             " SUBJECT shows that the ledger has a row of yours.");
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

// docs/formats/measure.md says how to check it.
Result<> prove_row(const Invocation& invocation, const std::string& id,
                   const std::string& subject) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json proof, connection.get("/api/v1/annex/" + path_segment(id) +
                                 "/proof?subject=" + path_segment(subject)));
  if (invocation.json) return print_json(proof), Result<>();
  print_line("row        " + cell(proof.at("row").at("subject")) + ": " +
             (proof.at("row").at("pass") == true ? "pass" : "fail") + ", " +
             cell(proof.at("row").at("reason")));
  print_line("tenant     " + cell(proof.at("tenant")));
  print_line("salt       " + cell(proof.at("salt")));
  print_line("leaf       " + cell(proof.at("position")) + " of " + cell(proof.at("tree_size")));
  for (auto& hash : proof.at("path")) print_line("path       " + cell(hash));
  print_line("root       " + cell(proof.at("rows_root")));
  print_line("evidence   leaf " + cell(proof.at("ledger_index")) + " of " +
             cell(proof.at("log_origin")));
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
  auto subject = std::make_shared<std::string>();
  CLI::App* proof =
      add_command(*measure, invocation, "proof",
                  "A row of yours, with the path from it to the root that the ledger has",
                  [&invocation, id, subject] { return prove_row(invocation, *id, *subject); });
  proof->add_option("measure", *id, "For example S06-P-20")->required();
  proof->add_option("subject", *subject, "As `measure show` names it")->required();
}

}  // namespace belfry::command_line
