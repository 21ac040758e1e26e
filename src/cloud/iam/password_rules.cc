#include "password_rules.h"

#include "base/ascii.h"
#include "known_passwords.h"

#include <algorithm>
#include <string>

namespace belfry::iam {
namespace {

constexpr std::size_t kLengthMax = 512;  // octets: a bound for the hash

// Unicode code points of well-formed UTF-8; of anything else, at least no more than octets.
std::size_t characters(std::string_view text) {
  return std::size_t(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// The letters that digits and signs are written for.
char plain(char c) {
  constexpr std::string_view kDressed = "01345789@$!|+";
  constexpr std::string_view kPlain = "oleastbgasilt";
  const std::size_t at = kDressed.find(c);
  return at == std::string_view::npos ? c : kPlain[at];
}

std::string letters_of(std::string_view text) {
  std::string out;
  for (char c : text)
    if (is_lower(c)) out.push_back(c);
  return out;
}

std::string undressed(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), plain);
  return letters_of(out);
}

// "2024password!!" without what stands before and behind.
std::string_view core_of(std::string_view text) {
  while (!text.empty() && !is_lower(text.front())) text.remove_prefix(1);
  while (!text.empty() && !is_lower(text.back())) text.remove_suffix(1);
  return text;
}

// Whether `text` is known words only, one after another: "passwordpassword", "adminwelcome".
// Three at most: four words and more are a passphrase.
bool is_words(std::string_view text, unsigned words_max) {
  if (text.empty()) return true;
  if (words_max == 0) return false;
  for (std::size_t length = 4; length <= text.size(); ++length)
    if (is_known_word(text.substr(0, length)) && is_words(text.substr(length), words_max - 1))
      return true;
  return false;
}

bool is_repetition(std::string_view text) {
  for (std::size_t period = 1; period <= std::min<std::size_t>(4, text.size() / 3); ++period) {
    bool same = true;
    for (std::size_t i = period; i < text.size() && same; ++i) same = text[i] == text[i - period];
    if (same) return true;
  }
  return false;
}

// "123456789012345", "abcdefghijklmno", "qwertyuiopasdfgh": nearly every character follows the one
// before it in a row of a keyboard, the digits or the alphabet, forwards or backwards.
bool is_sequence(std::string_view text) {
  constexpr std::string_view kRows[] = {"12345678901234567890", "abcdefghijklmnopqrstuvwxyz",
                                        "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
                                        "qwertzuiopasdfghjklyxcvbnm"};
  std::size_t followers = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char forwards[] = {text[i - 1], text[i]}, backwards[] = {text[i], text[i - 1]};
    const bool follows = std::ranges::any_of(kRows, [&](std::string_view row) {
      return row.find(std::string_view(forwards, 2)) != row.npos ||
             row.find(std::string_view(backwards, 2)) != row.npos;
    });
    if (follows || text[i] == text[i - 1]) ++followers;
  }
  return text.size() > 1 && followers * 5 >= (text.size() - 1) * 4;
}

bool is_known(std::string_view password, const PasswordOwner& owner) {
  const std::string text = to_lower(password);
  if (is_repetition(text) || is_sequence(text)) return true;
  // What somebody knows about the person.
  const std::string name = to_lower(owner.name), email = to_lower(owner.email);
  const std::string core(core_of(text));
  for (const std::string& own : {name, email, email.substr(0, email.find('@'))})
    if (own.size() >= 4 && (text == own || core == own || core == own + own)) return true;
  // Only what is letters and decoration: a word among other text is not what the list is about.
  const std::string letters = letters_of(text);
  if (letters.size() >= 4 && letters.size() * 10 < text.size() * 3) return false;
  if (!letters.empty() && is_words(letters, 3)) return true;
  const std::string bare = undressed(text), bare_core = undressed(core);
  return (!bare.empty() && is_words(bare, 3)) || (!bare_core.empty() && is_words(bare_core, 3));
}

}  // namespace

Result<> check_password(std::string_view password, const PasswordOwner& owner) {
  const std::size_t minimum = owner.has_second_factor ? kSecondFactorLengthMin
                              : owner.privileged      ? kPrivilegedLengthMin
                                                      : kLengthMin;
  if (characters(password) < minimum)
    return fail(Code::kInvalid, "iam.password_too_short", {{"minimum", std::to_string(minimum)}});
  if (password.size() > kLengthMax)
    return fail(Code::kInvalid, "iam.password_too_long", {{"maximum", std::to_string(kLengthMax)}});
  if (is_known(password, owner)) return fail(Code::kInvalid, "iam.password_known");
  return {};
}

std::int64_t length_met(std::string_view password) {
  std::size_t met = 0;
  for (const std::size_t minimum : {kSecondFactorLengthMin, kLengthMin, kPrivilegedLengthMin})
    if (characters(password) >= minimum) met = minimum;
  return std::int64_t(met);
}

}  // namespace belfry::iam
