// The body of one request, read from its connection.
//
// Invariants
//  1. No octet after the body's end is taken from the input: it belongs to the next request.
//  2. After an error nothing more is read and the connection closes.
#pragma once

#include "chunk_framing.h"
#include "head.h"
#include "input.h"
#include "runtime/stream.h"
#include "transport.h"

namespace belfry::http {

class Body final : public Source {
 public:
  // All outlive the body.
  Body(Transport& transport, Watch& watch, Input& input, const Limits& limits, Request& request,
       const HeadFacts& facts);

  Task<std::size_t> read(MutableView out) override;

  bool at_end() const { return state_ == State::kEnd; }
  // Whether what is left may be read away rather than closing: within `limit`, and the client does
  // not wait for a `100 Continue`.
  bool is_discardable(Bytes limit) const;
  // Reads away at most `limit` octets within `time`. True: the body is at its end.
  boost::asio::awaitable<bool> discard(Bytes limit, Duration time);

 private:
  enum class State { kCounted, kChunked, kEnd, kFailed };

  Task<std::size_t> read_some(MutableView out);
  Task<std::size_t> read_counted(MutableView out);
  Task<std::size_t> read_chunked(MutableView out);
  Task<> take_line();
  Task<std::size_t> read_octets(MutableView out);
  Task<> send_continue();

  Transport& transport_;
  Watch& watch_;
  Input& input_;
  Pace pace_;
  ChunkFraming framing_;
  State state_ = State::kEnd;
  std::uint64_t left_ = 0;  // of kCounted
  bool continue_wanted_ = false;
};

}  // namespace belfry::http
