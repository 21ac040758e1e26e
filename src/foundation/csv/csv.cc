#include "csv/csv.h"

#include "base/ascii.h"
#include "base/text_encoding.h"

#include <algorithm>

namespace belfry::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// What spreadsheets take for the beginning of a formula.
constexpr std::string_view kFormula = "=+-@";

// Reads one cell after another; every octet is looked at once.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
    if (first.contains(';') && !first.contains(',')) mark_ = ';';
  }

  Result<std::vector<Line>> lines() {
    std::vector<Line> found;
    while (at_ < text_.size()) {
      Line line{.number = number_, .cells = {}};
      bool goes_on = true;
      while (goes_on) {
        TRY(std::string cell, read_cell());
        line.cells.push_back(std::move(cell));
        goes_on = at_ < text_.size() && text_[at_] == mark_;
        if (goes_on) ++at_;
      }
      TRY(end_line());
      if (line.cells.size() > 1 || !line.cells[0].empty()) found.push_back(std::move(line));
    }
    return found;
  }

 private:
  std::unexpected<Error> bad() const {
    return fail(Code::kInvalid, "csv.bad_line", {{"line", std::to_string(number_)}});
  }

  Result<std::string> read_cell() {
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
    const auto ends = [this](char c) { return c == mark_ || c == '\r' || c == '\n'; };
    const auto* from = text_.data() + at_;
    const auto* end = std::find_if(from, text_.data() + text_.size(), ends);
    const std::string_view cell(from, std::size_t(end - from));
    if (cell.contains('"')) return bad();
    at_ += cell.size();
    return std::string(cell);
  }

  Result<std::string> read_quoted() {
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const bool is_quote = c == '"';
      if (is_quote && (at_ + 1 == text_.size() || text_[at_ + 1] != '"')) {
        ++at_;
        return cell;
      }
      if (is_quote) ++at_;
      if (c == '\n') ++number_;
      cell += c;
    }
    return bad();
  }

  Result<> end_line() {
    if (at_ == text_.size()) return {};
    if (text_[at_] == '\r') ++at_;
    if (at_ == text_.size()) return {};
    if (text_[at_] != '\n') return bad();
    ++at_;
    ++number_;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0, number_ = 1;
  char mark_ = ',';
};

// What parts lines and what turns the order of reading, in UTF-8: U+2028 to U+202E, U+2066 to
// U+2069. Marks as U+200F, of which names in Arabic and Hebrew have some, turn nothing round.
constexpr std::string_view kTurns[] = {
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD",
    "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"};
// Blanks beside that of ASCII that two names may differ by unseen: U+00A0, U+2007, U+200B, U+202F,
// U+3000, U+FEFF.
constexpr std::string_view kBlanks[] = {"\xC2\xA0",     "\xE2\x80\x87", "\xE2\x80\x8B",
                                        "\xE2\x80\xAF", "\xE3\x80\x80", "\xEF\xBB\xBF"};

// Of UTF-8: U+0000 to U+001F and U+007F to U+009F.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet < 0x20 || octet == 0x7f) return true;
    if (octet == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<Line>> parse(std::string_view text) {
  if (!is_utf8(text) || text.contains('\0')) return fail(Code::kInvalid, "csv.not_utf8");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Reader(text).lines();
}

bool is_fault_of_file(const Error& error, std::string_view module) {
  return error.message().starts_with("csv.") ||
         error.message().starts_with(std::string(module) + ".");
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    if (!line.empty() || &cell != &cells.front()) line += ',';
    if (cell.find_first_of(",;\"\r\n") == std::string::npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + "\r\n";
}

bool is_formula(std::string_view text) {
  return !text.empty() && kFormula.contains(text.front());
}

bool is_plain(std::string_view text, std::size_t octets_max) {
  if (text.empty() || text.size() > octets_max || !is_utf8(text) || trim(text) != text)
    return false;
  const auto ends = [&](std::string_view blank) {
    return text.starts_with(blank) || text.ends_with(blank);
  };
  return std::ranges::none_of(kBlanks, ends) && !has_control(text) &&
         std::ranges::none_of(kTurns, [&](std::string_view turn) { return text.contains(turn); });
}

}  // namespace belfry::csv
