// The octets of one connection, plain or under TLS.
#pragma once

#include "base/bytes.h"
#include "runtime/task.h"
#include "watch.h"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <span>

namespace belfry::http {

using TcpSocket = boost::asio::ip::tcp::socket;

class TlsContext;

// Errors of every wait: retry ("http.timeout") while the watch is expired, invalid
// ("http.connection_lost").
class Transport {
 public:
  virtual ~Transport() = default;

  virtual Task<> handshake() = 0;
  // At least one octet, or 0 when the other side has ended.
  virtual Task<std::size_t> read(MutableView out) = 0;
  // All octets of all pieces, in as few packets as it takes.
  virtual Task<> write(std::span<const View> pieces) = 0;
  // Tells the other side that nothing more comes; it may still send. Waits for nothing.
  virtual void end_sending() = 0;
  // Ends every wait.
  virtual void cancel() = 0;
};

// `watch` outlives the transport.
std::unique_ptr<Transport> make_plain_transport(TcpSocket socket, Watch& watch);
std::unique_ptr<Transport> make_tls_transport(TcpSocket socket, Watch& watch, TlsContext& context);

inline constexpr std::size_t kPiecesMax = 4;

enum class Direction { kRead, kWrite };
// Waits until the socket can be read or written.
Task<> wait_for(TcpSocket& socket, Watch& watch, Direction direction);

}  // namespace belfry::http
