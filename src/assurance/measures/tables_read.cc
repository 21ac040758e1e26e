// Reads SQL just far enough to know every table it reads. What it cannot be sure of it refuses: a
// table that went unseen would make a proof look stronger than it is.
#include "sources.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace belfry::measures {
namespace {

struct Token {
  enum class Kind { kWord, kSign, kOther } kind;  // kOther: literals, numbers, parameters
  std::string text;                               // a word in lower case, a sign as it is
};

std::unexpected<Error> unreadable(std::string_view what) {
  return fail(Code::kInvalid, "measures.sql_unreadable", {{"what", std::string(what)}});
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// Where the literal or comment that starts at `at` ends.
Result<std::size_t> end_of_literal(std::string_view sql, std::size_t at) {
  std::size_t end = sql.find('\'', at + 1);
  if (end == std::string_view::npos) return unreadable("'");
  return end + 1;  // '' starts the next literal, which is as good
}

Result<std::vector<Token>> tokens_of(std::string_view sql) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < sql.size();) {
    char c = sql[at];
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++at;
    } else if (sql.substr(at, 2) == "--") {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (c == '\'') {
      TRY(at, end_of_literal(sql, at));
      tokens.push_back({Token::Kind::kOther, "'"});
    } else if (is_word_character(c) || c == ':') {
      std::size_t end = at + 1;
      while (end < sql.size() && is_word_character(sql[end])) ++end;
      std::string word(sql.substr(at, end - at));
      std::ranges::transform(word, word.begin(),
                             [](unsigned char letter) { return std::tolower(letter); });
      bool name = c != ':' && !std::isdigit(static_cast<unsigned char>(c));
      tokens.push_back({name ? Token::Kind::kWord : Token::Kind::kOther, std::move(word)});
      at = end;
    } else if (std::string_view("(),.=<>+-*/|%").contains(c)) {
      if (sql.substr(at, 2) == "/*") return unreadable("/*");
      tokens.push_back({Token::Kind::kSign, std::string(1, c)});
      ++at;
    } else {
      return unreadable(std::string(1, c));  // quoted names, `;`, dialects
    }
  }
  return tokens;
}

bool is(const std::vector<Token>& tokens, std::size_t at, std::string_view text) {
  return at < tokens.size() && tokens[at].kind != Token::Kind::kOther && tokens[at].text == text;
}

// Names that WITH gives to queries: `name AS (`.
Result<std::set<std::string>> with_names(const std::vector<Token>& tokens) {
  std::set<std::string> names;
  if (!is(tokens, 0, "with")) return names;
  for (std::size_t i = 1; i + 2 < tokens.size(); ++i)
    if (tokens[i].kind == Token::Kind::kWord && is(tokens, i + 1, "as") && is(tokens, i + 2, "(")) {
      // A name that hides a table would hide what is read.
      if (find_source(tokens[i].text))
        return fail(Code::kInvalid, "measures.sql_hides_table", {{"table", tokens[i].text}});
      names.insert(tokens[i].text);
    }
  return names;
}

constexpr std::string_view kEndsFrom[] = {"where",     "group",  "having", "order", "union",
                                          "intersect", "except", "limit",  "select"};

}  // namespace

Result<std::set<std::string>> tables_read(std::string_view sql) {
  TRY(std::vector<Token> tokens, tokens_of(sql));
  if (!is(tokens, 0, "select") && !is(tokens, 0, "with"))
    return fail(Code::kInvalid, "measures.sql_not_select");
  TRY(std::set<std::string> names, with_names(tokens));
  std::set<std::string> tables;
  std::vector<bool> in_from{false};  // one a level of parentheses
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (is(tokens, i, "(")) {
      in_from.push_back(false);
    } else if (is(tokens, i, ")")) {
      if (in_from.size() == 1) return unreadable(")");
      in_from.pop_back();
    } else if (is(tokens, i, ",") && in_from.back()) {
      return fail(Code::kInvalid, "measures.sql_comma_join");
    } else if (token.kind == Token::Kind::kWord &&
               std::ranges::find(kEndsFrom, token.text) != std::end(kEndsFrom)) {
      in_from.back() = false;
    } else if (is(tokens, i, "from") || is(tokens, i, "join")) {
      in_from.back() = true;
      if (is(tokens, i + 1, "(")) continue;
      std::string table = i + 1 < tokens.size() && tokens[i + 1].kind == Token::Kind::kWord
                              ? tokens[i + 1].text
                              : "";
      if (names.contains(table)) continue;
      if (!find_source(table) || is(tokens, i + 2, ".") || is(tokens, i + 2, "("))
        return fail(Code::kInvalid, "measures.sql_unknown_table", {{"table", table}});
      tables.insert(table);
    }
  }
  return tables;
}

std::set<std::string> parameters_named(std::string_view sql) {
  std::set<std::string> names;
  auto tokens = tokens_of(sql);
  if (!tokens) return names;
  for (const Token& token : *tokens)
    if (token.kind == Token::Kind::kOther && token.text.starts_with(':'))
      names.insert(token.text.substr(1));
  return names;
}

}  // namespace belfry::measures
