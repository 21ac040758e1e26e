// Lists that a scan found: all of a file takes the place of what was there, or nothing.
#include "base/ascii.h"
#include "csv/columns.h"
#include "service.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace belfry::registers {
namespace {

std::string owner_column(const Declaration& of) {
  return std::string(of.noun) + "_id";
}

Result<> check_has_list(const Declaration& of) {
  if (of.list != nullptr) return {};
  return fail(Code::kNotFound, "registers.no_list", {{"register", std::string(of.name)}});
}

Result<Values> values_in(const csv::Columns& columns, std::span<const Field> fields,
                         const csv::Line& line) {
  TRY(columns.check(line));
  Values values;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string cell = columns.find(line, i).value_or("");
    if (cell.empty()) cell = fields[i].otherwise;
    values.emplace(fields[i].name, std::move(cell));
  }
  return values;
}

class Scan {
 public:
  Scan(Transaction& transaction, TenantId tenant, const Declaration& of, EntryId id)
      : transaction_(transaction), tenant_(tenant), of_(of), id_(id) {}

  Result<Scanned> replace(const std::vector<csv::Line>& lines) {
    std::vector<std::string_view> names;
    for (const Field& field : of_.list->fields) names.push_back(field.name);
    TRY(const auto columns, csv::Columns::read(lines, names));
    TRY(transaction_.execute("DELETE FROM " + table() + " WHERE " + owner_column(of_) + " = :id",
                             {{"id", id_.value}}));
    Scanned scanned;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      auto done = take(columns, lines[i]);
      if (!done && !csv::is_fault_of_file(done.error(), "registers"))
        return std::unexpected(done.error());
      if (!done) scanned.faults.push_back({lines[i].number, done.error()});
      if (scanned.faults.size() == kFaultsMax) break;
      ++scanned.lines;
    }
    return scanned;
  }

  // How many lines have each flag.
  std::vector<audit::Detail> flagged() const {
    std::vector<audit::Detail> details;
    for (const Field& field : of_.list->fields) {
      if (field.kind != Kind::kFlag) continue;
      const auto found = flagged_.find(field.name);
      details.push_back(
          {std::string(field.name), std::to_string(found == flagged_.end() ? 0 : found->second)});
    }
    return details;
  }

 private:
  std::string table() const { return std::string(of_.list->table); }

  Result<> take(const csv::Columns& columns, const csv::Line& line) {
    const auto fields = of_.list->fields;
    TRY(const Values values, values_in(columns, fields, line));
    TRY(auto row, columns_of(transaction_, tenant_, fields, values));
    const std::string& key = values.find(fields.front().name)->second;
    if (!keys_.insert(key).second)
      return fail(Code::kConflict, "registers.line_twice", {{"value", key}});
    std::string names = owner_column(of_) + ", position", places = ":owner, :position";
    for (const database::Parameter& column : row) {
      names += ", " + column.name;
      places += ", :" + column.name;
    }
    row.push_back({"owner", id_.value});
    row.push_back({"position", std::int64_t(keys_.size())});
    TRY(transaction_.execute("INSERT INTO " + table() + " (" + names + ") VALUES (" + places + ")",
                             row));
    for (const Field& field : fields)
      if (field.kind == Kind::kFlag && values.find(field.name)->second == "1")
        ++flagged_[field.name];
    return {};
  }

  Transaction& transaction_;
  const TenantId tenant_;
  const Declaration& of_;
  const EntryId id_;
  std::set<std::string> keys_;
  std::map<std::string_view, std::size_t> flagged_;
};

}  // namespace

Result<std::vector<Values>> list_of(Transaction& transaction, const Declaration& of, EntryId id) {
  std::vector<Values> list;
  if (of.list == nullptr) return list;
  TRY(auto rows, transaction.query("SELECT " + selected(of.list->fields) + " FROM " +
                                       std::string(of.list->table) + " e WHERE e." +
                                       owner_column(of) + " = :id ORDER BY e.position",
                                   {{"id", id.value}}));
  for (const Row& row : rows) {
    Values values;
    for (const Field& field : of.list->fields) values.emplace(field.name, text_in(row, field.name));
    list.push_back(std::move(values));
  }
  return list;
}

Task<Scanned> Service::scan(const Actor& by, const Declaration& of, EntryId id, std::string file) {
  CO_TRY(check_has_list(of));
  const auto too_large = [] {
    return fail(
        Code::kInvalid, "registers.scan_too_large",
        {{"lines", std::to_string(kLinesMax)}, {"kib", std::to_string(kFileOctetsMax >> 10)}});
  };
  if (file.size() > kFileOctetsMax) co_return too_large();
  CO_TRY(const auto lines,
         co_await runtime::blocking(changes_.pool(), [&] { return csv::parse(file); }));
  if (lines.size() > kLinesMax + 1) co_return too_large();
  Scanned faulty;
  auto done = co_await changes_.write<Scanned>([&](Transaction& transaction) -> Result<Scanned> {
    TRY(const Entry before, find_entry(transaction, of, id));
    Scan work(transaction, by.tenant, of, id);
    TRY(Scanned scanned, work.replace(lines));
    if (!scanned.faults.empty()) {
      faulty = std::move(scanned);
      // Nothing of it stays.
      return fail(Code::kInvalid, "registers.scan_faults");
    }
    TRY(transaction.execute("UPDATE " + std::string(of.noun) + " SET " +
                                std::string(of.list->scanned) + " = :now WHERE id = :id",
                            {{"now", to_us(clock_.now())}, {"id", id.value}}));
    std::vector<audit::Detail> details = {{"entry", before.values.find(of.key().name)->second},
                                          {"lines", std::to_string(scanned.lines)},
                                          {"sha256", digest_of(file)}};
    std::ranges::copy(work.flagged(), std::back_inserter(details));
    TRY(note(transaction, by, resource_of(of, id), std::move(details)));
    return scanned;
  });
  if (done || done.error().message() != "registers.scan_faults") co_return done;
  faulty.lines = 0;
  co_return faulty;
}

}  // namespace belfry::registers
