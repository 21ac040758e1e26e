// The inventory of the provider's systems: how people sign in to each, what their access follows,
// and which accounts it has of its own.
//
//                 retire
//   in_service <----------> retired
//                 restore
#include "declarations.h"

namespace belfry::registers {
namespace {

constexpr std::string_view kEnvironments[] = {"production", "other"};
constexpr std::string_view kWaysIn[] = {"belfry", "directory", "local"};

// Nobody signs in with an issuer that is for programs alone, or that has no name to type.
constexpr Link kDirectory{"issuer", "organisation",
                          "t.tenant_id = :tenant_id AND t.purpose <> 'programs'"};
constexpr Link kDocument{"document", "reference", "1 = 1", "key_text"};
constexpr Link kPerson{"person", "reference", "t.tenant_id = :tenant_id"};

constexpr Field kFields[] = {
    // Belfry itself is always there, judged by its own tables.
    {.name = "name",
     .head = "registers.head.name",
     .help = "registers.help.name",
     .is_required = true,
     .reserved = "belfry"},
    {.name = "purpose",
     .head = "registers.head.purpose",
     .help = "registers.help.purpose",
     .is_required = true,
     .is_listed = false},
    {.name = "owner_role",
     .head = "registers.head.owner_role",
     .help = "registers.help.owner_role",
     .is_required = true},
    {.name = "environment",
     .head = "registers.head.environment",
     .help = "registers.help.environment",
     .kind = Kind::kChoice,
     .is_required = true,
     .choices = kEnvironments,
     .otherwise = "production"},
    {.name = "sign_in",
     .head = "registers.head.sign_in",
     .help = "registers.help.sign_in",
     .kind = Kind::kChoice,
     .is_required = true,
     .choices = kWaysIn},
    {.name = "directory",
     .head = "registers.head.directory",
     .help = "registers.help.directory",
     .kind = Kind::kLink,
     .is_required = true,
     .link = &kDirectory,
     .only_when = {"sign_in", "directory"}},
    {.name = "access_document",
     .head = "registers.head.access_document",
     .help = "registers.help.access_document",
     .kind = Kind::kLink,
     .link = &kDocument},
    {.name = "access_place",
     .head = "registers.head.access_place",
     .help = "registers.help.access_place",
     .is_listed = false},
};

constexpr Derived kDerived[] = {
    {"account_count", "registers.head.account_count", Kind::kCount,
     "(SELECT count(*) FROM system_account a WHERE a.system_id = e.id)"},
    {"scanned_us", "registers.head.scanned", Kind::kTime, "e.scanned_us"},
};

constexpr Transition kTransitions[] = {
    {.act = "retire", .from = "in_service", .to = "retired", .help = "registers.help.retire"},
    {.act = "restore", .from = "retired", .to = "in_service", .help = "registers.help.restore"},
};

constexpr Field kAccountFields[] = {
    {.name = "account",
     .head = "registers.head.account",
     .help = "registers.help.account",
     .is_required = true},
    {.name = "person",
     .head = "registers.head.person",
     .help = "registers.help.person",
     .kind = Kind::kLink,
     .link = &kPerson},
    {.name = "break_glass",
     .head = "registers.head.break_glass",
     .help = "registers.help.break_glass",
     .kind = Kind::kFlag,
     .otherwise = "0"},
    {.name = "reason",
     .head = "registers.head.reason",
     .help = "registers.help.reason",
     .is_required = true,
     .only_when = {"break_glass", "1"}},
};

constexpr ScannedList kAccounts{.name = "accounts",
                                .table = "system_account",
                                .head = "registers.head.accounts",
                                .fields = kAccountFields,
                                .scanned = "scanned_us"};

}  // namespace

constexpr Declaration kSystems{.name = "systems",
                               .noun = "system",
                               .help = "registers.help.systems",
                               .fields = kFields,
                               .derived = kDerived,
                               .initial = "in_service",
                               .transitions = kTransitions,
                               .list = &kAccounts};

}  // namespace belfry::registers
