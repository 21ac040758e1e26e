#include "connection.h"

#include "answer.h"
#include "body.h"
#include "room.h"

#include <array>
#include <exception>
#include <utility>

namespace belfry::http {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLingerTime = 2s;
constexpr std::uint64_t kLingerTimesDiscard = 64;

// Without the zone of a link-local address, which is of this machine alone.
std::string ip_of(const TcpSocket& socket) {
  boost::system::error_code ec;
  auto endpoint = socket.remote_endpoint(ec);
  if (ec) return {};
  std::string address = endpoint.address().to_string();
  return address.substr(0, address.find('%'));
}

std::unique_ptr<Transport> make_transport(Shared& shared, TcpSocket socket, Watch& watch) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  if (shared.tls) return make_tls_transport(std::move(socket), watch, *shared.tls);
  return make_plain_transport(std::move(socket), watch);
}

// A handler that throws, or fails before it has answered, answers 500.
boost::asio::awaitable<void> handle(const Handler& handler, Request& request, Answer& answer) {
  bool failed = false;
  try {
    failed = !(co_await handler(request, answer));
  } catch (const std::exception&) {
    failed = true;
  }
  if (failed && !answer.started()) {
    answer.status = 500;
    answer.fields = {};
    co_await answer.send("");
  }
}

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, std::shared_ptr<Lane> lane, TcpSocket socket)
    : shared_(std::move(shared)), lane_(std::move(lane)), peer_ip_(ip_of(socket)) {
  transport_ = make_transport(*shared_, std::move(socket), watch_);
  place_ = lane_->enter(*this);
}

Connection::~Connection() {
  lane_->leave(place_);
  shared_->leave();
  end_giving_way();
}

void Connection::expire() {
  watch_.expired = true;
  transport_->cancel();
}

void Connection::give_way() {
  gives_way_ = true;
  expire();
}

void Connection::end_giving_way() {
  if (std::exchange(gives_way_, false)) Room::of_process().gone();
}

void Connection::end() {
  watch_.end();
  transport_->cancel();
}

boost::asio::awaitable<void> Connection::run() {
  watch_.arm(shared_->limits.head_time);
  idle_ = true;
  auto shaken = co_await transport_->handshake();
  idle_ = false;
  if (!shaken) co_return;
  for (;;) {
    auto head_length = co_await read_head();
    if (!head_length) co_return;
    bool again = co_await exchange(*head_length);
    if (!again) break;
  }
  co_await linger();
}

boost::asio::awaitable<std::optional<std::size_t>> Connection::read_head() {
  const Limits& limits = shared_->limits;
  std::size_t seen = 0;
  bool begun = false;
  for (;;) {
    // Empty lines before a request are passed over (RFC 9112, section 2.2).
    while (seen == 0 && input_.text().starts_with("\r\n")) input_.consume(2);
    if (!input_.empty() && !begun) {
      begun = true;
      watch_.arm(limits.head_time);
    }
    if (auto end = find_head_end(input_.text(), seen); end && *end <= limits.head.count) {
      watch_.disarm();
      co_return end;
    }
    seen = input_.unread().size();
    if (!begun) {
      if (shared_->stopping) co_return std::nullopt;
      input_.shrink();
      watch_.arm(limits.idle_time);
    }
    MutableView room = input_.room(limits.head);
    if (room.empty()) {
      bool line_ended = input_.text().find("\r\n") != std::string_view::npos;
      co_await refuse(line_ended ? 431 : 414);
      co_return std::nullopt;
    }
    if (!begun) lane_->rest(place_);
    idle_ = !begun;
    auto count = co_await transport_->read(room);
    idle_ = false;
    if (!count || *count == 0) {
      if (!count && begun && count.error().code() == Code::kRetry) co_await refuse(408);
      co_return std::nullopt;
    }
    // They came just in time: whoever asks is answered.
    if (!begun) {
      watch_.pardon();
      end_giving_way();
    }
    input_.filled(*count);
  }
}

boost::asio::awaitable<void> Connection::refuse(int status) {
  watch_.pardon();
  watch_.arm(kLingerTime);
  std::string answer = refusal(status, lane_->date());
  const std::array<View, 1> pieces{as_view(answer)};
  auto written = co_await transport_->write(pieces);
  if (written) co_await linger();
}

boost::asio::awaitable<bool> Connection::exchange(std::size_t head_length) {
  const Limits& limits = shared_->limits;
  Request request;
  auto facts = parse_head(input_.text().substr(0, head_length), request);
  input_.consume(head_length);
  if (!facts) {
    co_await refuse(facts.error().status);
    co_return false;
  }
  request.peer_ip = peer_ip_;
  request.secure = shared_->tls != nullptr;
  request.id = lane_->next_id();
  Body body(*transport_, watch_, input_, limits, request, *facts);
  request.body = &body;
  AnswerOptions options;
  options.is_head = request.method == "HEAD";
  options.is_http_1_0 = facts->is_http_1_0;
  options.keep_alive = facts->keep_alive && !shared_->stopping;
  options.stopping = &shared_->stopping;
  Answer answer(*transport_, watch_, body, *lane_, limits, options);
  co_await handle(shared_->handler, request, answer);
  bool whole = co_await answer.finish();
  if (!whole) {
    // Not even lingering: the client must see that the body is cut.
    watch_.end();
    co_return false;
  }
  if (!answer.keep_alive()) co_return false;
  bool at_end = co_await body.discard(limits.discard, limits.discard_time);
  co_return at_end;
}

boost::asio::awaitable<void> Connection::linger() {
  if (watch_.expired) co_return;
  transport_->end_sending();
  watch_.arm(std::min(kLingerTime, shared_->limits.progress_time));
  auto scratch = std::make_unique_for_overwrite<std::byte[]>(16384);
  std::uint64_t left = shared_->limits.discard.count * kLingerTimesDiscard;
  while (left > 0) {
    auto count = co_await transport_->read(MutableView(scratch.get(), 16384));
    if (!count || *count == 0) co_return;
    left -= std::min<std::uint64_t>(left, *count);
  }
}

boost::asio::awaitable<void> serve(std::shared_ptr<Shared> shared, std::shared_ptr<Lane> lane,
                                   TcpSocket socket) {
  Connection connection(std::move(shared), std::move(lane), std::move(socket));
  try {
    co_await connection.run();
  } catch (const std::exception&) {
    // A library's exception, out of memory above all, ends this connection and no other.
  }
}

}  // namespace belfry::http
