// What hostile and broken servers can do to who sends mail through them.
#include "mail/smtp.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <functional>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace belfry::mail {
namespace {

// One connection, on loopback, with the whole conversation in the hand of the test.
class Talker {
 public:
  explicit Talker(int socket) : socket_(socket) {
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~Talker() { ::close(socket_); }
  Talker(const Talker&) = delete;
  Talker& operator=(const Talker&) = delete;

  bool say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(std::size_t(sent));
    }
    return true;
  }
  // Up to and with the next end of a line; empty: the other side is gone.
  std::string hear() {
    std::string line;
    char c = 0;
    while (::recv(socket_, &c, 1, 0) == 1) {
      line += c;
      if (c == '\n') break;
    }
    return line;
  }
  // Greets, and answers each command as told; the rest with 250, the mail itself with `mail`.
  void serve(const std::function<std::string(const std::string&)>& answer_to,
             const std::string& mail = "250 queued\r\n") {
    say("220 here\r\n");
    while (true) {
      const std::string line = hear();
      if (line.empty()) return;
      heard.push_back(line);
      std::string answer = answer_to(line);
      if (answer.empty()) answer = line.starts_with("DATA") ? "354 go on\r\n" : "250 fine\r\n";
      say(answer);
      if (!line.starts_with("DATA") || !answer.starts_with("354")) continue;
      while (true) {
        const std::string text = hear();
        if (text.empty()) return;
        if (text == ".\r\n") break;
      }
      say(mail);
    }
  }

  std::vector<std::string> heard;

 private:
  int socket_;
};

class SmtpTest : public testing::Test {
 protected:
  // What becomes of a mail through a server that behaves so.
  Attempt send_to(const std::function<void(Talker&)>& behave, Security security = Security::kNone) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    EXPECT_EQ(::bind(listener, address, length), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, address, &length), 0);
    std::thread server([&] {
      Talker talker(::accept(listener, nullptr, nullptr));
      behave(talker);
      heard_ = talker.heard;
    });
    const Attempt attempt = send({.host = "127.0.0.1",
                                  .port = ntohs(at.sin_port),
                                  .security = security,
                                  .user = "belfry",
                                  .password = "secret",
                                  .authority_file = "",
                                  .limit = std::chrono::seconds(1)},
                                 message_);
    server.join();
    ::close(listener);
    return attempt;
  }
  static std::function<std::string(const std::string&)> to(std::string command,
                                                           std::string answer) {
    return [command = std::move(command), answer = std::move(answer)](const std::string& line) {
      return line.starts_with(command) ? answer : std::string();
    };
  }

  const Message message_{.from = "belfry@cloud.example",
                         .from_name = "Belfry",
                         .to = "anna@example.org",
                         .subject = "Hello",
                         .text = "Hello.",
                         .id = "7",
                         .date = Timestamp(std::chrono::seconds(1'767'225'600))};
  std::vector<std::string> heard_;
};

TEST_F(SmtpTest, EndsWhateverTheServerDoes) {
  const std::function<void(Talker&)> behaviours[] = {
      [](Talker& talker) { talker.hear(); },  // never a word
      [](Talker& talker) {
        while (talker.say("220-and so on\r\n")) continue;
      },
      [](Talker& talker) {
        const std::string words(100'000, 'x');
        while (talker.say(words)) continue;
      },
      [](Talker& talker) {
        while (talker.say(std::string(4096, '\0'))) continue;
      },
      [](Talker& talker) {
        talker.serve(SmtpTest::to("RCPT", std::string(1 << 20, '2') + "\r\n"));
      },
      [](Talker& talker) {
        talker.serve(SmtpTest::to("EHLO", "250-" + std::string(300'000, 'A')));
      },
      [](Talker& talker) { talker.serve(SmtpTest::to("MAIL", "no number\r\n"), ""); },
      [](Talker& talker) { talker.serve(SmtpTest::to("never", ""), "25"); },
  };
  for (const auto& behave : behaviours) {
    const Attempt attempt = send_to(behave);
    EXPECT_EQ(attempt.outcome, Attempt::Outcome::kNotYet);
    EXPECT_NE(attempt.reason, "");
    EXPECT_LE(attempt.answer.size(), 512u);
    EXPECT_LE(attempt.reason.size(), 1024u);
  }
}

TEST_F(SmtpTest, TheMailIsRefusedForGoodByWhatIsSaidOfItAlone) {
  using Outcome = Attempt::Outcome;
  struct Case {
    const char *command, *answer;
    Outcome outcome;
  };
  constexpr Case kCases[] = {{"RCPT", "550 nobody\r\n", Outcome::kRefused},
                             {"RCPT", "451 later\r\n", Outcome::kNotYet},
                             {"DATA", "554 no\r\n", Outcome::kRefused},
                             {"DATA", "452 full\r\n", Outcome::kNotYet},
                             {"MAIL", "550 not you\r\n", Outcome::kNotYet},
                             {"EHLO", "502 what\r\n", Outcome::kSent},
                             {"never", "", Outcome::kSent}};
  for (const Case& each : kCases)
    EXPECT_EQ(send_to([&](Talker& talker) { talker.serve(to(each.command, each.answer)); }).outcome,
              each.outcome)
        << each.command << " " << each.answer;
  const auto ends_with = [&](const char* answer) {
    return send_to([&](Talker& talker) { talker.serve(to("never", ""), answer); });
  };
  EXPECT_EQ(ends_with("554 spam\x1b[2J\x07 of yours\r\n").outcome, Outcome::kRefused);
  EXPECT_EQ(ends_with("554 spam\x1b[2J\r\n").answer, "554 spam [2J");
  EXPECT_EQ(ends_with("451 later\r\n").outcome, Outcome::kNotYet);
  EXPECT_EQ(send_to([](Talker& talker) { talker.say("554 go away\r\n"); }).outcome,
            Outcome::kNotYet);
}

TEST_F(SmtpTest, WithoutTlsNeitherMailNorSecretGoes) {
  for (const char* offered : {"250 fine\r\n", "250-AUTH PLAIN\r\n250 fine\r\n",
                              "250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"}) {
    const Attempt attempt = send_to(
        [&](Talker& talker) {
          talker.serve([&](const std::string& line) -> std::string {
            if (line.starts_with("EHLO")) return offered;
            // One that speaks on in clear, with answers to what was not asked yet.
            return line.starts_with("STARTTLS") ? "454 not now\r\n250 fine\r\n250 fine\r\n" : "";
          });
        },
        Security::kStartTls);
    EXPECT_EQ(attempt.outcome, Attempt::Outcome::kNotYet);
    for (const std::string& line : heard_)
      EXPECT_TRUE(line.starts_with("EHLO") || line.starts_with("HELO") ||
                  line.starts_with("STARTTLS") || line.starts_with("QUIT"))
          << line;
  }
}

}  // namespace
}  // namespace belfry::mail
