#include "text/catalogue.h"

#include "base/placeholders.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <unordered_map>

namespace belfry::text {

// Made from every messages.tsv; ends with a null pointer.
extern const char* const kMessageTables[];

namespace {

struct Row {
  std::string_view english, french;
};

using Rows = std::unordered_map<std::string_view, Row>;

std::string_view take_until(std::string_view& rest, char end) {
  std::size_t at = std::min(rest.find(end), rest.size());
  std::string_view head = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return head;
}

Rows read_tables() {
  Rows rows;
  for (const char* const* table = kMessageTables; *table != nullptr; ++table) {
    std::string_view rest = *table;
    while (!rest.empty()) {
      std::string_view line = take_until(rest, '\n');
      std::string_view id = take_until(line, '\t');
      std::string_view english = take_until(line, '\t');
      if (!id.empty() && id.front() != '#' && !english.empty())
        rows.emplace(id, Row{english, line.empty() ? english : line});
    }
  }
  return rows;
}

const Rows& rows() {
  static const Rows all = read_tables();
  return all;
}

const std::string* find_argument(const std::vector<Argument>& arguments, std::string_view name) {
  for (const Argument& argument : arguments)
    if (argument.name == name) return &argument.value;
  return nullptr;
}

std::string_view in(Language language, const Row& row) {
  return language == Language::kFrench ? row.french : row.english;
}

// `{name}` is an argument's value; `{@name}` is the text of the message that the value is the id
// of.
std::string fill(std::string_view pattern, const std::vector<Argument>& arguments,
                 Language language) {
  return fill_placeholders(pattern, [&](std::string_view name) -> std::optional<std::string> {
    const bool is_message = name.starts_with('@');
    const std::string* value = find_argument(arguments, name.substr(is_message ? 1 : 0));
    if (value == nullptr) return std::nullopt;
    auto named = is_message ? rows().find(*value) : rows().end();
    return named != rows().end() ? std::string(in(language, named->second)) : *value;
  });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool starts_with_language(std::string_view range, std::string_view language) {
  if (range.size() < 2 || (range.size() > 2 && range[2] != '-')) return false;
  return std::tolower(static_cast<unsigned char>(range[0])) == language[0] &&
         std::tolower(static_cast<unsigned char>(range[1])) == language[1];
}

double weight_of(std::string_view parameters) {
  std::size_t at = parameters.find("q=");
  if (at == parameters.npos) return 1;
  return std::clamp(std::strtod(std::string(parameters.substr(at + 2, 5)).c_str(), nullptr), 0.0,
                    1.0);
}

}  // namespace

Language preferred_language(std::string_view accept_language) {
  double english = -1, french = -1, any = -1;
  for (int count = 0; !accept_language.empty() && count < 32; ++count) {
    std::string_view item = take_until(accept_language, ',');
    std::string_view range = trim(take_until(item, ';'));
    double weight = weight_of(item);
    if (starts_with_language(range, "fr")) french = std::max(french, weight);
    if (starts_with_language(range, "en")) english = std::max(english, weight);
    if (range == "*") any = std::max(any, weight);
  }
  if (english < 0) english = any;
  return french > 0 && french > english ? Language::kFrench : Language::kEnglish;
}

Language system_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("fr") ? Language::kFrench : Language::kEnglish;
  return Language::kEnglish;
}

std::string_view name_of(Language language) {
  return language == Language::kFrench ? "fr" : "en";
}

std::string text(std::string_view message, const std::vector<Argument>& arguments,
                 Language language) {
  auto found = rows().find(message);
  if (found != rows().end()) return fill(in(language, found->second), arguments, language);
  std::string out(message);
  for (const Argument& argument : arguments) out += " " + argument.name + "=" + argument.value;
  return out;
}

std::string text(const Error& error, Language language) {
  return text(error.message(), error.arguments(), language);
}

}  // namespace belfry::text
