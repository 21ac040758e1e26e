#include "rows.h"

namespace belfry::attestations {
namespace {

using database::Row;
using database::Transaction;

std::optional<Timestamp> optional_time(const Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return from_us(row.integer(column));
}

Result<std::vector<Administrator>> administrators_of(Transaction& transaction, AttestationId id) {
  TRY(auto rows, transaction.query("SELECT d.user_id, d.name, u.id AS there FROM "
                                   "attestation_administrator d LEFT JOIN iam_user u ON u.id = "
                                   "d.user_id AND u.tenant_id = d.tenant_id AND u.active = 1 AND "
                                   "u.deleted_us IS NULL WHERE d.attestation_id = :id "
                                   "ORDER BY d.name, d.user_id",
                                   {{"id", id.value}}));
  std::vector<Administrator> found;
  found.reserve(rows.size());
  for (const Row& row : rows)
    found.push_back({UserId{row.integer("user_id")}, row.text("name"), !row.is_null("there")});
  return found;
}

}  // namespace

Result<Attestation> attestation_of(Transaction& transaction, const Row& row) {
  const auto topic = topic_named(row.text("topic"));
  if (!topic) return fail(Code::kCorrupt, "attestations.unknown_topic");
  Attestation found{
      .id = AttestationId{row.integer("id")},
      .tenant = TenantId{row.integer("tenant_id")},
      .topic = *topic,
      .version = row.integer("version"),
      .sha256 = row.text("sha256"),
      .language = row.text("language") == "fr" ? Language::kFrench : Language::kEnglish,
      .signed_by = UserId{row.integer("signed_by_user_id")},
      .signed_by_name = row.text("signed_by_name"),
      .signer_is_there = !row.is_null("signer_there"),
      .signed_at = from_us(row.integer("signed_us")),
      .expires = from_us(row.integer("expires_us")),
      .superseded = optional_time(row, "superseded_us")};
  if (const auto at = optional_time(row, "withdrawn_us"))
    found.withdrawn = {*at, row.text("withdrawn_by_name"), row.text("withdrawn_reason")};
  TRY(found.administrators, administrators_of(transaction, found.id));
  return found;
}

Result<Attestation> find_attestation(Transaction& transaction, AttestationId id) {
  TRY(auto rows,
      transaction.query("SELECT " + std::string(kColumns) + std::string(kFrom) + "WHERE a.id = :id",
                        {{"id", id.value}}));
  if (rows.empty())
    return fail(Code::kNotFound, "attestations.missing", {{"attestation", id.text()}});
  return attestation_of(transaction, rows[0]);
}

Result<std::optional<Attestation>> newest_of(Transaction& transaction, TenantId tenant,
                                             Topic topic) {
  TRY(auto rows,
      transaction.query("SELECT " + std::string(kColumns) + std::string(kFrom) +
                            "WHERE a.tenant_id = :tenant_id AND a.topic = :topic AND "
                            "a.superseded_us IS NULL",
                        {{"tenant_id", tenant.value}, {"topic", std::string(name_of(topic))}}));
  if (rows.empty()) return std::optional<Attestation>();
  TRY(Attestation found, attestation_of(transaction, rows[0]));
  return std::optional(std::move(found));
}

std::string resource_of(AttestationId id) {
  return "belfry:attestation/" + id.text();
}

std::vector<audit::Detail> details_of(const Attestation& attestation) {
  std::vector<audit::Detail> details = {{"topic", std::string(name_of(attestation.topic))},
                                        {"version", std::to_string(attestation.version)},
                                        {"text_sha256", attestation.sha256},
                                        {"expires", format_rfc3339(attestation.expires)}};
  std::string names;
  for (const Administrator& each : attestation.administrators)
    names += (names.empty() ? "" : ", ") + each.name;
  if (!names.empty()) details.push_back({"administrators", names});
  return details;
}

Result<Published> asked_now(Transaction& transaction, Topic topic) {
  TRY(auto rows, transaction.query("SELECT version, text_en, text_fr, published_us FROM "
                                   "attestation_statement WHERE topic = :topic ORDER BY version "
                                   "DESC LIMIT 1",
                                   {{"topic", std::string(name_of(topic))}}));
  if (rows.empty()) return fail(Code::kInternal, "attestations.nothing_published");
  return Published{
      {topic, rows[0].integer("version"), rows[0].text("text_en"), rows[0].text("text_fr")},
      from_us(rows[0].integer("published_us"))};
}

}  // namespace belfry::attestations
