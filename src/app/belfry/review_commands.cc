// belfry review.
#include "commands.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <utility>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct NewReview {
  std::string name, scope = "all", profile;
  std::vector<std::string> reviewers;
  std::int64_t due_days = 30, repeat_days = 0;
};

std::string place_of(const std::string& id, const std::string& more = "") {
  return "/api/v1/reviews/" + path_segment(id) + more;
}

std::vector<std::string> cells_of(const json& review) {
  return {cell(review.at("id")),          cell(review.at("name")),
          code_cell(review.at("scope")),  time_cell(review.at("opened_us")),
          time_cell(review.at("due_us")), time_cell(review.at("completed_us")),
          cell(review.at("items")),       cell(review.at("pending")),
          cell(review.at("alarms"))};
}

Result<> print_reviews(const Invocation& invocation, const json& answer, const json& reviews) {
  if (invocation.json) return print_json(answer), Result<>();
  Table table({"cli.head.review", "cli.head.name", "cli.head.scope", "cli.head.opened",
               "cli.head.due", "cli.head.completed", "cli.head.items", "cli.head.undecided",
               "cli.head.alarms"});
  for (const json& review : reviews) table.add(cells_of(review));
  table.print();
  return {};
}

Result<> list_reviews(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json reviews, connection.get_list("/api/v1/reviews"));
  return print_reviews(invocation, reviews, reviews);
}

Result<> open_review(const Invocation& invocation, const NewReview& wanted) {
  TRY(auto connection, Connection::open(invocation.place));
  json body = {{"name", wanted.name},
               {"scope", wanted.profile.empty() ? wanted.scope : "profile"},
               {"due_days", wanted.due_days},
               {"repeat_days", wanted.repeat_days},
               {"reviewers", json::array()}};
  if (!wanted.profile.empty()) {
    TRY(json choices, connection.get("/api/v1/request-choices"));
    TRY(body["profile"], id_among(choices.at("profiles"), wanted.profile));
  }
  for (const std::string& reviewer : wanted.reviewers) {
    TRY(const json person, find_user(connection, reviewer));
    body["reviewers"].push_back(person.at("id"));
  }
  TRY(json review, connection.post("/api/v1/reviews", body));
  return print_reviews(invocation, review, json::array({review}));
}

Result<> show_review(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json items, connection.get_list(place_of(id, "/items")));
  if (invocation.json) return print_json(items), Result<>();
  Table table({"cli.head.item", "cli.head.kind", "cli.head.holder", "cli.head.right",
               "cli.head.privileged", "cli.head.since", "cli.head.last_seen", "cli.head.decision",
               "cli.head.decided_by", "cli.head.reason"});
  for (const json& item : items) {
    const json& grant = item.at("grant");
    std::string decision = code_cell(item.at("decision"));
    if (item.at("alarm").is_string()) decision += " (" + code_cell(item.at("alarm")) + ")";
    table.add({cell(item.at("id")), code_cell(grant.at("kind")), cell(grant.at("holder")),
               right_cell(grant), cell(grant.at("privileged")), time_cell(grant.at("since_us")),
               time_cell(item.at("last_used_us")), std::move(decision),
               cell(item.at("decided_by_name")), cell(item.at("reason"))});
  }
  table.print();
  return {};
}

// A cell of CSV (RFC 4180). What a spreadsheet would take for a formula is text.
std::string quoted(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").contains(text.front())) text.insert(0, "'");
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  return out + "\"";
}

// The names of the columns are the fields' of the REST API: programs read them.
Result<> export_review(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json items, connection.get_list(place_of(id, "/items")));
  constexpr const char* kOfGrant[] = {"kind",   "holder",   "name",      "privileged",
                                      "origin", "since_us", "expires_us"};
  constexpr const char* kOfItem[] = {"last_used_us", "decision",   "reason", "decided_by_name",
                                     "decided_us",   "applied_us", "alarm"};
  std::string head("item");
  for (const char* name : kOfGrant) head += std::string(",") + name;
  for (const char* name : kOfItem) head += std::string(",") + name;
  std::cout << head << "\n";
  const auto text_of = [](const json& value) {
    if (value.is_null()) return std::string();
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  for (const json& item : items) {
    std::string line = quoted(text_of(item.at("id")));
    for (const char* name : kOfGrant) line += "," + quoted(text_of(item.at("grant").at(name)));
    for (const char* name : kOfItem) line += "," + quoted(text_of(item.at(name)));
    std::cout << line << "\n";
  }
  return {};
}

Result<> decide_item(const Invocation& invocation, const std::string& review,
                     const std::string& item, const std::string& decision,
                     const std::string& reason) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.put(place_of(review, "/items/" + path_segment(item)),
                     json({{"decision", decision}, {"reason", reason}}).dump()));
  return {};
}

void add_open_command(CLI::App& group, Invocation& invocation) {
  auto wanted = std::make_shared<NewReview>();
  CLI::App* open = add_command(group, invocation, "open", say("cli.help.review.open"),
                               [&invocation, wanted] { return open_review(invocation, *wanted); });
  open->add_option("name", wanted->name, say("cli.help.review.name"))->required();
  open->add_option("--scope", wanted->scope, say("cli.help.review.scope"))
      ->check(CLI::IsMember({"all", "privileged"}));
  open->add_option("--profile", wanted->profile, say("cli.help.review.profile"));
  open->add_option("--reviewer", wanted->reviewers, say("cli.help.review.reviewer"));
  open->add_option("--due-days", wanted->due_days, say("cli.help.review.due"))
      ->capture_default_str();
  open->add_option("--every-days", wanted->repeat_days, say("cli.help.review.every"));
}

}  // namespace

void add_review_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* group = add_group(app, "review", say("cli.help.review"));
  add_command(*group, invocation, "list", say("cli.help.review.list"),
              [&invocation] { return list_reviews(invocation); });
  add_open_command(*group, invocation);
  auto review = std::make_shared<std::string>();
  add_command(*group, invocation, "show", say("cli.help.review.show"),
              [&invocation, review] { return show_review(invocation, *review); })
      ->add_option("review", *review, say("cli.help.review.id"))
      ->required();
  add_command(*group, invocation, "export", say("cli.help.review.export"),
              [&invocation, review] { return export_review(invocation, *review); })
      ->add_option("review", *review, say("cli.help.review.id"))
      ->required();
  auto item = std::make_shared<std::string>();
  auto reason = std::make_shared<std::string>();
  const auto add_decision = [&](const char* decision, const std::string& help) {
    CLI::App* command = add_command(
        *group, invocation, decision, help, [&invocation, review, item, reason, decision] {
          return decide_item(invocation, *review, *item, decision, *reason);
        });
    command->add_option("review", *review, say("cli.help.review.id"))->required();
    command->add_option("item", *item, say("cli.help.review.item"))->required();
    command->add_option("--reason", *reason, say("cli.help.request.decision"));
  };
  add_decision("keep", say("cli.help.review.keep"));
  add_decision("remove", say("cli.help.review.remove"));
}

}  // namespace belfry::command_line
