// Bodies of commit records, as a disk or another version might give them.
#include "embedded/commit_record.h"
#include "value.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace belfry;
using namespace belfry::objects;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  View body(reinterpret_cast<const std::byte*>(data), size);
  segments::Position record{{1}, 2, 4096, std::uint32_t(size)};
  auto commit = decode_commit(body, record);
  if (!commit) return 0;
  for (const Change& change : commit->changes) {
    for (const Blob& blob : change.blobs) {
      auto* there = std::get_if<RecordBlob>(&blob);
      if (there && there->record == record &&
          std::uint64_t(there->offset) + there->length > body.size())
        std::abort();
    }
    Entry entry{.kind = change.kind, .value = change.value, .blobs = change.blobs};
    static_cast<void>(decode_object(entry));
    static_cast<void>(decode_part(entry));
    static_cast<void>(decode_upload(entry));
    static_cast<void>(decode_bucket(entry));
  }
  return 0;
}
