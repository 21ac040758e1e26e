#include "values.h"

#include "base/ascii.h"
#include "csv/csv.h"

#include <algorithm>
#include <charconv>

namespace belfry::registers {
namespace {

constexpr std::size_t kTextMax = 300, kReferenceMax = 64;

std::string name_of(const Field& field) {
  return std::string(field.name);
}

std::string joined(std::span<const std::string_view> choices) {
  std::string out;
  for (const std::string_view choice : choices)
    out += (out.empty() ? "" : ", ") + std::string(choice);
  return out;
}

bool is_reference(std::string_view text) {
  const auto fits = [](char c) {
    return is_alphanumeric(c) || std::string_view("._/-").contains(c);
  };
  return csv::is_plain(text, kReferenceMax) && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text, fits);
}

std::optional<std::int64_t> count_in(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(count) : std::nullopt;
}

std::optional<std::int64_t> count_in(const Field& field, std::string_view text) {
  const auto count = count_in(text);
  return count && *count >= field.least && *count <= field.most ? count : std::nullopt;
}

Result<database::Value> link_to(Transaction& transaction, TenantId tenant, const Field& field,
                                const std::string& text) {
  if (text.empty()) return database::Null{};
  const auto none =
      fail(Code::kNotFound, "registers.no_link", {{"field", name_of(field)}, {"value", text}});
  if (!csv::is_plain(text, kTextMax)) return none;
  const Link& link = *field.link;
  const bool is_folded = !link.folded.empty();
  database::Parameters parameters = {{"key", is_folded ? to_lower(text) : text}};
  if (link.where.contains(":tenant_id")) parameters.push_back({"tenant_id", tenant.value});
  TRY(auto rows, transaction.query("SELECT t.id FROM " + std::string(link.table) + " t WHERE t." +
                                       std::string(is_folded ? link.folded : link.key) +
                                       " = :key AND " + std::string(link.where),
                                   parameters));
  if (rows.empty()) return none;
  return rows[0].integer("id");
}

// Of a value that is there, or a text that may be empty.
Result<database::Value> value_of(Transaction& transaction, TenantId tenant, const Field& field,
                                 const std::string& text) {
  const auto refuse = [&](const char* message, std::string limit = "") {
    return std::unexpected(
        Error(Code::kInvalid, message, {{"field", name_of(field)}, {"limit", std::move(limit)}}));
  };
  switch (field.kind) {
    case Kind::kText:
      if (!text.empty() && !csv::is_plain(text, kTextMax))
        return refuse("registers.bad_text", std::to_string(kTextMax));
      if (!field.reserved.empty() && equal_without_case(text, field.reserved))
        return fail(Code::kInvalid, "registers.reserved", {{"value", text}});
      return text;
    case Kind::kReference:
      if (!is_reference(text))
        return refuse("registers.bad_reference", std::to_string(kReferenceMax));
      return text;
    case Kind::kChoice:
      if (std::ranges::find(field.choices, text) == field.choices.end())
        return fail(Code::kInvalid, "registers.bad_choice",
                    {{"field", name_of(field)}, {"choices", joined(field.choices)}});
      return text;
    case Kind::kCount:
      if (const auto count = count_in(field, text)) return *count;
      return fail(Code::kInvalid, "registers.bad_count",
                  {{"field", name_of(field)},
                   {"least", std::to_string(field.least)},
                   {"most", std::to_string(field.most)}});
    case Kind::kFlag:
      if (text != "0" && text != "1") return refuse("registers.bad_flag");
      return std::int64_t(text == "1");
    case Kind::kLink:
      return link_to(transaction, tenant, field, text);
    case Kind::kTime:
      break;
  }
  return fail(Code::kInternal, "registers.unknown_field", {{"field", name_of(field)}});
}

std::string text_of(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? "" : found->second;
}

// Whether there is what has to be, and nothing where nothing may be.
Result<> check_presence(const Field& field, const Values& values) {
  const Condition& when = field.only_when;
  const bool is_there = !text_of(values, field.name).empty();
  if (applies(field, values) && field.is_required && !is_there)
    return fail(Code::kInvalid, "registers.needed", {{"field", name_of(field)}});
  if (applies(field, values) || !is_there) return {};
  return fail(Code::kInvalid, "registers.not_needed",
              {{"field", name_of(field)},
               {"other", std::string(when.field)},
               {"value", std::string(when.value)}});
}

}  // namespace

bool applies(const Field& field, const Values& values) {
  const Condition& when = field.only_when;
  return when.field.empty() || text_of(values, when.field) == when.value;
}

std::string column_of(const Field& field) {
  return name_of(field) + (field.kind == Kind::kLink ? "_id" : "");
}

std::string selected(std::span<const Field> fields) {
  std::string out;
  for (const Field& field : fields) {
    if (!out.empty()) out += ", ";
    if (field.kind != Kind::kLink) {
      out += "e." + name_of(field);
      continue;
    }
    const std::string table(field.link->table), key(field.link->key);
    out += "(SELECT t." + key + " FROM " + table + " t WHERE t.id = e." + column_of(field) +
           ") AS " + name_of(field);
  }
  return out;
}

std::string text_in(const Row& row, std::string_view name) {
  const database::Value& value = row.at(name);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return "";
}

Result<database::Parameters> columns_of(Transaction& transaction, TenantId tenant,
                                        std::span<const Field> fields, const Values& values) {
  database::Parameters columns;
  for (const Field& field : fields) {
    TRY(check_presence(field, values));
    TRY(auto value, value_of(transaction, tenant, field, text_of(values, field.name)));
    columns.push_back({column_of(field), std::move(value)});
  }
  return columns;
}

bool is_less(const std::string& count, const std::string& than) {
  const auto one = count_in(count), other = count_in(than);
  return one && other && *one < *other;
}

Result<> check_known(std::span<const Field> fields, const Values& values) {
  for (const auto& [name, value] : values)
    if (std::ranges::find(fields, name, &Field::name) == fields.end())
      return fail(Code::kInvalid, "registers.unknown_field", {{"field", name}});
  return {};
}

}  // namespace belfry::registers
