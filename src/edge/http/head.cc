#include "head.h"

#include "target.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace belfry::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::http::field;

// Gives what Beast finds in a head to a Request.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  explicit HeadParser(Request& request) : request_(request) {
    body_limit(boost::none);
    header_limit(std::numeric_limits<std::uint32_t>::max());
  }

  int version = 11;
  int hosts = 0;
  int transfer_codings = 0;
  bool unknown_coding = false;
  bool expects_continue = false;
  bool unknown_expectation = false;
  bool too_many_fields = false;

 private:
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text method, Text target, int version_of_request,
                       error_code& ec) override {
    version = version_of_request;
    request_.method.assign(method.data(), method.size());
    if (!http::parse_target({target.data(), target.size()}, request_))
      ec = beast::http::error::bad_target;
  }
  void on_field_impl(field name, Text name_string, Text value, error_code& ec) override {
    if (request_.fields.all().size() == kFieldsMax) {
      too_many_fields = true;
      ec = beast::http::error::header_limit;
      return;
    }
    if (name == field::host) ++hosts;
    if (name == field::transfer_encoding) {
      ++transfer_codings;
      unknown_coding |= !beast::iequals(value, "chunked");
    }
    if (name == field::expect) {
      expects_continue = beast::iequals(value, "100-continue");
      // An empty list expects nothing (RFC 9110, section 10.1.1).
      unknown_expectation |= !expects_continue && !value.empty();
    }
    request_.fields.add({name_string.data(), name_string.size()}, {value.data(), value.size()});
  }
  void on_header_impl(error_code&) override {}
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(Text, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  Request& request_;
};

// Lines end with CR LF and nothing else does; no line continues the one before; no control
// characters.
bool is_unambiguous(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(head[i]);
    if (c == '\r') {
      if (i + 1 == head.size() || head[i + 1] != '\n') return false;
      char next = i + 2 < head.size() ? head[i + 2] : '\r';
      if (next == ' ' || next == '\t') return false;
      ++i;
    } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::size_t> find_head_end(std::string_view octets, std::size_t seen) {
  std::size_t end = octets.find("\r\n\r\n", seen < 3 ? 0 : seen - 3);
  if (end == octets.npos) return std::nullopt;
  return end + 4;
}

std::expected<HeadFacts, Refusal> parse_head(std::string_view head, Request& request) {
  if (!is_unambiguous(head)) return std::unexpected(Refusal{400});
  HeadParser parser(request);
  error_code ec;
  parser.put(boost::asio::buffer(head.data(), head.size()), ec);
  if (parser.too_many_fields) return std::unexpected(Refusal{431});
  if (ec == beast::http::error::bad_version) return std::unexpected(Refusal{505});
  if (ec || !parser.is_header_done()) return std::unexpected(Refusal{400});
  if (parser.version == 11 ? parser.hosts != 1 : parser.hosts > 1)
    return std::unexpected(Refusal{400});
  if (parser.transfer_codings > 1 || (parser.transfer_codings == 1 && parser.version == 10))
    return std::unexpected(Refusal{400});
  if (parser.unknown_coding) return std::unexpected(Refusal{501});
  if (parser.unknown_expectation) return std::unexpected(Refusal{417});

  HeadFacts facts;
  facts.keep_alive = parser.keep_alive();
  facts.is_http_1_0 = parser.version == 10;
  facts.chunked = parser.chunked();
  facts.expects_continue = parser.expects_continue && parser.version == 11;
  if (!facts.chunked) {
    if (auto length = parser.content_length()) request.content_length = Bytes{*length};
  }
  return facts;
}

}  // namespace belfry::http
