// XML as S3 answers it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::s3 {

class XmlWriter {
 public:
  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  XmlWriter& open(std::string_view name);
  // The outermost element of an answer, in S3's namespace.
  XmlWriter& open_root(std::string_view name);
  XmlWriter& close(std::string_view name);
  // Escaped; characters that XML 1.0 cannot hold become U+FFFD.
  XmlWriter& element(std::string_view name, std::string_view value);
  template <std::integral T>
  XmlWriter& element(std::string_view name, T value) {
    if constexpr (std::same_as<T, bool>)
      return element(name, std::string_view(value ? "true" : "false"));
    else
      return element(name, std::string_view(std::to_string(value)));
  }
  XmlWriter& element(std::string_view name, const char* value) {
    return element(name, std::string_view(value));
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

inline constexpr std::string_view kXmlNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

}  // namespace belfry::s3
