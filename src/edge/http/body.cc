#include "body.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace belfry::http {

Body::Body(Transport& transport, Watch& watch, Input& input, const Limits& limits, Request& request,
           const HeadFacts& facts)
    : transport_(transport),
      watch_(watch),
      input_(input),
      pace_(limits.progress_time, limits.body_rate_min),
      framing_(request.trailers) {
  if (facts.chunked) {
    state_ = State::kChunked;
  } else if (request.content_length && request.content_length->count > 0) {
    state_ = State::kCounted;
    left_ = request.content_length->count;
  }
  continue_wanted_ = facts.expects_continue && state_ != State::kEnd;
}

Task<std::size_t> Body::read(MutableView out) {
  if (state_ == State::kEnd || out.empty()) co_return std::size_t{0};
  if (state_ == State::kFailed) co_return fail(Code::kInvalid, "http.body_cut");
  watch_.arm_paced(pace_);
  auto count = co_await read_some(out);
  watch_.disarm();
  if (!count) state_ = State::kFailed;
  co_return count;
}

Task<std::size_t> Body::read_some(MutableView out) {
  if (continue_wanted_) CO_TRY(co_await send_continue());
  if (state_ == State::kCounted) co_return co_await read_counted(out);
  co_return co_await read_chunked(out);
}

Task<> Body::send_continue() {
  continue_wanted_ = false;
  // A client that sends without waiting needs no answer (RFC 9110, section 10.1.1).
  if (!input_.empty()) co_return Result<>();
  const std::array<View, 1> pieces{as_view("HTTP/1.1 100 Continue\r\n\r\n")};
  co_return co_await transport_.write(pieces);
}

// At least one octet: what is buffered first, then straight into `out`.
Task<std::size_t> Body::read_octets(MutableView out) {
  if (!input_.empty()) {
    std::size_t count = std::min(out.size(), input_.unread().size());
    std::memcpy(out.data(), input_.unread().data(), count);
    input_.consume(count);
    co_return count;
  }
  auto count = co_await transport_.read(out);
  if (!count) {
    bool slow = count.error().code() == Code::kRetry;
    if (slow) co_return fail(Code::kRetry, "http.body_timeout");
    co_return fail(Code::kInvalid, "http.body_cut");
  }
  if (*count == 0) co_return fail(Code::kInvalid, "http.body_cut");
  co_return *count;
}

Task<std::size_t> Body::read_counted(MutableView out) {
  std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  CO_TRY(std::size_t count, co_await read_octets(out.first(wanted)));
  left_ -= count;
  if (left_ == 0) state_ = State::kEnd;
  co_return count;
}

Task<std::size_t> Body::read_chunked(MutableView out) {
  for (;;) {
    switch (framing_.want()) {
      case ChunkFraming::Want::kEnd:
        state_ = State::kEnd;
        co_return std::size_t{0};
      case ChunkFraming::Want::kLine:
        CO_TRY(co_await take_line());
        break;
      case ChunkFraming::Want::kData: {
        auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), framing_.data_left()));
        CO_TRY(std::size_t count, co_await read_octets(out.first(wanted)));
        framing_.take(count);
        co_return count;
      }
    }
  }
}

Task<> Body::take_line() {
  std::size_t seen = 0;
  for (;;) {
    std::string_view text = input_.text();
    std::size_t end = text.find("\r\n", seen == 0 ? 0 : seen - 1);
    if (end != text.npos) {
      if (end > kChunkLineMax.count || !framing_.line(text.substr(0, end)))
        co_return fail(Code::kInvalid, "http.bad_chunk");
      input_.consume(end + 2);
      co_return Result<>();
    }
    seen = text.size();
    MutableView room = input_.room(kChunkLineMax);
    if (room.empty()) co_return fail(Code::kInvalid, "http.bad_chunk");
    auto count = co_await transport_.read(room);
    if (!count && count.error().code() == Code::kRetry)
      co_return fail(Code::kRetry, "http.body_timeout");
    if (!count || *count == 0) co_return fail(Code::kInvalid, "http.body_cut");
    input_.filled(*count);
  }
}

bool Body::is_discardable(Bytes limit) const {
  if (state_ == State::kEnd) return true;
  if (state_ == State::kFailed || continue_wanted_) return false;
  return state_ == State::kChunked || left_ <= limit.count;
}

boost::asio::awaitable<bool> Body::discard(Bytes limit, Duration time) {
  if (!is_discardable(limit)) co_return false;
  pace_.end_within(time);
  auto scratch = std::make_unique_for_overwrite<std::byte[]>(16384);
  std::uint64_t left = limit.count;
  while (state_ != State::kEnd) {
    auto count = co_await read(MutableView(scratch.get(), 16384));
    if (!count) co_return false;
    if (*count > left) co_return false;
    left -= *count;
  }
  co_return true;
}

}  // namespace belfry::http
