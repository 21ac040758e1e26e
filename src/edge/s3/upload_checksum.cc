#include "upload_checksum.h"

#include "base/text_encoding.h"
#include "errors.h"

#include <algorithm>
#include <charconv>

namespace belfry::s3 {
namespace {

constexpr std::string_view kFullObject = "FULL_OBJECT", kComposite = "COMPOSITE";

// What S3 takes when an algorithm is named without a type.
ChecksumType default_type(ChecksumKind kind) {
  return kind == ChecksumKind::kCrc64Nvme ? ChecksumType::kFullObject : ChecksumType::kComposite;
}

Result<> check_type(const ChecksumPlan& plan) {
  bool possible = plan.type == ChecksumType::kFullObject ? can_join(plan.kind)
                                                         : plan.kind != ChecksumKind::kCrc64Nvme;
  if (possible) return {};
  return refuse_with("InvalidRequest", "The " + std::string(name_of(plan.type)) +
                                           " checksum type cannot be used with the " +
                                           std::string(name_of(plan.kind)) +
                                           " checksum algorithm.");
}

Result<std::optional<ChecksumType>> read_type(const http::Fields& fields) {
  auto text = fields.find(kChecksumType);
  if (!text) return std::optional<ChecksumType>();
  if (*text == kFullObject) return std::optional(ChecksumType::kFullObject);
  if (*text == kComposite) return std::optional(ChecksumType::kComposite);
  return refuse_with("InvalidRequest", "Value for x-amz-checksum-type header is invalid.");
}

std::string_view value_in(const objects::Headers& headers, ChecksumKind kind) {
  auto found = headers.find(std::string(header_of(kind)));
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

// What the XML says of a part is what came with its octets.
Result<> check_parts(const WholeAnnounced& announced, const std::vector<objects::Part>& parts) {
  for (std::size_t i = 0; i < std::min(announced.parts.size(), parts.size()); ++i)
    for (const auto& [name, value] : announced.parts[i]) {
      auto found = parts[i].headers.find(name);
      if (found == parts[i].headers.end() || found->second != value)
        return refuse("InvalidPart", {{"PartNumber", std::to_string(parts[i].number)}});
    }
  return {};
}

// How the whole is summed up; nothing if nobody asked for it.
Result<std::optional<ChecksumPlan>> choose_plan(const WholeAnnounced& announced,
                                                const objects::Upload& upload) {
  auto plan = plan_of(upload.headers);
  if (plan && announced.type && plan->type != *announced.type)
    return refuse_with("InvalidRequest", "The upload was created with the " +
                                             std::string(name_of(plan->type)) +
                                             " checksum type; the complete request names another.");
  if (!announced.kind) return plan;
  if (plan && plan->kind != *announced.kind)
    return refuse_with("InvalidRequest", "The upload was created with the " +
                                             std::string(name_of(plan->kind)) +
                                             " checksum algorithm; the complete request names " +
                                             std::string(name_of(*announced.kind)) + ".");
  if (plan) return plan;
  ChecksumPlan own{*announced.kind, default_type(*announced.kind)};
  if (announced.type) own.type = *announced.type;
  TRY(check_type(own));
  return std::optional(own);
}

Result<std::string> full_object(ChecksumKind kind, const std::vector<objects::Part>& parts) {
  std::string whole = make_checksum(kind)->finish();
  for (const objects::Part& part : parts) {
    auto next = joined(kind, whole, value_in(part.headers, kind), part.size);
    if (!next) return refuse("InternalError");
    whole = std::move(*next);
  }
  return whole;
}

Result<std::string> composite(ChecksumKind kind, const std::vector<objects::Part>& parts) {
  auto sum = make_checksum(kind);
  for (const objects::Part& part : parts) {
    auto octets = from_base64(value_in(part.headers, kind));
    if (!octets) return refuse("InternalError");
    sum->update(*octets);
  }
  return sum->finish() + "-" + std::to_string(parts.size());
}

}  // namespace

std::string_view name_of(ChecksumType type) {
  return type == ChecksumType::kFullObject ? kFullObject : kComposite;
}

Result<std::optional<ChecksumKind>> read_checksum_algorithm(const http::Fields& fields) {
  auto name = fields.find(kChecksumAlgorithm);
  if (!name) return std::optional<ChecksumKind>();
  auto kind = algorithm_named(*name);
  if (!kind)
    return refuse_with("InvalidRequest",
                       "Checksum algorithm provided is unsupported. Please try again with any of "
                       "the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  return kind;
}

Result<std::optional<ChecksumPlan>> read_checksum_plan(const http::Fields& fields) {
  TRY(auto kind, read_checksum_algorithm(fields));
  TRY(auto type, read_type(fields));
  if (!kind && type)
    return refuse_with("InvalidRequest",
                       "The x-amz-checksum-type header can only be used with the "
                       "x-amz-checksum-algorithm header.");
  if (!kind) return std::optional<ChecksumPlan>();
  ChecksumPlan plan{*kind, type.value_or(default_type(*kind))};
  TRY(check_type(plan));
  return std::optional(plan);
}

objects::Headers headers_of(const ChecksumPlan& plan) {
  return {{std::string(kChecksumAlgorithm), std::string(name_of(plan.kind))},
          {std::string(kChecksumType), std::string(name_of(plan.type))}};
}

std::optional<ChecksumPlan> plan_of(const objects::Headers& headers) {
  auto algorithm = headers.find(std::string(kChecksumAlgorithm));
  if (algorithm == headers.end()) return std::nullopt;
  auto kind = algorithm_named(algorithm->second);
  if (!kind) return std::nullopt;
  auto type = headers.find(std::string(kChecksumType));
  bool is_full = type != headers.end() && type->second == kFullObject;
  return ChecksumPlan{*kind, is_full ? ChecksumType::kFullObject : ChecksumType::kComposite};
}

objects::Headers headers_of(const KeptChecksum& checksum) {
  objects::Headers headers{{std::string(header_of(checksum.kind)), checksum.value}};
  if (checksum.type == ChecksumType::kComposite)
    headers.emplace(kChecksumType, name_of(checksum.type));
  return headers;
}

std::optional<KeptChecksum> kept_checksum(const objects::Headers& headers) {
  for (const auto& [name, value] : headers) {
    auto kind = checksum_named(name);
    if (!kind) continue;
    auto type = headers.find(std::string(kChecksumType));
    bool is_composite = type != headers.end() && type->second == kComposite;
    return KeptChecksum{*kind, value,
                        is_composite ? ChecksumType::kComposite : ChecksumType::kFullObject};
  }
  return std::nullopt;
}

void write_checksum(XmlWriter& xml, const KeptChecksum& checksum) {
  xml.element("Checksum" + std::string(name_of(checksum.kind)), checksum.value);
}

Result<WholeAnnounced> read_whole_announced(const http::Fields& fields,
                                            std::vector<objects::Headers> parts) {
  WholeAnnounced announced;
  announced.parts = std::move(parts);
  if (auto text = fields.find("x-amz-mp-object-size")) {
    std::uint64_t size = 0;
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (ec != std::errc() || end != text->data() + text->size())
      return refuse_with("InvalidArgument", "x-amz-mp-object-size is not a number.");
    announced.size = Bytes{size};
  }
  TRY(announced.type, read_type(fields));
  for (const auto& [name, value] : fields.all()) {
    auto kind = checksum_named(name);
    if (!kind) continue;
    if (announced.kind)
      return refuse_with("InvalidRequest",
                         "Expecting a single x-amz-checksum- header. Multiple checksum Types are "
                         "not allowed.");
    announced.kind = kind;
    announced.value = value;
  }
  return announced;
}

Result<objects::Headers> describe_whole(const WholeAnnounced& announced,
                                        const objects::Upload& upload,
                                        const std::vector<objects::Part>& parts) {
  std::uint64_t size = 0;
  for (const objects::Part& part : parts) size += part.size.count;
  if (announced.size && announced.size->count != size)
    return refuse_with("InvalidRequest",
                       "The provided 'x-amz-mp-object-size' header does not match what was "
                       "computed: " +
                           std::to_string(size));
  TRY(check_parts(announced, parts));
  TRY(auto plan, choose_plan(announced, upload));
  if (!plan) return objects::Headers();
  for (const objects::Part& part : parts)
    if (value_in(part.headers, plan->kind).empty())
      return refuse_with("InvalidRequest",
                         "Part " + std::to_string(part.number) + " was sent without a " +
                             std::string(name_of(plan->kind)) +
                             " checksum, so that of the whole object cannot be checked. Name the "
                             "algorithm when the upload is created.");
  TRY(std::string value, plan->type == ChecksumType::kFullObject ? full_object(plan->kind, parts)
                                                                 : composite(plan->kind, parts));
  // Of a composite checksum the number of parts may be left out.
  bool holds = announced.value == value || (plan->type == ChecksumType::kComposite &&
                                            announced.value == value.substr(0, value.rfind('-')));
  if (announced.kind && !holds)
    return refuse_with("BadDigest", "The " + std::string(name_of(plan->kind)) +
                                        " you specified did not match the calculated checksum.");
  return headers_of(KeptChecksum{plan->kind, std::move(value), plan->type});
}

}  // namespace belfry::s3
