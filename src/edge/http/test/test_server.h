// A server on a thread of its own, and a client that sends what it is told to.
#pragma once

#include "http/server.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace belfry::http {

class TestServer {
 public:
  explicit TestServer(Handler handler, Listen options = {})
      : work_(boost::asio::make_work_guard(context_)) {
    auto server = listen({context_.get_executor()}, std::move(options), std::move(handler));
    EXPECT_TRUE(server) << server.error().describe();
    server_ = std::move(*server);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~TestServer() {
    stop(std::chrono::seconds(5));
    server_.reset();
    work_.reset();
    thread_.join();
  }

  void stop(Duration grace) {
    std::promise<void> stopped;
    boost::asio::co_spawn(context_, server_->stop(grace),
                          [&](std::exception_ptr) { stopped.set_value(); });
    stopped.get_future().wait();
  }

  std::uint16_t port() const { return server_->port(); }
  std::size_t connections() const { return server_->connections(); }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    // A test that waits for what never comes fails rather than hangs.
    timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~TestClient() { ::close(socket_); }
  TestClient(const TestClient&) = delete;

  int descriptor() const { return socket_; }
  // False: the server has closed.
  bool send(std::string_view text) {
    while (!text.empty()) {
      ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  // Up to and with `end`, or all until the server closes.
  std::string read_until(std::string_view end) {
    for (;;) {
      std::size_t at = buffer_.find(end);
      if (at != buffer_.npos) return take(at + end.size());
      char piece[65536];
      ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
      EXPECT_FALSE(count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "waited in vain";
      if (count <= 0) return take(buffer_.size());
      buffer_.append(piece, static_cast<std::size_t>(count));
    }
  }
  std::string read_count(std::size_t length) {
    while (buffer_.size() < length) {
      char piece[65536];
      ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
      if (count <= 0) break;
      buffer_.append(piece, static_cast<std::size_t>(count));
    }
    return take(std::min(length, buffer_.size()));
  }
  std::string read_all() { return read_until(std::string(1, '\0') + "never sent"); }

 private:
  std::string take(std::size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  int socket_;
  std::string buffer_;
};

// Reads the body whole and answers with it: "<method> <path> <body>".
inline Task<> echo(Request& request, Response& response) {
  std::string body;
  std::byte piece[1000];
  for (;;) {
    CO_TRY(std::size_t count, co_await request.body->read(piece));
    if (count == 0) break;
    body += as_text(View(piece, count));
  }
  if (auto trailer = request.trailers.find("x-sum")) body += " sum " + std::string(*trailer);
  co_return co_await response.send(request.method + " " + request.path + " " + body);
}

}  // namespace belfry::http
