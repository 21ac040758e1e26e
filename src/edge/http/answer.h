// The answer to one request.
//
//   nothing --send--> whole
//   nothing --start--> begun --write ...--> begun --finish--> whole, or broken when octets lack
//
// The head waits for the first octets of the body, so that both leave in one write.
#pragma once

#include "body.h"
#include "http/server.h"
#include "lane.h"
#include "transport.h"

#include <atomic>

namespace belfry::http {

struct AnswerOptions {
  bool is_head = false;      // the request's method
  bool is_http_1_0 = false;  // no chunks
  bool keep_alive = true;    // the client's wish, and ours
  const std::atomic<bool>* stopping = nullptr;
};

class Answer final : public Response {
 public:
  // All outlive the answer.
  Answer(Transport& transport, Watch& watch, Body& body, Lane& lane, const Limits& limits,
         const AnswerOptions& options)
      : transport_(transport),
        watch_(watch),
        body_(body),
        lane_(lane),
        pace_(limits.progress_time, limits.body_rate_min),
        discard_(limits.discard),
        options_(options) {}

  Task<> send(std::string body) override;
  Task<> start(std::optional<Bytes> length) override;
  Task<> write(View bytes) override;
  bool started() const override { return state_ != State::kNothing; }
  bool is_awaited() const override { return options_.stopping && *options_.stopping; }

  // After the handler. Sends what is held back. False: the answer is cut, the connection closes.
  boost::asio::awaitable<bool> finish();
  // What the head promised.
  bool keep_alive() const { return options_.keep_alive; }

 private:
  enum class State { kNothing, kBegun, kWhole, kBroken };

  bool has_body() const;
  void make_head(std::optional<Bytes> length);
  Task<> write_pieces(std::span<const View> pieces);

  Transport& transport_;
  Watch& watch_;
  Body& body_;
  Lane& lane_;
  Pace pace_;
  const Bytes discard_;
  AnswerOptions options_;
  State state_ = State::kNothing;
  std::string head_;  // not yet written
  std::optional<std::uint64_t> left_;
};

// A whole answer without a handler: a head refused, or no room. Always ends the connection.
std::string refusal(int status, std::string_view date);

}  // namespace belfry::http
