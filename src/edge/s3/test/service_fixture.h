// The S3 service over the doubles, without a network: requests are signed as clients sign them.
#pragma once

#include "fake_iam.h"
#include "fake_ledger.h"
#include "fake_store.h"
#include "s3/service.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace belfry::s3 {

class SetClock final : public Clock {
 public:
  Timestamp time = *parse_rfc3339("2026-03-01T12:00:00Z");
  Timestamp now() const override { return time; }
  Monotonic monotonic() const override { return Monotonic(time.time_since_epoch()); }
  boost::asio::awaitable<void> sleep(Duration) override { co_return; }
};

// Gives a text in pieces of at most `step` octets.
class TextSource final : public Source {
 public:
  // Calls `between` before each piece but the first.
  explicit TextSource(std::string text, std::function<void()> between = {}, std::size_t step = 7)
      : text_(std::move(text)), between_(std::move(between)), step_(step) {}
  Task<std::size_t> read(MutableView out) override {
    if (given_ > 0 && between_) between_();
    View piece = as_view(text_).subspan(given_);
    piece = piece.first(std::min({piece.size(), out.size(), step_}));
    std::ranges::copy(piece, out.begin());
    given_ += piece.size();
    co_return piece.size();
  }

 private:
  std::string text_;
  std::function<void()> between_;
  std::size_t step_, given_ = 0;
};

struct Reply final : http::Response {
  std::string body;
  std::optional<Bytes> length;
  bool has_started = false;
  std::function<void()> between{};  // called with each piece

  Task<> send(std::string text) override {
    has_started = true;
    length = Bytes{text.size()};
    body = std::move(text);
    co_return Result<>();
  }
  Task<> start(std::optional<Bytes> announced) override {
    has_started = true;
    length = announced;
    co_return Result<>();
  }
  Task<> write(View bytes) override {
    if (between) between();
    body += as_text(bytes);
    co_return Result<>();
  }
  bool started() const override { return has_started; }

  // The text of the first element of that name.
  std::string element(std::string_view name) const;
  std::string field(std::string_view name) const { return std::string(fields.get(name)); }
};

struct Ask {
  std::string method, path;
  std::string body{};
  std::vector<http::QueryParameter> query{};
  std::vector<std::pair<std::string, std::string>> fields{};
  std::string key_id = kKeyId;
  std::string payload = "UNSIGNED-PAYLOAD";
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest();

  // Signs and sends.
  std::unique_ptr<Reply> send(Ask ask);
  // As it is.
  std::unique_ptr<Reply> send_raw(http::Request request, std::string body);
  http::Request signed_request(const Ask& ask);
  // The code of the error that `ask` gets; empty when it succeeds.
  std::string code_of(Ask ask);

  void make_bucket(std::string name = "bucket");
  void put(std::string key, std::string body);

  SetClock clock_;
  // What happens between the pieces of bodies; empty: nothing.
  std::function<void()> between_pieces_;
  FakeIam iam_;
  FakeLedger ledger_;
  FakeStore store_{clock_};
  http::Handler handler_;
};

}  // namespace belfry::s3
