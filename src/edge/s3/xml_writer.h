// XML as S3 answers it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::s3 {

inline constexpr std::string_view kXmlNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

class XmlWriter {
 public:
  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  XmlWriter& open(std::string_view name);
  // The outermost element of an answer, in its protocol's namespace: S3's, if no other is told.
  XmlWriter& open_root(std::string_view name, std::string_view space = kXmlNamespace);
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

}  // namespace belfry::s3
