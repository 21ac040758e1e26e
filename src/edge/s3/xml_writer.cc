#include "xml_writer.h"

#include "base/text_encoding.h"

namespace belfry::s3 {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Octets of the character that `text` begins with; of what is no UTF-8, one.
std::size_t length_of_character(std::string_view text) {
  auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return is_utf8(text.substr(0, length)) ? length : 1;
}

// What XML 1.0, section 2.2, has no way to hold is replaced: a reader would refuse all of it.
void append_character(std::string& out, std::string_view character) {
  char c = character.front();
  bool is_control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
  bool is_octet = character.size() == 1 && static_cast<unsigned char>(c) >= 0x80;
  if (c == '&')
    out += "&amp;";
  else if (c == '<')
    out += "&lt;";
  else if (c == '>')
    out += "&gt;";
  else if (c == '"')
    out += "&quot;";
  else if (c == '\r')
    out += "&#13;";
  else if (is_control || is_octet || character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf")
    out += kReplacement;
  else
    out += character;
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t length = length_of_character(text);
    append_character(out, text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace

XmlWriter& XmlWriter::open(std::string_view name) {
  out_.append("<").append(name).append(">");
  return *this;
}

XmlWriter& XmlWriter::open_root(std::string_view name, std::string_view space) {
  out_.append("<").append(name).append(" xmlns=\"").append(space).append("\">");
  return *this;
}

XmlWriter& XmlWriter::close(std::string_view name) {
  out_.append("</").append(name).append(">");
  return *this;
}

XmlWriter& XmlWriter::element(std::string_view name, std::string_view value) {
  open(name);
  append_escaped(out_, value);
  return close(name);
}

}  // namespace belfry::s3
