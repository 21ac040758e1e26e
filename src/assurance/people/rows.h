// Between rows of the tables and the types of people.h.
#pragma once

#include "register.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::people {

// SQL: whether `iam_user u` administers, or will again once a role for a time is over.
inline constexpr std::string_view kAdministers =
    "(u.role IN ('provider_administrator', 'tenant_administrator') OR u.base_role IN "
    "('provider_administrator', 'tenant_administrator'))";

// Of `person p`, for person_of.
inline constexpr std::string_view kPersonColumns =
    "p.id, p.tenant_id, p.reference, p.kind, p.name, p.name_key, p.email, p.manager_id, "
    "p.starts_us, p.ends_us, p.departure_reason, p.created_us, p.changed_us, "
    "COALESCE((SELECT m.reference FROM person m WHERE m.id = p.manager_id), '') AS "
    "manager_reference";
Person person_of(const Row& row);

// SQL: " IN (:p0, :p1)" of the persons, which become parameters.
std::string in_list(const std::vector<Person>& persons, database::Parameters& parameters);
// Adds the jobs and accounts of each.
Result<> add_facts(Transaction& transaction, std::vector<Person>& persons);
// Errors: not_found ("people.no_person").
Result<Person> find_person(Transaction& transaction, TenantId tenant, PersonId id);

// Whether the account is the person's, or was.
bool is_theirs(const Person& person, UserId user);

// Of a program who owns it, else the user itself.
Result<UserId> owner_of(Transaction& transaction, UserId user);

// Whether a tenant may have one more than `persons`. Errors: conflict ("people.too_many_people").
Result<> check_room(std::size_t persons);

// Errors: not_found ("people.no_job_role").
Result<std::string> name_of_job_role(Transaction& transaction, TenantId tenant, JobRoleId id);

std::optional<Timestamp> optional_time(const Row& row, std::string_view column);
database::Value time_or_null(const std::optional<Timestamp>& time);

}  // namespace belfry::people
