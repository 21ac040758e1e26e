#include "objects_testing/client.h"

#include "objects_testing/fakes.h"

#include <algorithm>

namespace belfry::objects::testing {
namespace {

std::string say(const Error& error) {
  return std::string(name_of(error.code())) + " " + error.message();
}

WriteConditions conditions_of(const Operation& operation, const std::string& current) {
  WriteConditions conditions;
  switch (operation.condition) {
    case Operation::Condition::kNone:
      break;
    case Operation::Condition::kIfAbsent:
      conditions.if_none_match_any = true;
      break;
    case Operation::Condition::kIfAny:
      conditions.if_match = "*";
      break;
    case Operation::Condition::kIfCurrent:
      conditions.if_match = current;
      break;
    case Operation::Condition::kIfOther:
      conditions.if_match = "00000000000000000000000000000000";
      break;
  }
  return conditions;
}

Task<Buffer> read_all(Reading& reading) {
  Buffer body;
  for (;;) {
    CO_TRY(View piece, co_await reading.next());
    if (piece.empty()) co_return body;
    body.insert(body.end(), piece.begin(), piece.end());
  }
}

}  // namespace

std::string Client::id(std::size_t upload) const {
  return upload < uploads_.size() ? uploads_[upload] : std::string(32, '0');
}

Task<std::string> Client::apply(const Operation& operation, std::string current) {
  switch (operation.kind) {
    case Operation::Kind::kPut: {
      PutRequest request{.content_type = "text/plain",
                         .size = Bytes{operation.body->size()},
                         .conditions = conditions_of(operation, current)};
      if (operation.body->size() % 3 == 0) request.size.reset();
      MemorySource body(*operation.body, 50'000);
      auto put = co_await store_->put(bucket_, operation.key, request, body, leaf_);
      co_return put ? "ok " + put->etag : say(put.error());
    }
    case Operation::Kind::kGet:
      co_return co_await read(operation);
    case Operation::Kind::kRemove: {
      auto removed = co_await store_->remove(bucket_, operation.key, leaf_);
      co_return removed ? "ok" : say(removed.error());
    }
    case Operation::Kind::kList:
      co_return co_await list(operation);
    default:
      co_return co_await of_upload(operation, std::move(current));
  }
}

Task<std::string> Client::read(const Operation& operation) {
  std::optional<Range> range;
  if (operation.length) range = Range{operation.first, operation.first + operation.length - 1};
  auto opened = co_await store_->open(bucket_, operation.key, [&](const ObjectInfo&) {
    return Result<std::optional<Range>>(range);
  });
  if (!opened) co_return say(opened.error());
  auto body = co_await read_all(**opened);
  if (!body) co_return say(body.error());
  const ObjectInfo& info = (*opened)->info();
  co_return "ok " + info.etag + " of " + std::to_string(info.size.count) + ": " +
      describe_body(*body);
}

Task<std::string> Client::list(const Operation& operation) {
  auto page = co_await store_->list(bucket_, {.prefix = operation.prefix,
                                              .delimiter = operation.delimiter,
                                              .after = operation.after,
                                              .limit = operation.limit});
  if (!page) co_return say(page.error());
  std::map<std::string, bool> names;  // is it a common prefix
  for (const ObjectInfo& object : page->objects) names[object.key] = false;
  for (const std::string& common : page->common_prefixes) names[common] = true;
  std::string text = "ok";
  for (const auto& [name, is_common] : names) text += (is_common ? " +" : " ") + name;
  co_return page->truncated ? text + " ..." : text;
}

Task<std::string> Client::of_upload(const Operation& operation, std::string current) {
  std::string upload = id(operation.upload);
  if (operation.kind == Operation::Kind::kCreateUpload) {
    auto created = co_await store_->create_upload(bucket_, operation.key, {}, leaf_);
    if (!created) co_return say(created.error());
    uploads_.push_back(created->id);
    co_return "ok";
  }
  if (operation.kind == Operation::Kind::kPutPart) {
    MemorySource body(*operation.body);
    auto part = co_await store_->put_part(bucket_, operation.key, upload, operation.parts.front(),
                                          {.size = Bytes{operation.body->size()}}, body, leaf_);
    if (!part) co_return say(part.error());
    co_return "ok " + part->etag;
  }
  if (operation.kind == Operation::Kind::kListParts) {
    auto parts = co_await store_->list_parts(bucket_, operation.key, upload, 0, 1000);
    if (!parts) co_return say(parts.error());
    std::string text = "ok";
    for (const Part& part : *parts) text += " " + std::to_string(part.number) + "=" + part.etag;
    co_return text;
  }
  if (operation.kind == Operation::Kind::kComplete) {
    std::vector<PartReference> parts;
    parts.reserve(operation.parts.size());
    for (std::size_t i = 0; i < operation.parts.size(); ++i)
      parts.push_back({operation.parts[i], operation.etags[i]});
    auto completed = co_await store_->complete_upload(bucket_, operation.key, upload, parts,
                                                      conditions_of(operation, current), {}, leaf_);
    co_return completed ? "ok " + completed->etag : say(completed.error());
  }
  if (operation.kind == Operation::Kind::kAbort) {
    auto aborted = co_await store_->abort_upload(bucket_, operation.key, upload, leaf_);
    co_return aborted ? "ok" : say(aborted.error());
  }
  auto page = co_await store_->list_uploads(bucket_, {}, "");
  if (!page) co_return say(page.error());
  std::string text = "ok";
  for (const Upload& each : page->uploads) text += " " + each.key;
  co_return text;
}

Task<std::string> Client::dump_upload(const Upload& upload) {
  std::string line = "upload " + upload.key;
  CO_TRY(auto parts, co_await store_->list_parts(bucket_, upload.key, upload.id, 0, 1000));
  for (const Part& part : parts) line += " " + std::to_string(part.number) + "=" + part.etag;
  co_return line + "\n";
}

Task<> Client::adopt_uploads() {
  CO_TRY(auto page, co_await store_->list_uploads(bucket_, {}, ""));
  for (const Upload& upload : page.uploads)
    if (std::ranges::find(uploads_, upload.id) == uploads_.end()) uploads_.push_back(upload.id);
  co_return Result<>();
}

Task<std::string> Client::dump() {
  std::string text;
  CO_TRY(ListPage page, co_await store_->list(bucket_, {}));
  for (const ObjectInfo& object : page.objects) {
    auto opened = co_await store_->open(bucket_, object.key, {});
    if (!opened) co_return "unreadable " + object.key + ": " + opened.error().describe();
    auto body = co_await read_all(**opened);
    if (!body) co_return "unreadable " + object.key + ": " + body.error().describe();
    text += "object " + object.key + " " + object.etag + " " + describe_body(*body) + "\n";
  }
  CO_TRY(auto uploads, co_await store_->list_uploads(bucket_, {}, ""));
  std::vector<std::string> lines;
  for (const Upload& upload : uploads.uploads) {
    CO_TRY(std::string line, co_await dump_upload(upload));
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  for (const std::string& line : lines) text += line;
  co_return text;
}

}  // namespace belfry::objects::testing
