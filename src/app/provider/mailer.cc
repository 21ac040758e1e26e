#include "mailer.h"

#include "mail/smtp.h"
#include "text/catalogue.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <sys/stat.h>

namespace belfry::provider {
namespace {

constexpr std::size_t kAtOnce = 5;

mail::Security security_named(const std::string& name) {
  if (name == "tls") return mail::Security::kTls;
  return name == "none" ? mail::Security::kNone : mail::Security::kStartTls;
}

std::string value_of(const iam::Mail& mail, std::string_view name) {
  for (const Argument& argument : mail.arguments)
    if (argument.name == name) return argument.value;
  return "";
}

// The messages of a mail, a paragraph each but the first; its link, if it has one, stands after the
// last but one.
struct Words {
  std::string_view kind, subject, greeting, link, end;
};
constexpr Words kWords[] = {
    {"invitation", "mail.invitation.subject", "mail.invitation.greeting", "mail.invitation.link",
     "mail.invitation.end"},
    {"password_reset", "mail.password_reset.subject", "mail.password_reset.greeting",
     "mail.password_reset.link", "mail.password_reset.end"},
    {"password_changed", "mail.password_changed.subject", "mail.password_changed.greeting", "",
     "mail.password_changed.end"},
    {"factor_reset", "mail.factor_reset.subject", "mail.factor_reset.greeting", "",
     "mail.factor_reset.end"},
    {"factor_removed", "mail.factor_removed.subject", "mail.factor_removed.greeting", "",
     "mail.factor_removed.end"},
    {"host_recovery", "mail.factor_removed.subject", "mail.host_recovery.greeting", "",
     "mail.host_recovery.end"},
    {"attestation_ends", "mail.attestation_ends.subject", "mail.attestation_ends.greeting", "",
     "mail.attestation_ends.end"},
    {"intervention_asked", "mail.intervention_asked.subject", "mail.intervention_asked.greeting",
     "mail.intervention.link", "mail.intervention.end"},
    {"intervention_opened", "mail.intervention_opened.subject", "mail.intervention_opened.greeting",
     "mail.intervention.link", "mail.intervention.end"},
    {"break_glass_asked", "mail.break_glass_asked.subject", "mail.break_glass_asked.greeting",
     "mail.intervention.link", "mail.intervention.end"},
    {"break_glass_opened", "mail.break_glass_opened.subject", "mail.break_glass_opened.greeting",
     "mail.intervention.link", "mail.intervention.end"}};

// What a mail says in one language.
struct Said {
  std::string subject, text;
};
Said say_in(text::Language language, const Words& words, const std::vector<Argument>& arguments,
            const std::string& link) {
  const auto say = [&](std::string_view message) {
    return text::text(message, arguments, language);
  };
  const std::string with_link = words.link.empty() ? "" : say(words.link) + "\n\n" + link + "\n\n";
  return {say(words.subject), say(words.greeting) + "\n\n" + with_link + say(words.end) + "\n"};
}

// Nothing for a kind that a newer program queued.
std::optional<mail::Message> word(const iam::Mail& mail, const topology::Topology& topology,
                                  Timestamp now) {
  const auto* words = std::ranges::find(kWords, mail.kind, &Words::kind);
  if (words == std::end(kWords)) return std::nullopt;
  std::vector<Argument> arguments = mail.arguments;
  arguments.push_back({"provider", topology.provider_name});
  const std::string link = value_of(mail, "link");
  Said said;
  // Whose language is not known reads the one of both that it knows.
  for (const auto [language, name] :
       {std::pair(text::Language::kEnglish, "en"), std::pair(text::Language::kFrench, "fr")}) {
    if (mail.language != name && mail.language != "both") continue;
    const Said also = say_in(language, *words, arguments, link);
    said.subject += (said.subject.empty() ? "" : " / ") + also.subject;
    said.text += (said.text.empty() ? "" : "\n") + also.text;
  }
  return mail::Message{.from = topology.smtp.from,
                       .from_name = topology.provider_name,
                       .to = mail.recipient,
                       .subject = said.subject,
                       .text = said.text,
                       .id = "belfry." + std::to_string(mail.id),
                       .date = now};
}

iam::Delivery delivery_of(const mail::Attempt& attempt) {
  using Outcome = mail::Attempt::Outcome;
  return {attempt.outcome == Outcome::kSent      ? iam::Delivery::Outcome::kSent
          : attempt.outcome == Outcome::kRefused ? iam::Delivery::Outcome::kRefused
                                                 : iam::Delivery::Outcome::kNotYet,
          attempt.answer};
}

}  // namespace

Result<MailCredentials> read_mail_credentials(const std::filesystem::path& path) {
  const auto bad = fail(Code::kRetry, "provider.bad_mail_credentials", {{"path", path.string()}});
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0 || (file.st_mode & 077) != 0) return bad;
  TRY(const std::string text, read_file(path));
  const std::size_t first = text.find('\n');
  if (first == std::string::npos) return bad;
  const std::size_t second = text.find('\n', first + 1);
  MailCredentials found{
      text.substr(0, first),
      text.substr(first + 1, second == std::string::npos ? second : second - first - 1)};
  if (found.user.empty() || found.password.empty()) return bad;
  return found;
}

Task<> Mailer::send_due(iam::Iam& iam) {
  // Links for new passwords were asked for by anybody, and are mail from now on.
  CO_TRY(co_await iam.lost_passwords().turn());
  iam::MailQueue& queue = iam.mail();
  CO_TRY(auto due, co_await queue.take_due(kAtOnce));
  Result<> outcome;
  for (iam::Mail& mail : due) {
    auto sent = co_await send(queue, std::move(mail));
    if (!sent) outcome = std::move(sent);
  }
  co_return outcome;
}

Task<> Mailer::send(iam::MailQueue& queue, iam::Mail mail) {
  const topology::Smtp& smtp = topology_.smtp;
  const std::int64_t id = mail.id;
  CO_TRY(const Address address, parse_address(smtp.server));
  auto attempt = co_await runtime::blocking(*pool_, [&]() -> Result<mail::Attempt> {
    mail::Server server{.host = address.host,
                        .port = address.port,
                        .security = security_named(smtp.security),
                        .user = "",
                        .password = "",
                        .authority_file = ""};
    if (!smtp.authority_file.empty())
      server.authority_file = directory_.resolve(smtp.authority_file).string();
    if (!smtp.credentials_file.empty()) {
      TRY(const MailCredentials credentials,
          read_mail_credentials(directory_.resolve(smtp.credentials_file)));
      server.user = credentials.user;
      server.password = credentials.password;
    }
    const auto message = word(mail, topology_, clock_.now());
    if (!message) return mail::Attempt{mail::Attempt::Outcome::kNotYet, "", mail.kind};
    return mail::send(server, *message);
  });
  if (!attempt) {
    CO_TRY(co_await queue.settle(id, {}));
    co_return std::unexpected(attempt.error());
  }
  CO_TRY(co_await queue.settle(id, delivery_of(*attempt)));
  if (attempt->outcome == mail::Attempt::Outcome::kNotYet)
    co_return fail(Code::kRetry, "provider.mail_failed",
                   {{"server", smtp.server}, {"reason", attempt->reason}});
  if (attempt->outcome == mail::Attempt::Outcome::kRefused)
    spdlog::info("mail {} was refused: {}", id, attempt->reason);
  co_return Result<>();
}

}  // namespace belfry::provider
