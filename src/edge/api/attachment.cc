#include "attachment.h"

#include "base/text_encoding.h"

namespace belfry::api {

Task<Answer> send_attachment(Call& call, const std::string& kind, const std::string& name,
                             const std::string& octets) {
  call.response.fields.set("Content-Security-Policy", "sandbox; default-src 'none'");
  call.response.fields.set("Content-Type", kind);
  call.response.fields.set("Content-Disposition",
                           "attachment; filename*=UTF-8''" + percent_encode(name, Slash::kEncode));
  CO_TRY(co_await call.response.start(std::nullopt));
  CO_TRY(co_await call.response.write(as_view(octets)));
  co_return Answer::sent();
}

}  // namespace belfry::api
