#include "output.h"

#include "connection.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>

namespace belfry::command_line {
namespace {

using nlohmann::json;

// Code points, as a terminal's columns; wide ones do not occur in what we print.
std::size_t width_of(const std::string& text) {
  return std::size_t(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Of the terminal; nothing when the output is read by a program.
std::optional<std::size_t> terminal_width() {
  winsize size{};
  if (!::isatty(STDOUT_FILENO) || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
      size.ws_col == 0)
    return std::nullopt;
  return size.ws_col;
}

// Lines of at most `width` columns, broken between words; a longer word stays whole.
std::vector<std::string> wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    std::size_t needed = width_of(word);
    if (used > 0 && used + 1 + needed > width) {
      lines.emplace_back();
      used = 0;
    }
    lines.back() += (used > 0 ? " " : "") + word;
    used += needed + (used > 0 ? 1 : 0);
    at = end + 1;
  }
  return lines;
}

struct Code {
  std::string_view code, message;
};

// What the REST API says in codes, and how people read it.
constexpr Code kCodes[] = {
    {"copying", "cli.code.copying"},
    {"kept", "cli.code.kept"},
    {"releasing", "cli.code.releasing"},
    {"damaged", "cli.code.damaged"},
    {"draft", "cli.code.draft"},
    {"superseded", "cli.code.superseded"},
    {"in_service", "cli.code.in_service"},
    {"retired", "cli.code.retired"},
    {"other", "cli.code.other"},
    {"directory", "cli.code.directory"},
    {"employee", "cli.code.employee"},
    {"contractor", "cli.code.contractor"},
    {"external", "cli.code.external"},
    {"arrival", "cli.code.arrival"},
    {"departure", "cli.code.departure"},
    {"overdue", "cli.code.overdue"},
    {"waived", "cli.code.waived"},
    {"accounts_ended", "cli.code.accounts_ended"},
    {"future", "cli.code.future"},
    {"present", "cli.code.present"},
    {"left", "cli.code.left"},
    {"never", "cli.code.never"},
    {"signed", "cli.code.signed"},
    {"ends_soon", "cli.code.ends_soon"},
    {"text_changed", "cli.code.text_changed"},
    {"text_old", "cli.code.text_old"},
    {"administrator_gone", "cli.code.administrator_gone"},
    {"pending", "cli.code.pending"},
    {"approved", "cli.code.approved"},
    {"ended", "cli.code.ended"},
    {"staff", "cli.code.staff"},
    {"customer", "cli.code.customer"},
    {"ordinary", "cli.code.ordinary"},
    {"break_glass", "cli.code.break_glass"},
    {"refused", "cli.code.refused"},
    {"cancelled", "cli.code.cancelled"},
    {"lapsed", "cli.code.lapsed"},
    {"intervention", "cli.code.intervention"},
    {"own_account", "cli.code.own_account"},
    {"organisation", "cli.code.organisation"},
    {"role", "cli.code.role"},
    {"profile", "cli.code.profile"},
    {"membership", "cli.code.membership"},
    {"boundary", "cli.code.boundary"},
    {"delegation", "cli.code.delegation"},
    {"invite", "cli.code.invite"},
    {"suspend", "cli.code.suspend"},
    {"give", "cli.code.give"},
    {"approve", "cli.code.approve"},
    {"four_eyes", "cli.code.four_eyes"},
    {"request", "cli.code.request"},
    {"direct", "cli.code.direct"},
    {"founding", "cli.code.founding"},
    {"earlier", "cli.code.earlier"},
    {"withdrawn", "cli.code.withdrawn"},
    {"expired", "cli.code.expired"},
    {"renewed", "cli.code.renewed"},
    {"replaced", "cli.code.replaced"},
    {"group_deleted", "cli.code.group_deleted"},
    {"bucket_policy", "cli.code.bucket_policy"},
    {"trust", "cli.code.trust"},
    {"role_profile", "cli.code.role_profile"},
    {"role_deleted", "cli.code.role_deleted"},
    {"read", "cli.code.read"},
    {"list", "cli.code.list"},
    {"write", "cli.code.write"},
    {"delete", "cli.code.delete"},
    {"change_policy", "cli.code.change_policy"},
    {"maybe", "cli.code.maybe"},
    {"always", "cli.code.always"},
    {"allow", "cli.code.allow"},
    {"deny", "cli.code.deny"},
    {"privileged", "cli.code.privileged"},
    {"all", "cli.code.all"},
    {"keep", "cli.code.keep"},
    {"remove", "cli.code.remove"},
    {"unconfirmed", "cli.code.unconfirmed"},
    {"gone", "cli.code.gone"},
    {"last_administrator", "cli.code.last_administrator"},
    {"review", "cli.code.review"},
    {"open", "cli.code.open"},
    {"accepted", "cli.code.accepted"},
    {"waiting", "cli.code.waiting"},
    {"sent", "cli.code.sent"},
    {"given_up", "cli.code.given_up"},
    {"pass", "cli.code.pass"},
    {"fail", "cli.code.fail"},
    {"no_data", "cli.code.no_data"},
    {"stale", "cli.code.stale"},
    {"error", "cli.code.error"},
    {"observed", "cli.code.observed"},
    {"attested", "cli.code.attested"},
    {"declared", "cli.code.declared"},
    {"simulated", "cli.code.simulated"},
    {"none", "cli.code.none"},
    {"provider", "cli.code.provider"},
    {"client", "cli.code.client"},
    {"good", "cli.code.good"},
    {"rebuilt", "cli.code.rebuilt"},
    {"degraded", "cli.code.degraded"},
    {"lost", "cli.code.lost"},
    {"failed", "cli.code.failed"},
    {"absent", "cli.code.absent"},
    {"healthy", "cli.code.healthy"},
    {"missing", "cli.code.missing"},
    {"corrupt", "cli.code.corrupt"},
    {"unchecked", "cli.code.unchecked"},
    {"success", "cli.code.success"},
    {"failure", "cli.code.failure"},
    {"annex", "cli.code.annex"},
    {"ours", "cli.code.ours"},
    {"default", "cli.code.default"},
    {"own", "cli.code.own"},
    {"record", "cli.code.record"},
    {"file", "cli.code.file"},
    {"yes", "cli.code.yes"},
    {"no", "cli.code.no"},
    {"scrub", "cli.code.scrub"},
    {"heal", "cli.code.heal"},
    {"readmit", "cli.code.readmit"},
    {"active", "cli.code.active"},
    {"suspended", "cli.code.suspended"},
    {"person", "cli.code.person"},
    {"asked", "cli.code.asked"},
    {"done", "cli.code.done"},
    {"program", "cli.code.program"},
    {"totp", "cli.code.totp"},
    {"passkey", "cli.code.passkey"},
    {"recovery_code", "cli.code.recovery_code"},
    {"provider_administrator", "cli.code.provider_administrator"},
    {"operator", "cli.code.operator"},
    {"tenant_administrator", "cli.code.tenant_administrator"},
    {"member", "cli.code.member"},
    {"reader", "cli.code.reader"},
};

std::optional<text::Language> chosen;

}  // namespace

void use_language(text::Language language) {
  chosen = language;
}

text::Language language() {
  return chosen.value_or(text::system_language());
}

std::string say(std::string_view message, const std::vector<Argument>& arguments) {
  return text::text(message, arguments, language());
}

Table::Table(const std::vector<std::string>& heads) : rows_(1) {
  for (const std::string& head : heads) rows_.front().push_back(say(head));
}

void Table::print() const {
  if (rows_.empty()) return;
  std::vector<std::size_t> widths(rows_.front().size());
  for (auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::size_t before = 0;  // the last column
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before += widths[i] + 2;
  constexpr std::size_t kLastMin = 20;
  auto terminal = terminal_width();
  bool wraps = terminal && *terminal >= before + kLastMin;
  for (auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    if (row.empty()) continue;
    auto last = wraps ? wrap(row.back(), *terminal - before) : std::vector{row.back()};
    for (std::size_t i = 0; i < last.size(); ++i)
      print_line((i == 0 ? line : std::string(before, ' ')) + last[i]);
  }
}

void print_json(const json& value) {
  print_line(value.dump(2, ' ', false, json::error_handler_t::replace));
}

void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
}

void show_progress(std::string_view what, double fraction) {
  if (!::isatty(STDERR_FILENO)) return;
  constexpr int kWidth = 30;
  int filled = int(std::clamp(fraction, 0.0, 1.0) * kWidth);
  std::fprintf(stderr, "\r%.*s [%s%s] %3.0f %%", int(what.size()), what.data(),
               std::string(std::size_t(filled), '#').c_str(),
               std::string(std::size_t(kWidth - filled), '.').c_str(), fraction * 100);
  std::fflush(stderr);
}

void end_progress() {
  if (::isatty(STDERR_FILENO)) std::fprintf(stderr, "\n");
}

std::string time_cell(const json& us) {
  if (!us.is_number_integer()) return "-";
  std::string text = format_rfc3339(from_us(us.get<std::int64_t>()));
  return text.substr(0, 10) + " " + text.substr(11, 8);
}

std::string bytes_cell(std::uint64_t count) {
  constexpr std::array kEnglish = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  constexpr std::array kFrench = {"o", "Kio", "Mio", "Gio", "Tio", "Pio"};
  const auto& units = language() == text::Language::kFrench ? kFrench : kEnglish;
  double value = double(count);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) value /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} {}", count, units[0])
                   : fmt::format("{:.1f} {}", value, units[unit]);
}

void print_faults(const json& faults) {
  if (faults.empty()) return;
  Table table({"cli.head.line", "cli.head.reason"});
  for (const json& fault : faults) table.add({cell(fault.at("line")), cell(fault.at("message"))});
  table.print();
}

Result<> deliver(const std::string& path, const std::string& octets, bool json) {
  if (path.empty() || path == "-") {
    std::fwrite(octets.data(), 1, octets.size(), stdout);
    return {};
  }
  TRY(write_file(path, octets, Readable::kOwner));
  if (json) print_json({{"file", path}, {"octets", octets.size()}});
  return {};
}

std::string code_cell(const json& code) {
  if (!code.is_string()) return cell(code);
  const auto* found = std::ranges::find(kCodes, code.get_ref<const std::string&>(), &Code::code);
  return found == std::end(kCodes) ? code.get<std::string>() : say(found->message);
}

std::string right_cell(const json& right) {
  return right.at("kind") == "role" ? code_cell(right.at("name")) : cell(right.at("name"));
}

std::string cell(const json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return say(value.get<bool>() ? "cli.code.yes" : "cli.code.no");
  return value.dump();
}

std::string duration_cell(const json& seconds) {
  if (!seconds.is_number_integer()) return "-";
  const auto count = seconds.get<std::int64_t>();
  if (count % 86'400 == 0) return std::to_string(count / 86'400) + "d";
  if (count % 3'600 == 0) return std::to_string(count / 3'600) + "h";
  if (count % 60 == 0) return std::to_string(count / 60) + "m";
  return std::to_string(count) + "s";
}

}  // namespace belfry::command_line
