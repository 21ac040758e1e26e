#include "answer.h"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>

namespace belfry::http {
namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
  out.append(digits, end);
}

void append_status(std::string& out, int status) {
  auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out.append(reason.data(), reason.size());
  out += "\r\n";
}

// A value never ends its line: what a client made us repeat could hold anything.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  std::size_t from = out.size();
  out += value;
  for (std::size_t i = from; i < out.size(); ++i) {
    auto c = static_cast<unsigned char>(out[i]);
    if (c < 0x20 || c == 0x7f) out[i] = ' ';
  }
  out += "\r\n";
}

}  // namespace

bool Answer::has_body() const {
  return !options_.is_head && status >= 200 && status != 204 && status != 304;
}

void Answer::make_head(std::optional<Bytes> length) {
  // A body that came too slowly is no reason to leave its sender without an answer.
  watch_.pardon();
  bool chunked = !length && !options_.is_http_1_0;
  if (!length && options_.is_http_1_0) options_.keep_alive = false;
  if (!body_.is_discardable(discard_)) options_.keep_alive = false;
  head_.reserve(512);
  append_status(head_, status);
  for (const auto& [name, value] : fields.all()) append_field(head_, name, value);
  append_field(head_, "Date", lane_.date());
  if (status != 204 && status != 304) {
    if (length) {
      head_ += "Content-Length: ";
      append_number(head_, length->count);
      head_ += "\r\n";
    } else if (chunked) {
      head_ += "Transfer-Encoding: chunked\r\n";
    }
  }
  if (!options_.keep_alive)
    head_ += "Connection: close\r\n";
  else if (options_.is_http_1_0)
    head_ += "Connection: keep-alive\r\n";
  head_ += "\r\n";
}

Task<> Answer::write_pieces(std::span<const View> pieces) {
  watch_.arm_paced(pace_);
  auto written = co_await transport_.write(pieces);
  watch_.disarm();
  if (!written) state_ = State::kBroken;
  co_return written;
}

Task<> Answer::send(std::string body) {
  if (started()) co_return fail(Code::kInternal, "http.answered_twice");
  make_head(Bytes{body.size()});
  state_ = State::kWhole;
  std::array<View, 2> pieces{as_view(head_), has_body() ? as_view(body) : View()};
  co_return co_await write_pieces(pieces);
}

Task<> Answer::start(std::optional<Bytes> length) {
  if (started()) co_return fail(Code::kInternal, "http.answered_twice");
  make_head(length);
  state_ = State::kBegun;
  if (length) left_ = length->count;
  co_return Result<>();
}

Task<> Answer::write(View bytes) {
  if (state_ != State::kBegun) co_return fail(Code::kInternal, "http.not_started");
  if (left_ && bytes.size() > *left_) {
    state_ = State::kBroken;
    co_return fail(Code::kInternal, "http.body_too_long");
  }
  if (left_) *left_ -= bytes.size();
  if (bytes.empty() || !has_body()) co_return Result<>();
  std::string size;
  std::string_view end;
  if (!left_ && !options_.is_http_1_0) {
    append_number(size, bytes.size(), 16);
    size += "\r\n";
    end = "\r\n";
  }
  std::string head = std::exchange(head_, {});
  std::array<View, 4> pieces{as_view(head), as_view(size), bytes, as_view(end)};
  co_return co_await write_pieces(pieces);
}

boost::asio::awaitable<bool> Answer::finish() {
  if (state_ == State::kNothing) {
    status = 500;
    fields = {};
    co_await send("");
  }
  if (state_ == State::kBegun) {
    bool chunked = !left_ && !options_.is_http_1_0 && has_body();
    bool whole = !has_body() || left_.value_or(0) == 0;
    std::array<View, 2> pieces{as_view(head_), as_view(chunked ? "0\r\n\r\n" : "")};
    if (!pieces[0].empty() || !pieces[1].empty()) co_await write_pieces(pieces);
    if (state_ == State::kBegun) state_ = whole ? State::kWhole : State::kBroken;
  }
  co_return state_ == State::kWhole;
}

std::string refusal(int status, std::string_view date) {
  std::string out;
  append_status(out, status);
  append_field(out, "Date", date);
  out += "Content-Length: 0\r\nConnection: close\r\n\r\n";
  return out;
}

}  // namespace belfry::http
