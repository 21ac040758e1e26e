#include "base/time.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace belfry {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::year_month_day;

constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
  int year, month, day, hour, minute, second, microsecond;
  int weekday;
};

Fields fields_of(Timestamp time) {
  auto day = floor<days>(time);
  year_month_day date(day);
  hh_mm_ss clock(time - day);
  return {int(date.year()),
          int(unsigned(date.month())),
          int(unsigned(date.day())),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count()),
          int(std::chrono::weekday(day).c_encoding())};
}

std::optional<Timestamp> to_time(const Fields& f) {
  year_month_day date{std::chrono::year(f.year), std::chrono::month(unsigned(f.month)),
                      std::chrono::day(unsigned(f.day))};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(f.hour) + std::chrono::minutes(f.minute) +
         std::chrono::seconds(f.second) + Duration(f.microsecond);
}

// Takes fixed-width fields off the front of a text; any mismatch sticks.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (text_.size() < count) return ok_ = false, 0;
    for (char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return ok_ = false, 0;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  void expect(std::string_view literal) {
    if (!text_.starts_with(literal)) return void(ok_ = false);
    text_.remove_prefix(literal.size());
  }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    return text_.remove_prefix(1), true;
  }
  template <std::size_t N>
  int one_of(const std::array<const char*, N>& names) {
    for (std::size_t i = 0; i < N; ++i)
      if (text_.starts_with(names[i])) return text_.remove_prefix(3), int(i);
    return ok_ = false, 0;
  }
  // The digits after a decimal point, as microseconds; further ones are dropped.
  int fraction() {
    int value = 0, scale = 100'000;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      value += (text_[0] - '0') * scale;
      scale /= 10;
      text_.remove_prefix(1);
    }
    return value;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
  std::array<char, 64> text;
  int length = std::snprintf(text.data(), text.size(), format, arguments...);
  return {text.data(), std::size_t(length)};
}

}  // namespace

std::string format_rfc3339(Timestamp time) {
  Fields f = fields_of(time);
  return print("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", f.year, f.month, f.day, f.hour, f.minute,
               f.second, f.microsecond / 1000);
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner scan(text);
  Fields f{};
  f.year = scan.digits(4), scan.expect("-"), f.month = scan.digits(2), scan.expect("-");
  f.day = scan.digits(2), scan.expect("T"), f.hour = scan.digits(2), scan.expect(":");
  f.minute = scan.digits(2), scan.expect(":"), f.second = scan.digits(2);
  if (scan.take('.')) f.microsecond = scan.fraction();
  Duration offset{0};
  if (!scan.take('Z')) {
    bool east = scan.take('+');
    if (!east) scan.expect("-");
    int hours = scan.digits(2);
    scan.expect(":");
    int minutes = scan.digits(2);
    offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (!east) offset = -offset;
  }
  if (!scan.done()) return std::nullopt;
  auto time = to_time(f);
  if (!time) return std::nullopt;
  return *time - offset;
}

std::string format_basic(Timestamp time) {
  Fields f = fields_of(time);
  return print("%04d%02d%02dT%02d%02d%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::optional<Timestamp> parse_basic(std::string_view text) {
  Scanner scan(text);
  Fields f{};
  f.year = scan.digits(4), f.month = scan.digits(2), f.day = scan.digits(2), scan.expect("T");
  f.hour = scan.digits(2), f.minute = scan.digits(2), f.second = scan.digits(2), scan.expect("Z");
  if (!scan.done()) return std::nullopt;
  return to_time(f);
}

std::string format_http(Timestamp time) {
  Fields f = fields_of(time);
  return print("%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[std::size_t(f.weekday)], f.day,
               kMonths[std::size_t(f.month - 1)], f.year, f.hour, f.minute, f.second);
}

std::optional<Timestamp> parse_http(std::string_view text) {
  Scanner scan(text);
  Fields f{};
  scan.one_of(kDays), scan.expect(", "), f.day = scan.digits(2), scan.expect(" ");
  f.month = scan.one_of(kMonths) + 1, scan.expect(" "), f.year = scan.digits(4), scan.expect(" ");
  f.hour = scan.digits(2), scan.expect(":"), f.minute = scan.digits(2), scan.expect(":");
  f.second = scan.digits(2), scan.expect(" GMT");
  if (!scan.done()) return std::nullopt;
  return to_time(f);
}

}  // namespace belfry
