#include "mail/smtp.h"

#include "base/ensure.h"

#include <algorithm>
#include <cstring>
#include <curl/curl.h>
#include <memory>

namespace belfry::mail {
namespace {

constexpr long kConnectSeconds = 15;
// RFC 5321, 4.5.3.1.5, of a line of an answer.
constexpr std::size_t kAnswerMax = 512;

// What is read from a mail while it is sent, and what was said meanwhile, but for the farewell.
struct Talk {
  std::string_view rest;
  std::string last_command;  // its first word: the others may be secret
  std::string last_answer;
  bool is_over = false;
};

// What servers say comes from outside, and goes to tables and logs.
std::string printable(std::string_view said) {
  std::string kept;
  for (char c : said.substr(0, std::min(said.find_first_of("\r\n"), kAnswerMax)))
    kept += c >= 0x20 && c < 0x7f ? c : ' ';
  return kept;
}

std::size_t give(char* into, std::size_t size, std::size_t count, void* talk) {
  auto& rest = static_cast<Talk*>(talk)->rest;
  const std::size_t length = std::min(size * count, rest.size());
  std::memcpy(into, rest.data(), length);
  rest.remove_prefix(length);
  return length;
}

int listen(CURL*, curl_infotype kind, char* octets, std::size_t length, void* opaque) {
  auto& talk = *static_cast<Talk*>(opaque);
  const std::string_view said(octets, length);
  if (kind == CURLINFO_HEADER_OUT && said.starts_with("QUIT")) talk.is_over = true;
  if (talk.is_over) return 0;
  if (kind == CURLINFO_HEADER_OUT) {
    talk.last_command = said.substr(0, said.find_first_of(" \r\n"));
    talk.last_answer.clear();
  }
  if (kind == CURLINFO_HEADER_IN) talk.last_answer = printable(said);
  return 0;
}

// Once a program; never torn down, as threads may still send.
void begin_library() {
  static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
  ENSURE(begun == CURLE_OK);
}

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void set_server(CURL* curl, const Server& server) {
  const bool is_tls = server.security == Security::kTls;
  const bool is_v6 = server.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + server.host + "]" : server.host;
  const std::string url =
      (is_tls ? "smtps://" : "smtp://") + host + ":" + std::to_string(server.port);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, long(server.limit.count()));
  if (server.security != Security::kNone)
    curl_easy_setopt(curl, CURLOPT_USE_SSL, long(CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!server.authority_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, server.authority_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (!server.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
}

// The recipient's fault only where a server answered to the recipient or to the mail.
Attempt judge(CURLcode code, const Talk& talk, std::string reason) {
  if (code == CURLE_OK) return {Attempt::Outcome::kSent, talk.last_answer, ""};
  const bool about_mail = talk.last_command == "RCPT" || talk.last_command == "DATA";
  reason = printable(reason.empty() ? curl_easy_strerror(code) : reason);
  if (!about_mail || talk.last_answer.empty()) return {Attempt::Outcome::kNotYet, "", reason};
  const bool for_good = talk.last_answer.starts_with('5');
  return {for_good ? Attempt::Outcome::kRefused : Attempt::Outcome::kNotYet, talk.last_answer,
          reason + ": " + talk.last_answer};
}

}  // namespace

Attempt send(const Server& server, const Message& message) {
  begin_library();
  if (!is_address(message.to) || !is_address(message.from))
    return {Attempt::Outcome::kRefused, "", "no address: " + message.to};
  const Handle curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return {Attempt::Outcome::kNotYet, "", "out of memory"};
  const std::string octets = compose(message), from = "<" + message.from + ">";
  const List to(curl_slist_append(nullptr, ("<" + message.to + ">").c_str()), &curl_slist_free_all);
  Talk talk{.rest = octets, .last_command = "", .last_answer = ""};
  char reason[CURL_ERROR_SIZE] = "";
  set_server(curl.get(), server);
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, &give);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &talk);
  curl_easy_setopt(curl.get(), CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_DEBUGFUNCTION, &listen);
  curl_easy_setopt(curl.get(), CURLOPT_DEBUGDATA, &talk);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason);
  const CURLcode code = curl_easy_perform(curl.get());
  return judge(code, talk, reason);
}

}  // namespace belfry::mail
