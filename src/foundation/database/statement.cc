#include "statement.h"

namespace belfry::database {
namespace {

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9');
}

// The position behind the literal, quoted name or comment that begins at `at`; `at` itself when
// nothing of that kind begins there.
std::size_t skip_opaque(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  if (c == '\'' || c == '"') {
    // A doubled quote ends one literal and begins the next, which comes to the same.
    const std::size_t end = sql.find(c, at + 1);
    return end == std::string_view::npos ? sql.size() : end + 1;
  }
  if (sql.substr(at, 2) == "--") {
    const std::size_t end = sql.find('\n', at);
    return end == std::string_view::npos ? sql.size() : end;
  }
  if (sql.substr(at, 2) == "/*") {
    const std::size_t end = sql.find("*/", at + 2);
    return end == std::string_view::npos ? sql.size() : end + 2;
  }
  return at;
}

bool is_blank(std::string_view sql) {
  for (std::size_t at = 0; at < sql.size();) {
    const bool comment = sql[at] == '-' || sql[at] == '/';
    const std::size_t behind = comment ? skip_opaque(sql, at) : at;
    if (behind != at)
      at = behind;
    else if (std::string_view(" \t\r\n").contains(sql[at]))
      ++at;
    else
      return false;
  }
  return true;
}

}  // namespace

Result<std::string> replace_parameters(
    std::string_view sql, const std::function<std::string(std::string_view name)>& replace) {
  std::string out;
  out.reserve(sql.size() + 16);
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t behind = skip_opaque(sql, at); behind != at) {
      out.append(sql.substr(at, behind - at));
      at = behind;
    } else if (sql.substr(at, 2) == "::") {
      out.append("::");
      at += 2;
    } else if (sql[at] == ':' && at + 1 < sql.size() && starts_name(sql[at + 1])) {
      std::size_t end = at + 1;
      while (end < sql.size() && continues_name(sql[end])) ++end;
      out.append(replace(sql.substr(at + 1, end - at - 1)));
      at = end;
    } else if (sql[at] == ';') {
      if (!is_blank(sql.substr(at + 1))) return fail(Code::kInvalid, "database.many_statements");
      break;
    } else {
      out.push_back(sql[at++]);
    }
  }
  return out;
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t behind = skip_opaque(sql, at); behind != at) {
      at = behind;
      continue;
    }
    if (sql[at++] != ';') continue;
    const std::size_t line_end = std::min(sql.find('\n', at), sql.size());
    if (!is_blank(sql.substr(at, line_end - at))) continue;
    statements.emplace_back(sql.substr(begin, at - begin));
    begin = at;
  }
  if (!is_blank(sql.substr(begin))) statements.emplace_back(sql.substr(begin));
  return statements;
}

}  // namespace belfry::database
