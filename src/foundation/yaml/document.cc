#include "yaml/document.h"

#include "base/text_encoding.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace belfry::yaml {
namespace {

Place place_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

// Builds the tree from the parser's events. `path_` are the open maps and sequences; what lies
// deeper than the limit is counted in `skipped_` and left out.
class Builder : public YAML::EventHandler {
 public:
  Builder(Parsed& parsed, int depth_max) : parsed_(parsed), depth_max_(depth_max) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, anchor, "?");
    add({.kind = Kind::kNull, .place = place_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fault(mark, Error(Code::kInvalid, "yaml.alias"));
    add({.kind = Kind::kNull, .place = place_of(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, anchor, tag);
    add({.kind = Kind::kScalar, .place = place_of(mark), .quoted = tag == "!", .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::kSequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  // An open map waits for a key when `awaits_value` is false.
  struct Open {
    Node node;
    bool awaits_value = false;
    Node key;
  };

  void fault(const YAML::Mark& mark, Error error) {
    parsed_.faults.push_back({place_of(mark), std::move(error)});
  }

  void check(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0) fault(mark, Error(Code::kInvalid, "yaml.alias"));
    if (!tag.empty() && tag != "?" && tag != "!")
      fault(mark, Error(Code::kInvalid, "yaml.tag", {{"tag", tag}}));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    if (skipped_ > 0 || static_cast<int>(path_.size()) >= depth_max_) {
      if (skipped_++ == 0)
        fault(mark,
              Error(Code::kInvalid, "yaml.too_deep", {{"limit", std::to_string(depth_max_)}}));
      return;
    }
    check(mark, anchor, tag);
    path_.push_back({.node = {.kind = kind, .place = place_of(mark)}});
  }

  void close() {
    if (skipped_ > 0) {
      if (--skipped_ == 0) add({});
      return;
    }
    Node done = std::move(path_.back().node);
    path_.pop_back();
    add(std::move(done));
  }

  void add(Node node) {
    if (skipped_ > 0) return;
    if (path_.empty()) {
      parsed_.root = std::move(node);
      return;
    }
    Open& parent = path_.back();
    if (parent.node.kind == Kind::kSequence)
      parent.node.items.push_back(std::move(node));
    else if (!parent.awaits_value) {
      parent.key = std::move(node);
      parent.awaits_value = true;
    } else {
      parent.awaits_value = false;
      add_entry(parent, std::move(node));
    }
  }

  void add_entry(Open& parent, Node value) {
    Node& key = parent.key;
    if (key.kind != Kind::kScalar) {
      parsed_.faults.push_back({key.place, Error(Code::kInvalid, "yaml.complex_key")});
      return;
    }
    for (const Entry& entry : parent.node.entries)
      if (entry.key == key.text) {
        parsed_.faults.push_back(
            {key.place,
             Error(Code::kInvalid, "yaml.duplicate_key",
                   {{"key", key.text}, {"first_line", std::to_string(entry.place.line)}})});
        return;
      }
    if (parent.node.entries.size() >= kKeysMax) {
      parsed_.faults.push_back({key.place, Error(Code::kInvalid, "yaml.too_many_keys",
                                                 {{"limit", std::to_string(kKeysMax)}})});
      return;
    }
    parent.node.entries.push_back({std::move(key.text), key.place, std::move(value)});
  }

  // The search for duplicates walks them all.
  static constexpr std::size_t kKeysMax = 256;

  Parsed& parsed_;
  int depth_max_;
  int skipped_ = 0;
  std::vector<Open> path_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

Parsed parse(std::string_view text, const Limits& limits) {
  Parsed parsed;
  auto refuse = [&](Place place, Error error) {
    parsed.faults.push_back({place, std::move(error)});
    return std::move(parsed);
  };
  if (text.size() > limits.size_max.count)
    return refuse({}, Error(Code::kInvalid, "yaml.too_large",
                            {{"limit_kib", std::to_string(limits.size_max.count >> 10)}}));
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return refuse({}, Error(Code::kInvalid, "yaml.not_utf8"));
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(parsed, limits.depth_max);
    if (!parser.HandleNextDocument(builder)) return refuse({}, Error(Code::kInvalid, "yaml.empty"));
    Parsed second;
    Builder rest(second, limits.depth_max);
    if (parser.HandleNextDocument(rest))
      return refuse(second.root.place, Error(Code::kInvalid, "yaml.several_documents"));
  } catch (const YAML::Exception& exception) {
    return refuse(place_of(exception.mark),
                  Error(Code::kInvalid, "yaml.syntax", {{"detail", exception.msg}}));
  } catch (const std::exception& exception) {
    return refuse({}, Error(Code::kInvalid, "yaml.syntax", {{"detail", exception.what()}}));
  }
  return parsed;
}

}  // namespace belfry::yaml
