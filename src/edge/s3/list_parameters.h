// What listings have in common.
#pragma once

#include "http/server.h"
#include "objects/store.h"
#include "xml_writer.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::s3 {

inline constexpr std::size_t kListMax = 1000;

struct ListParameters {
  objects::ListRequest list;
  bool url_encoded = false;

  // As the client asked to see keys.
  std::string encoded(std::string_view key) const;
};

// 0 to 1000; 1000 if not given. Errors: InvalidArgument.
Result<std::size_t> read_limit(const http::Request& request, std::string_view parameter);
// prefix, delimiter, encoding-type and the limit. Errors: InvalidArgument.
Result<ListParameters> read_list_parameters(const http::Request& request,
                                            std::string_view limit_parameter);

void write_common_prefixes(XmlWriter& xml, const ListParameters& asked,
                           const std::vector<std::string>& prefixes);

// A tenant as S3's canonical user id: 64 hexadecimal digits.
std::string owner_id(TenantId tenant);

}  // namespace belfry::s3
