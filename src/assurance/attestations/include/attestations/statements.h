// What customers are asked to attest: the texts, in French and English, each with its version.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace belfry::attestations {

enum class Topic { kAccessManagement, kGuestAccess, kStaff, kSkills, kInstructions };
inline constexpr std::array kTopics = {Topic::kAccessManagement, Topic::kGuestAccess, Topic::kStaff,
                                       Topic::kSkills, Topic::kInstructions};

std::string_view name_of(Topic topic);  // "access_management", as in the tables
std::optional<Topic> topic_named(std::string_view name);
// The promise of the annex that it answers: "S07-C-01".
std::string_view measure_of(Topic topic);

struct Statement {
  Topic topic = Topic::kAccessManagement;
  std::int64_t version = 0;
  // Paragraphs, parted by an empty line.
  std::string english, french;
};

// SHA-256 in hexadecimal of "<topic> <version>\n", the number of octets of the English text and
// "\n", the text, and the same of the French one: what was agreed to, whatever the catalogue says
// later.
std::string sha256_of(const Statement& statement);

// Of each topic the statement that is asked for now. A changed text is a new version: the tables
// keep the old one, and refuse another text under its number (`Attestations::publish`).
std::span<const Statement> catalogue();

}  // namespace belfry::attestations
