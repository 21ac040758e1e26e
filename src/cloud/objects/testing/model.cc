#include "objects_testing/model.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <algorithm>
#include <set>

namespace belfry::objects::testing {
namespace {

constexpr std::size_t kPartMin = 5 << 20;

std::string md5_hex(std::string_view body) {
  return to_hex(crypto::md5(as_view(body)));
}

std::string missing_upload() {
  return "not_found upload.missing";
}

}  // namespace

std::string describe_body(View body) {
  return std::to_string(body.size()) + " octets " + to_hex(crypto::md5(body));
}

std::string Operation::describe() const {
  static constexpr const char* kNames[] = {"put",    "get",         "remove",   "list",
                                           "create", "put part",    "parts of", "complete",
                                           "abort",  "list uploads"};
  static constexpr const char* kConditions[] = {"", " if absent", " if any", " if current",
                                                " if other"};
  std::string text = kNames[int(kind)];
  text += " \"" + key + "\"" + kConditions[int(condition)];
  if (body) text += " body " + std::to_string(body->size());
  bool of_upload = kind == Kind::kPutPart || kind == Kind::kListParts || kind == Kind::kComplete ||
                   kind == Kind::kAbort;
  if (of_upload) text += " upload " + std::to_string(upload);
  for (std::uint32_t part : parts) text += " part " + std::to_string(part);
  if (kind == Kind::kList)
    text += " prefix \"" + prefix + "\" delimiter \"" + delimiter + "\" after \"" + after +
            "\" limit " + std::to_string(limit);
  if (length) text += " range " + std::to_string(first) + "+" + std::to_string(length);
  return text;
}

bool Operation::changes() const {
  return kind != Kind::kGet && kind != Kind::kList && kind != Kind::kListParts &&
         kind != Kind::kListUploads;
}

std::string Model::Object::whole() const {
  std::string body;
  for (const Body& piece : pieces) body += *piece;
  return body;
}

std::string Model::etag(const std::string& key) const {
  auto at = objects_.find(key);
  return at == objects_.end() ? std::string() : at->second.etag;
}

std::optional<std::string> Model::key_of_upload(std::size_t upload) const {
  auto at = uploads_.find(upload);
  return at == uploads_.end() ? std::nullopt : std::optional(at->second.key);
}

std::vector<std::uint32_t> Model::parts_of(std::size_t upload) const {
  std::vector<std::uint32_t> numbers;
  if (auto at = uploads_.find(upload); at != uploads_.end())
    for (const auto& [number, part] : at->second.parts) numbers.push_back(number);
  return numbers;
}

std::string Model::part_etag(std::size_t upload, std::uint32_t number) const {
  auto at = uploads_.find(upload);
  if (at == uploads_.end() || !at->second.parts.contains(number)) return {};
  return at->second.parts.at(number).etag;
}

std::vector<std::string> Model::keys() const {
  std::vector<std::string> keys;
  keys.reserve(objects_.size());
  for (const auto& [key, object] : objects_) keys.push_back(key);
  return keys;
}

Model::Upload* Model::find_upload(const Operation& operation) {
  auto at = uploads_.find(operation.upload);
  return at == uploads_.end() || at->second.key != operation.key ? nullptr : &at->second;
}

std::string Model::apply(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kPut:
      return put(operation);
    case Operation::Kind::kGet:
      return get(operation);
    case Operation::Kind::kRemove:
      objects_.erase(operation.key);
      return "ok";
    case Operation::Kind::kList:
      return list(operation);
    case Operation::Kind::kCreateUpload:
      uploads_[begun_++] = {.key = operation.key};
      return "ok";
    case Operation::Kind::kPutPart: {
      Upload* upload = find_upload(operation);
      if (!upload) return missing_upload();
      std::string etag = md5_hex(*operation.body);
      upload->parts[operation.parts.front()] = {operation.body, etag};
      return "ok " + etag;
    }
    case Operation::Kind::kListParts: {
      Upload* upload = find_upload(operation);
      if (!upload) return missing_upload();
      std::string text = "ok";
      for (const auto& [number, part] : upload->parts)
        text += " " + std::to_string(number) + "=" + part.etag;
      return text;
    }
    case Operation::Kind::kComplete:
      return complete(operation);
    case Operation::Kind::kAbort:
      if (!find_upload(operation)) return missing_upload();
      uploads_.erase(operation.upload);
      return "ok";
    case Operation::Kind::kListUploads: {
      std::multiset<std::string> keys;
      for (const auto& [number, upload] : uploads_) keys.insert(upload.key);
      std::string text = "ok";
      for (const std::string& key : keys) text += " " + key;
      return text;
    }
  }
  return "";
}

// Why the conditions do not hold; empty if they do.
std::string Model::refusal(const Operation& operation) const {
  bool there = objects_.contains(operation.key);
  switch (operation.condition) {
    case Operation::Condition::kNone:
    case Operation::Condition::kIfCurrent:
      break;
    case Operation::Condition::kIfAbsent:
      return there ? "conflict object.precondition" : "";
    case Operation::Condition::kIfAny:
      return there ? "" : "not_found object.missing";
    case Operation::Condition::kIfOther:
      return there ? "conflict object.precondition" : "not_found object.missing";
  }
  bool must_be = operation.condition == Operation::Condition::kIfCurrent;
  return must_be && !there ? "not_found object.missing" : "";
}

std::string Model::put(const Operation& operation) {
  if (std::string why = refusal(operation); !why.empty()) return why;
  std::string etag = md5_hex(*operation.body);
  objects_[operation.key] = {.pieces = {operation.body}, .etag = etag};
  return "ok " + etag;
}

std::string Model::get(const Operation& operation) const {
  auto at = objects_.find(operation.key);
  if (at == objects_.end()) return "not_found object.missing";
  std::string body = at->second.whole();
  std::size_t size = body.size();
  if (operation.length)
    body = operation.first < size ? body.substr(operation.first, operation.length) : "";
  return "ok " + at->second.etag + " of " + std::to_string(size) + ": " +
         describe_body(as_view(body));
}

std::string Model::list(const Operation& operation) const {
  std::string text = "ok";
  std::size_t count = 0;
  std::set<std::string> common;
  for (const auto& [key, object] : objects_) {
    if (!key.starts_with(operation.prefix) || key <= operation.after) continue;
    std::string name = key;
    std::size_t at = operation.delimiter.empty()
                         ? std::string::npos
                         : key.find(operation.delimiter, operation.prefix.size());
    if (at != std::string::npos) {
      name = key.substr(0, at + operation.delimiter.size());
      if (name <= operation.after || common.contains(name)) continue;
    }
    if (count++ == operation.limit) return text + " ...";
    if (at != std::string::npos) common.insert(name);
    text += (at != std::string::npos ? " +" : " ") + name;
  }
  return text;
}

std::string Model::complete(const Operation& operation) {
  Upload* upload = find_upload(operation);
  if (!upload) {
    auto at = objects_.find(operation.key);
    bool repeated = at != objects_.end() && at->second.upload == operation.upload;
    return repeated ? "ok " + at->second.etag : missing_upload();
  }
  Object object{.upload = operation.upload};
  std::string digests;
  for (std::size_t i = 0; i < operation.parts.size(); ++i) {
    if (i > 0 && operation.parts[i] <= operation.parts[i - 1])
      return "invalid upload.invalid_part_order";
    auto part = upload->parts.find(operation.parts[i]);
    if (part == upload->parts.end()) return "invalid upload.invalid_part";
    if (i + 1 < operation.parts.size() && part->second.body->size() < kPartMin)
      return "invalid upload.part_too_small";
    object.pieces.push_back(part->second.body);
    digests += as_text(crypto::md5(as_view(*part->second.body)));
  }
  if (operation.parts.empty()) return "invalid upload.invalid_part";
  if (std::string why = refusal(operation); !why.empty()) return why;
  object.etag = md5_hex(digests) + "-" + std::to_string(operation.parts.size());
  std::string outcome = "ok " + object.etag;
  objects_[operation.key] = std::move(object);
  uploads_.erase(operation.upload);
  return outcome;
}

std::string Model::dump() const {
  std::string text;
  for (const auto& [key, object] : objects_) {
    std::string body = object.whole();
    text += "object " + key + " " + object.etag + " " + describe_body(as_view(body)) + "\n";
  }
  std::multimap<std::string, std::string> uploads;
  for (const auto& [number, upload] : uploads_) {
    std::string line = "upload " + upload.key;
    for (const auto& [part_number, part] : upload.parts)
      line += " " + std::to_string(part_number) + "=" + part.etag;
    uploads.emplace(upload.key, line + "\n");
  }
  std::vector<std::string> lines;
  for (auto& [key, line] : uploads) lines.push_back(line);
  std::ranges::sort(lines);
  for (const std::string& line : lines) text += line;
  return text;
}

namespace {

std::uint64_t below(Random& random, std::uint64_t limit) {
  return random.number() % limit;
}

std::string choose_key(Random& random) {
  static constexpr const char* kKeys[] = {
      "a",          "b",  "c/d", "c/e", "c/f/g",           "c/f/h",           "c",        "c0",
      "é/\xc3\xbc", "i/", "i/j", "k l", "photos/2026/one", "photos/2026/two", "photos/x", "zz"};
  return kKeys[below(random, std::size(kKeys))];
}

std::shared_ptr<const std::string> choose_body(Random& random, unsigned large) {
  static constexpr std::size_t kChunk = 128 << 10;
  std::size_t size = below(random, 3000);
  if (below(random, 20) == 0) size = 0;
  if (below(random, 100) < large) {
    static constexpr std::size_t kSizes[] = {kChunk - 1, kChunk,          kChunk + 1, 3 * kChunk,
                                             kPartMin,   8 * kChunk + 17, 9 * kChunk};
    size = kSizes[below(random, std::size(kSizes))];
  }
  auto body = std::make_shared<std::string>(size, '\0');
  std::uint64_t state = random.number();
  for (char& c : *body)
    c = char((state = state * 6364136223846793005U + 1442695040888963407U) >> 56);
  return body;
}

}  // namespace

Operation choose_operation(Random& random, const Model& model, unsigned large) {
  using Kind = Operation::Kind;
  static constexpr Kind kKinds[] = {
      Kind::kPut,          Kind::kPut,      Kind::kPut,     Kind::kPut,        Kind::kGet,
      Kind::kGet,          Kind::kGet,      Kind::kRemove,  Kind::kList,       Kind::kList,
      Kind::kCreateUpload, Kind::kPutPart,  Kind::kPutPart, Kind::kPutPart,    Kind::kListParts,
      Kind::kComplete,     Kind::kComplete, Kind::kAbort,   Kind::kListUploads};
  Operation operation{.kind = kKinds[below(random, std::size(kKinds))], .key = choose_key(random)};
  operation.condition = Operation::Condition(below(random, 3) ? 0 : below(random, 5));
  if (model.uploads_begun() > 0) {
    std::size_t recent = std::min<std::size_t>(model.uploads_begun(), 4);
    operation.upload = model.uploads_begun() - 1 - below(random, recent);
  }
  switch (operation.kind) {
    case Kind::kPut:
      operation.body = choose_body(random, large);
      break;
    case Kind::kGet:
      if (below(random, 2)) {
        operation.first = below(random, 2) ? below(random, 3000) : below(random, 1 << 20);
        operation.length = 1 + below(random, 300'000);
      }
      break;
    case Kind::kList: {
      static constexpr const char* kPrefixes[] = {"", "", "c", "c/", "photos/", "c/f/", "y"};
      operation.prefix = kPrefixes[below(random, std::size(kPrefixes))];
      if (below(random, 2)) operation.delimiter = below(random, 4) ? "/" : "o";
      if (below(random, 2)) operation.after = choose_key(random);
      if (below(random, 2)) operation.limit = 1 + below(random, 4);
      break;
    }
    case Kind::kPutPart:
      operation.body = choose_body(random, large);
      operation.parts = {std::uint32_t(1 + below(random, 3))};
      [[fallthrough]];
    case Kind::kListParts:
    case Kind::kAbort:
      if (auto key = model.key_of_upload(operation.upload)) operation.key = *key;
      break;
    case Kind::kComplete:
      if (auto key = model.key_of_upload(operation.upload)) operation.key = *key;
      operation.parts = model.parts_of(operation.upload);
      if (operation.parts.size() > 1 && below(random, 2))
        operation.parts = {operation.parts[below(random, operation.parts.size())]};
      if (below(random, 12) == 0) operation.parts.push_back(2);
      for (std::uint32_t number : operation.parts)
        operation.etags.push_back(model.part_etag(operation.upload, number));
      break;
    default:
      break;
  }
  return operation;
}

}  // namespace belfry::objects::testing
