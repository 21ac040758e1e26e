// DeleteObjects: up to a thousand keys in one request.
#include "errors.h"
#include "events.h"
#include "payload.h"
#include "route.h"
#include "runtime/signal.h"
#include "xml_reader.h"
#include "xml_writer.h"

#include <boost/asio/detached.hpp>

#include <algorithm>

namespace belfry::s3 {
namespace {

constexpr Bytes kDeleteBodyMax = 2_MiB;
// At once, so that their commits share syncs.
constexpr std::size_t kWorkers = 32;

// One batch being deleted by several workers on one executor.
struct Batch {
  Call& call;
  const std::vector<DeleteRequest::Object>& objects;
  std::vector<Result<>> results;
  std::size_t next = 0;
  std::size_t running = 0;
  Signal done;
};

Task<> delete_one(Call& call, const DeleteRequest::Object& object) {
  if (object.key.size() > objects::kKeyLengthMax.count) co_return refuse("KeyTooLongError");
  if (!object.version.empty() && object.version != "null") co_return refuse("NoSuchVersion");
  CO_TRY(authorize(call, "s3:DeleteObject", call.bucket, object.key));
  if (object.conditions.any()) CO_TRY(authorize(call, "s3:GetObject", call.bucket, object.key));
  co_return co_await call.service.store.remove(call.bucket, object.key, object.conditions,
                                               make_leaf_of_key(call, object.key));
}

boost::asio::awaitable<void> work(Batch& batch) {
  while (batch.next < batch.objects.size()) {
    std::size_t mine = batch.next++;
    try {
      batch.results[mine] = co_await delete_one(batch.call, batch.objects[mine]);
    } catch (const std::exception&) {
      batch.results[mine] = refuse("InternalError");
    }
  }
  --batch.running;
  batch.done.notify();
}

// Every worker has ended when this returns.
boost::asio::awaitable<void> delete_all(Batch& batch) {
  auto executor = co_await boost::asio::this_coro::executor;
  batch.running = std::min(kWorkers, batch.objects.size());
  for (std::size_t i = 0, count = batch.running; i < count; ++i)
    boost::asio::co_spawn(executor, work(batch), boost::asio::detached);
  while (batch.running > 0) co_await batch.done.wait();
}

std::string write_result(const DeleteRequest& asked, const std::vector<Result<>>& results) {
  XmlWriter xml;
  xml.open_root("DeleteResult");
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string& key = asked.objects[i].key;
    if (results[i]) {
      if (!asked.quiet) xml.open("Deleted").element("Key", key).close("Deleted");
      continue;
    }
    const ErrorKind& kind = kind_of(results[i].error());
    xml.open("Error").element("Key", key).element("Code", kind.code);
    xml.element("Message", kind.message).close("Error");
  }
  xml.close("DeleteResult");
  return xml.take();
}

}  // namespace

Task<> delete_objects(Call& call) {
  CO_TRY(Document document, co_await read_document(call, kDeleteBodyMax));
  if (!document.has_digest)
    co_return refuse_with(
        "InvalidRequest",
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  CO_TRY(DeleteRequest asked, read_delete_request(document.text));
  Batch batch{call, asked.objects, std::vector<Result<>>(asked.objects.size()), 0, 0, {}};
  co_await delete_all(batch);
  const auto is_denied = [](const Result<>& result) {
    return !result && kind_of(result.error()).status == 403;
  };
  if (std::ranges::all_of(batch.results, is_denied)) co_return batch.results.front();
  // One record, so that nobody fills the owner's log with a request.
  const auto first = std::ranges::find_if(batch.results, is_denied);
  if (first != batch.results.end())
    record_denial(call, asked.objects[std::size_t(first - batch.results.begin())].key,
                  first->error(), std::size_t(std::ranges::count_if(batch.results, is_denied)));
  co_return co_await answer_xml(call, write_result(asked, batch.results));
}

}  // namespace belfry::s3
