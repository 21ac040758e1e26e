// belfry annex, measure.
#include "commands.h"
#include "output.h"

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
  return text.at(language() == text::Language::kFrench ? "fr" : "en").get<std::string>();
}

Result<> show_annex(const Invocation& invocation, const Filter& filter) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json annex, connection.get("/api/v1/annex"));
  json chosen = json::array();
  for (auto& measure : annex)
    if (matches(filter, measure)) chosen.push_back(measure);
  if (invocation.json) return print_json(chosen), Result<>();
  Table table({"cli.head.measure", "cli.head.party", "cli.head.verdict", "cli.head.proof",
               "cli.head.population", "cli.head.violations", "cli.head.checked", "cli.head.text"});
  for (auto& measure : chosen)
    table.add({cell(measure.at("id")), code_cell(measure.at("party")),
               code_cell(measure.at("verdict")), code_cell(measure.at("proof")),
               cell(measure.at("population")), cell(measure.at("violations")),
               time_cell(measure.at("checked_at_us")), own_language(measure.at("text"))});
  table.print();
  return {};
}

std::string joined(const json& values) {
  std::string text;
  for (auto& value : values) text += (text.empty() ? "" : ", ") + cell(value);
  return text;
}

void print_measure(const json& measure) {
  print_line(cell(measure.at("id")) + "  " +
             say("cli.measure.section", {{"section", cell(measure.at("section"))},
                                         {"party", code_cell(measure.at("party"))}}));
  if (measure.at("text").is_object()) print_line(own_language(measure.at("text")));
  Table facts;
  facts.add({say("cli.measure.verdict"),
             code_cell(measure.at("verdict")) + " (" + code_cell(measure.at("proof")) + ")"});
  facts.add({say("cli.measure.population"),
             say("cli.measure.counted", {{"population", cell(measure.at("population"))},
                                         {"violations", cell(measure.at("violations"))}})});
  facts.add({say("cli.measure.checked"),
             say("cli.measure.when", {{"time", time_cell(measure.at("checked_at_us"))},
                                      {"index", cell(measure.at("ledger_index"))}})});
  for (auto& parameter : measure.at("parameters"))
    facts.add({say("cli.measure.parameter"),
               cell(parameter.at("name")) + " = " + cell(parameter.at("value")) + " " +
                   cell(parameter.at("unit")) + " (" + code_cell(parameter.at("source")) + ")"});
  for (auto& list : measure.at("lists"))
    facts.add({say("cli.measure.list"), cell(list.at("name")) + " = " + joined(list.at("values")) +
                                            " (" + code_cell(list.at("source")) + ")"});
  facts.print();
  if (measure.at("rows").empty()) return;
  print_line("");
  Table table({"cli.head.subject", "cli.head.status", "cli.head.reason"});
  for (auto& row : measure.at("rows"))
    table.add({cell(row.at("subject_text")), code_cell(row.at("pass") == true ? "pass" : "fail"),
               cell(row.at("reason"))});
  table.print();
  print_line("");
  print_line(say("cli.measure.prove", {{"measure", cell(measure.at("id"))}}));
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
  const json& row = proof.at("row");
  Table facts;
  facts.add({say("cli.proof.row"),
             say("cli.proof.says", {{"subject", cell(row.at("subject_text"))},
                                    {"status", code_cell(row.at("pass") == true ? "pass" : "fail")},
                                    {"reason", cell(row.at("reason"))}})});
  facts.add({say("cli.proof.recorded"),
             cell(row.at("subject")) + ": " + cell(row.at("recorded_reason"))});
  facts.add({say("cli.proof.tenant"), cell(proof.at("tenant"))});
  facts.add({say("cli.proof.salt"), cell(proof.at("salt"))});
  facts.add(
      {say("cli.proof.leaf"), say("cli.proof.position", {{"position", cell(proof.at("position"))},
                                                         {"size", cell(proof.at("tree_size"))}})});
  for (auto& hash : proof.at("path")) facts.add({say("cli.proof.path"), cell(hash)});
  facts.add({say("cli.proof.root"), cell(proof.at("rows_root"))});
  facts.add(
      {say("cli.proof.evidence"), say("cli.proof.index", {{"index", cell(proof.at("ledger_index"))},
                                                          {"log", cell(proof.at("log_origin"))}})});
  facts.print();
  return {};
}

}  // namespace

void add_annex_commands(CLI::App& app, Invocation& invocation) {
  auto filter = std::make_shared<Filter>();
  CLI::App* annex = add_command(app, invocation, "annex", say("cli.help.annex"),
                                [&invocation, filter] { return show_annex(invocation, *filter); });
  annex->add_option("--section", filter->section, say("cli.help.annex.section"));
  annex->add_option("--party", filter->party, say("cli.help.annex.party"))
      ->check(CLI::IsMember({"provider", "client"}));
  annex->add_option("--verdict", filter->verdict, say("cli.help.annex.verdict"))
      ->check(CLI::IsMember({"pass", "fail", "no_data", "stale", "error"}));
  annex->add_flag("--bound", filter->bound, say("cli.help.annex.bound"));

  auto id = std::make_shared<std::string>();
  CLI::App* measure = add_group(app, "measure", say("cli.help.measure"));
  add_command(*measure, invocation, "show", say("cli.help.measure.show"),
              [&invocation, id] { return show_measure(invocation, *id); })
      ->add_option("measure", *id, say("cli.help.measure.id"))
      ->required();
  add_command(*measure, invocation, "check", say("cli.help.measure.check"),
              [&invocation, id] { return check_measure(invocation, *id); })
      ->add_option("measure", *id, say("cli.help.measure.id"))
      ->required();
  auto subject = std::make_shared<std::string>();
  CLI::App* proof =
      add_command(*measure, invocation, "proof", say("cli.help.measure.proof"),
                  [&invocation, id, subject] { return prove_row(invocation, *id, *subject); });
  proof->add_option("measure", *id, say("cli.help.measure.id"))->required();
  proof->add_option("subject", *subject, say("cli.help.measure.subject"))->required();
}

}  // namespace belfry::command_line
