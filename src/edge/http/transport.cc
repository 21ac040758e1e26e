#include "transport.h"

#include "base/ensure.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace belfry::http {
namespace {

namespace asio = boost::asio;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::unexpected<Error> lost(const Watch& watch) {
  if (watch.expired) return fail(Code::kRetry, "http.timeout");
  return fail(Code::kInvalid, "http.connection_lost");
}

class PlainTransport final : public Transport {
 public:
  PlainTransport(TcpSocket socket, Watch& watch) : socket_(std::move(socket)), watch_(watch) {}

  Task<> handshake() override { co_return Result<>(); }

  Task<std::size_t> read(MutableView out) override {
    if (watch_.expired) co_return lost(watch_);
    auto [ec, count] =
        co_await socket_.async_read_some(asio::buffer(out.data(), out.size()), kTuple);
    if (ec == asio::error::eof) co_return std::size_t{0};
    if (ec) co_return lost(watch_);
    watch_.moved(count);
    co_return count;
  }

  Task<> write(std::span<const View> pieces) override {
    ENSURE(pieces.size() <= kPiecesMax);
    iovec vectors[kPiecesMax];
    std::size_t count = 0;
    for (View piece : pieces)
      if (!piece.empty()) vectors[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
    iovec* next = vectors;
    while (count > 0) {
      if (watch_.expired) co_return lost(watch_);
      msghdr message{};
      message.msg_iov = next;
      message.msg_iovlen = count;
      ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) co_return lost(watch_);
        CO_TRY(co_await wait_for(socket_, watch_, Direction::kWrite));
        continue;
      }
      auto left = static_cast<std::size_t>(sent);
      watch_.moved(left);
      while (count > 0 && left >= next->iov_len) {
        left -= next->iov_len;
        ++next;
        --count;
      }
      if (count > 0) {
        next->iov_base = static_cast<char*>(next->iov_base) + left;
        next->iov_len -= left;
      }
    }
    co_return Result<>();
  }

  void end_sending() override {
    boost::system::error_code ignored;
    socket_.shutdown(TcpSocket::shutdown_send, ignored);
  }
  void cancel() override {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }

 private:
  TcpSocket socket_;
  Watch& watch_;
};

}  // namespace

Task<> wait_for(TcpSocket& socket, Watch& watch, Direction direction) {
  if (watch.expired) co_return lost(watch);
  auto kind = direction == Direction::kRead ? TcpSocket::wait_read : TcpSocket::wait_write;
  auto [ec] = co_await socket.async_wait(kind, kTuple);
  if (ec) co_return lost(watch);
  co_return Result<>();
}

std::unique_ptr<Transport> make_plain_transport(TcpSocket socket, Watch& watch) {
  return std::make_unique<PlainTransport>(std::move(socket), watch);
}

}  // namespace belfry::http
