#include "mail/smtp.h"

#include <gtest/gtest.h>

namespace belfry::mail {
namespace {

Message message() {
  return {.from = "belfry@cloud.example",
          .from_name = "Belfry Exemple",
          .to = "anna@example.org",
          .subject = "Invitation à rejoindre Été",
          .text = "Bonjour Zoé,\n.\nfin ",
          .id = "7",
          .date = Timestamp(std::chrono::seconds(1'767'225'600))};
}

TEST(ComposeTest, IsPlainTextInAscii) {
  EXPECT_EQ(compose(message()),
            "From: =?UTF-8?B?QmVsZnJ5IEV4ZW1wbGU=?=\r\n"
            " <belfry@cloud.example>\r\n"
            "To: <anna@example.org>\r\n"
            "Subject: =?UTF-8?B?SW52aXRhdGlvbiDDoCByZWpvaW5kcmUgw4l0w6k=?=\r\n"
            "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
            "Message-ID: <7@cloud.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Bonjour Zo=C3=A9,\r\n"
            "=2E\r\n"
            "fin=20\r\n");
}

TEST(ComposeTest, NothingAddsAFieldAndNoLineIsLong) {
  Message hostile = message();
  hostile.subject = "a\r\nBcc: eve@example.org\r\n\r\n" + std::string(300, 'x') + "\xc3\xa9";
  hostile.from_name = "b\r\nBcc: eve@example.org";
  hostile.text = std::string(1000, '=') + "\r\n.\r\nMAIL FROM:<eve@example.org>";
  const std::string octets = compose(hostile);
  EXPECT_EQ(octets.find("Bcc"), std::string::npos);
  EXPECT_EQ(octets.find("\r\n.\r\n"), std::string::npos);
  std::size_t begin = 0;
  for (std::size_t end; (end = octets.find("\r\n", begin)) != std::string::npos; begin = end + 2) {
    EXPECT_LE(end - begin, 76u);
    for (char c : octets.substr(begin, end - begin)) EXPECT_TRUE(c >= ' ' && c < 0x7f);
  }
  EXPECT_EQ(begin, octets.size());
}

TEST(ComposeTest, AddressesHaveNoRoomForMore) {
  EXPECT_TRUE(is_address("anna+belfry@example.org"));
  for (const char* text : {"", "@a", "a@", "a", "a@b@c", "a b@c", "a@b>", "a@b\r\nRCPT TO:<c@d>",
                           "a,b@c", "ann\xc3\xa9@example.org"})
    EXPECT_FALSE(is_address(text)) << text;
}

}  // namespace
}  // namespace belfry::mail
