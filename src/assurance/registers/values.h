// Between the text of a value and what its column holds.
#pragma once

#include "registers/registers.h"

namespace belfry::registers {

using database::Row;
using database::Transaction;

// "directory_id" of a link, else the field's name.
std::string column_of(const Field& field);
// What is selected of a table with the alias e: each field under its name, a link as its key.
std::string selected(std::span<const Field> fields);
// Of such a row; null is empty.
std::string text_in(const Row& row, std::string_view name);

// Whether the field has anything to say where the others are so.
bool applies(const Field& field, const Values& values);

// What the columns hold for `values`, by column. Errors: those of Registers::enter but conflicts.
Result<database::Parameters> columns_of(Transaction& transaction, TenantId tenant,
                                        std::span<const Field> fields, const Values& values);
// Of two counts; what is no count is less than nothing.
bool is_less(const std::string& count, const std::string& than);
// Errors: invalid ("registers.unknown_field").
Result<> check_known(std::span<const Field> fields, const Values& values);

}  // namespace belfry::registers
