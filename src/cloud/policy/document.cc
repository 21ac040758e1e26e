// From the text of a document to its statements.
#include "base/ascii.h"
#include "base/json_text.h"
#include "base/text_encoding.h"
#include "policy/policy.h"
#include "statement.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace belfry::policy {
namespace {

using nlohmann::json;

constexpr std::size_t kDepthMax = 8;
// Twelve are usual; a number of 64 bits has more.
constexpr std::size_t kAccountDigits = 12, kAccountDigitsMax = 19;
constexpr std::string_view kWhole = "document";  // where, of what no element is to blame for
constexpr std::string_view kVersion = "2012-10-17", kVersionBefore = "2008-10-17";

std::unexpected<Error> bad(std::string_view message, std::string_view where,
                           std::initializer_list<Argument> arguments = {}) {
  auto error = fail(Code::kInvalid, message, arguments);
  error.error().with("where", where);
  return error;
}

// The error of a part, told with its place.
template <class T>
Result<T> at(std::string_view where, Result<T> part) {
  if (!part) part.error().with("where", where);
  return part;
}

std::string join(std::string_view where, std::string_view key) {
  return std::string(where) + "." + std::string(key);
}

// What JSON leaves open, and what would hide one element behind another, is refused: the same key
// twice in one object, depth without end, octets that are no UTF-8.
Result<json> parse(std::string_view text) {
  if (text.size() > kDocumentOctetsMax)
    return bad("policy.too_long", kWhole, {{"octets_max", std::to_string(kDocumentOctetsMax)}});
  if (const auto fault = fault_of_json(text, kDepthMax)) {
    if (fault->kind == JsonFault::Kind::kTooDeep) return bad("policy.too_deep", kWhole);
    if (fault->kind == JsonFault::Kind::kNotJson) return bad("policy.not_json", kWhole);
    return bad("policy.element_twice", kWhole, {{"element", fault->name}});
  }
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

Result<> check_elements(const json& object, std::string_view where,
                        std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(known, std::string_view(key)) == known.end())
      return bad("policy.unknown_element", where, {{"element", key}});
  return {};
}

// A text, or a list of texts that is not empty. Numbers and flags are taken as their text when
// `scalars` says so: conditions may hold them.
enum class Scalars { kTextAlone, kAny };
Result<std::vector<std::string>> read_texts(const json& value, const std::string& where,
                                            Scalars scalars = Scalars::kTextAlone) {
  std::vector<std::string> texts;
  const auto add = [&](const json& one) -> Result<> {
    if (one.is_string())
      texts.push_back(one.get<std::string>());
    else if (scalars == Scalars::kAny && (one.is_boolean() || one.is_number()))
      texts.push_back(one.dump());
    else
      return bad("policy.text_expected", where);
    return {};
  };
  if (value.is_array()) {
    for (const json& one : value) TRY(add(one));
  } else {
    TRY(add(value));
  }
  if (texts.empty()) return bad("policy.text_expected", where);
  return texts;
}

// "service:Action", of which the action alone may have wildcards.
bool is_action(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() &&
         text.find(':', colon + 1) == std::string_view::npos &&
         std::ranges::all_of(text.substr(0, colon),
                             [](char c) { return is_alphanumeric(c) || c == '-'; });
}

class StatementReader {
 public:
  StatementReader(const json& statement, std::string where, Kind kind, Variables variables)
      : statement_(statement), where_(std::move(where)), kind_(kind), variables_(variables) {}

  Result<Statement> read() {
    if (!statement_.is_object()) return bad("policy.object_expected", where_);
    TRY(check_elements(statement_, where_,
                       {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
                        "Resource", "NotResource", "Condition"}));
    TRY(read_name());
    TRY(read_effect());
    TRY(read_principals());
    TRY(read_actions());
    TRY(read_resources());
    TRY(read_conditions());
    return std::move(read_);
  }

 private:
  struct Element {
    const json* value;
    std::string where;
    Listed listed;
  };

  // Exactly one of `these` and `all_but_these`.
  Result<Element> one_of(const char* these, const char* all_but_these) const {
    const bool has_these = statement_.contains(these);
    if (has_these == statement_.contains(all_but_these))
      return bad("policy.one_of_two", where_, {{"first", these}, {"second", all_but_these}});
    const char* name = has_these ? these : all_but_these;
    return Element{&statement_.at(name), join(where_, name),
                   has_these ? Listed::kThese : Listed::kAllButThese};
  }

  Result<> read_name() {
    read_.name = where_;
    if (!statement_.contains("Sid")) return {};
    const json& sid = statement_.at("Sid");
    if (!sid.is_string()) return bad("policy.text_expected", join(where_, "Sid"));
    if (!sid.get_ref<const std::string&>().empty()) read_.name = sid.get<std::string>();
    return {};
  }

  Result<> read_effect() {
    const auto effect = statement_.find("Effect");
    if (effect != statement_.end() && *effect == "Allow")
      read_.effect = Effect::kAllow;
    else if (effect != statement_.end() && *effect == "Deny")
      read_.effect = Effect::kDeny;
    else
      return bad("policy.bad_effect", where_);
    return {};
  }

  Result<> read_principals() {
    if (kind_ == Kind::kIdentity) {
      if (statement_.contains("Principal") || statement_.contains("NotPrincipal"))
        return bad("policy.no_principal_here", where_);
      return {};
    }
    TRY(Element element, one_of("Principal", "NotPrincipal"));
    read_.principals_are = element.listed;
    if (*element.value == "*") {
      read_.principals.everybody = true;
      return {};
    }
    if (!element.value->is_object()) return bad("policy.bad_principal", element.where);
    if (kind_ == Kind::kTrust && element.value->contains("Federated")) return read_issuer(element);
    TRY(check_elements(*element.value, element.where, {"AWS"}));
    if (element.value->empty()) return bad("policy.bad_principal", element.where);
    const std::string where = join(element.where, "AWS");
    TRY(auto names, read_texts(element.value->at("AWS"), where));
    for (const std::string& name : names) TRY(add_principal(name, where));
    return {};
  }

  // One, by its ARN, and nobody beside it: its conditions are about its own tokens.
  Result<> read_issuer(const Element& element) {
    const std::string where = join(element.where, "Federated");
    TRY(auto names, read_texts(element.value->at("Federated"), where));
    const auto arn = Arn::split(names[0]);
    constexpr std::string_view kProvider = "oidc-provider/";
    const bool is_issuer = arn && arn->parts[1] == "aws" && arn->parts[2] == "iam" &&
                           arn->parts[3].empty() && is_account(arn->parts[4]) &&
                           arn->parts[5].starts_with(kProvider) &&
                           arn->parts[5].size() > kProvider.size() && !arn->parts[5].contains('*');
    if (!is_issuer || names.size() != 1 || element.value->size() != 1 ||
        element.listed == Listed::kAllButThese)
      return bad("policy.bad_issuer", where, {{"name", names[0]}});
    read_.principals.issuer = std::move(names[0]);
    return {};
  }

  static bool is_account(std::string_view text) {
    return text.size() >= kAccountDigits && text.size() <= kAccountDigitsMax &&
           std::ranges::all_of(text, is_digit);
  }

  // An account's number, its root's ARN, or the ARN of a user, a role, or one of their sessions.
  Result<> add_principal(const std::string& name, const std::string& where) {
    const auto arn = Arn::split(name);
    Principals& principals = read_.principals;
    if (name == "*") {
      principals.everybody = true;
    } else if (is_account(name)) {
      principals.accounts.push_back(name);
    } else if (arn && arn->parts[1] == "aws" && arn->parts[3].empty() &&
               is_account(arn->parts[4])) {
      const auto [service, resource] = std::pair(arn->parts[2], arn->parts[5]);
      const auto is_of = [&](std::string_view kind) {
        return resource.starts_with(kind) && resource.size() > kind.size();
      };
      if (service == "iam" && resource == "root")
        principals.accounts.emplace_back(arn->parts[4]);
      else if (service == "iam"
                   ? is_of("user/") || is_of("role/")
                   : service == "sts" && (is_of("assumed-role/") || is_of("federated-user/")))
        principals.arns.push_back(name);
      else
        return bad("policy.bad_principal", where, {{"name", name}});
    } else {
      return bad("policy.bad_principal", where, {{"name", name}});
    }
    return {};
  }

  Result<> read_actions() {
    TRY(Element element, one_of("Action", "NotAction"));
    read_.actions_are = element.listed;
    TRY(auto texts, read_texts(*element.value, element.where));
    for (const std::string& text : texts) {
      if (text != "*" && !is_action(text))
        return bad("policy.bad_action", element.where, {{"action", text}});
      TRY(Pattern pattern,
          Pattern::compile(to_lower(text), Wildcards::kMeant, Variables::kLiteral));
      read_.actions.push_back(std::move(pattern));
    }
    return {};
  }

  Result<> read_resources() {
    if (kind_ == Kind::kTrust) {
      if (statement_.contains("Resource") || statement_.contains("NotResource"))
        return bad("policy.no_resource_here", where_);
      // The role alone, whichever it is: all but none.
      read_.resources_are = Listed::kAllButThese;
      return {};
    }
    TRY(Element element, one_of("Resource", "NotResource"));
    read_.resources_are = element.listed;
    TRY(auto texts, read_texts(*element.value, element.where));
    for (const std::string& text : texts) {
      TRY(ResourcePattern pattern, at(element.where, ResourcePattern::compile(text, variables_)));
      read_.resources.push_back(std::move(pattern));
    }
    return {};
  }

  Result<> read_conditions() {
    const auto block = statement_.find("Condition");
    if (block == statement_.end()) return {};
    const std::string where = join(where_, "Condition");
    if (!block->is_object()) return bad("policy.object_expected", where);
    for (const auto& [operation, keys] : block->items()) {
      const std::string where_operation = join(where, operation);
      if (!keys.is_object() || keys.empty()) return bad("policy.object_expected", where_operation);
      for (const auto& [key, value] : keys.items()) {
        TRY(auto values, read_texts(value, join(where_operation, key), Scalars::kAny));
        TRY(Condition condition,
            at(where_operation, Condition::compile(operation, key, values, variables_)));
        read_.conditions.push_back(std::move(condition));
      }
    }
    return {};
  }

  const json& statement_;
  const std::string where_;
  const Kind kind_;
  const Variables variables_;
  Statement read_;
};

}  // namespace

Result<PolicyPtr> compile(std::string_view document, Kind kind) {
  TRY(const json root, parse(document));
  if (!root.is_object()) return bad("policy.object_expected", kWhole);
  TRY(check_elements(root, kWhole, {"Version", "Id", "Statement"}));
  Variables variables = Variables::kLiteral;
  if (const auto version = root.find("Version"); version != root.end()) {
    if (*version == kVersion)
      variables = Variables::kMeant;
    else if (*version != kVersionBefore)
      return bad("policy.bad_version", "Version", {{"version", std::string(kVersion)}});
  }
  if (root.contains("Id") && !root.at("Id").is_string()) return bad("policy.text_expected", "Id");
  const auto list = root.find("Statement");
  if (list == root.end() || (list->is_array() && list->empty()))
    return bad("policy.no_statement", kWhole);
  std::vector<Statement> statements;
  const std::size_t count = list->is_array() ? list->size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string where = "Statement[" + std::to_string(i) + "]";
    TRY(Statement statement,
        StatementReader(list->is_array() ? list->at(i) : *list, where, kind, variables).read());
    statements.push_back(std::move(statement));
  }
  return std::make_shared<const Policy>(kind, std::move(statements));
}

}  // namespace belfry::policy
