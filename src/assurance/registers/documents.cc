// The provider's documents: procedures and policies, each with its versions.
//
//            approve, by another person             approve of a later one
//   draft ------------------------------> approved ----------------------> superseded
//     |                                   |   ^ |
//     | withdraw                 withdraw |   +-+ review: nothing changes, looked at again
//     v                                   v
//   withdrawn                          withdrawn
#include "declarations.h"

namespace belfry::registers {
namespace {

// Of which the annex speaks.
constexpr std::string_view kTopics[] = {
    "security_policy", "iam",       "assets",          "changes",    "continuity", "cryptography",
    "development",     "incidents", "network",         "operations", "people",     "physical",
    "risks",           "suppliers", "vulnerabilities", "other"};

constexpr Field kFields[] = {
    {.name = "reference",
     .head = "registers.head.reference",
     .help = "registers.help.reference",
     .kind = Kind::kReference,
     .is_required = true,
     .held = Held::kAsItIs},
    {.name = "title",
     .head = "registers.head.title",
     .help = "registers.help.title",
     .is_required = true},
    {.name = "topic",
     .head = "registers.head.topic",
     .help = "registers.help.topic",
     .kind = Kind::kChoice,
     .is_required = true,
     .choices = kTopics,
     .held = Held::kAsItIs},
    {.name = "owner_role",
     .head = "registers.head.owner_role",
     .help = "registers.help.owner_role",
     .is_required = true},
    {.name = "review_months",
     .head = "registers.head.review_months",
     .help = "registers.help.review_months",
     .kind = Kind::kCount,
     .is_required = true,
     .least = 1,
     .most = 60,
     .otherwise = "12",
     .held = Held::kNoMore},
};

// A month is a twelfth of a year of 365.25 days, as measure S07-P-01 reckons it.
constexpr Derived kDerived[] = {
    {"version", "registers.head.version", Kind::kCount,
     "(SELECT v.number FROM document_version v WHERE v.entry_id = e.id AND v.state = 'approved')"},
    {"due_us", "registers.head.due", Kind::kTime,
     "(SELECT COALESCE(v.reviewed_us, v.approved_us) + e.review_months * 2629800000000 FROM "
     "document_version v WHERE v.entry_id = e.id AND v.state = 'approved')"},
};

constexpr Transition kTransitions[] = {
    {.act = "approve",
     .from = "draft",
     .to = "approved",
     .help = "registers.help.approve",
     .right = "registers:ApproveVersion",
     .eyes = Eyes::kFour,
     .stamp = "approved",
     .supersedes = true,
     .guard = {"SELECT count(*) AS n FROM document_version v WHERE v.entry_id = :entry_id AND "
               "v.number > :number AND v.approved_us IS NOT NULL",
               "registers.newer_approved"}},
    {.act = "review",
     .from = "approved",
     .to = "approved",
     .help = "registers.help.review",
     .right = "registers:ReviewVersion",
     .stamp = "reviewed"},
    {.act = "withdraw",
     .from = "draft",
     .to = "withdrawn",
     .help = "registers.help.withdraw",
     .right = "registers:WithdrawVersion",
     .stamp = "withdrawn"},
    {.act = "withdraw",
     .from = "approved",
     .to = "withdrawn",
     .help = "registers.help.withdraw",
     .right = "registers:WithdrawVersion",
     .stamp = "withdrawn"},
};

}  // namespace

constexpr Declaration kDocuments{.name = "documents",
                                 .noun = "document",
                                 .help = "registers.help.documents",
                                 .fields = kFields,
                                 .derived = kDerived,
                                 .states_of = StatesOf::kVersions,
                                 .initial = "draft",
                                 .transitions = kTransitions};

}  // namespace belfry::registers
