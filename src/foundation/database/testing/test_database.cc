#include "database_testing/test_database.h"

#include "folder.h"
#include "postgresql_server.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace belfry::database::testing {
namespace {

constexpr Timestamp kNow = Timestamp(std::chrono::seconds(1'767'225'600));  // 2026-01-01

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "no test database: %s\n", error.describe().c_str());
  std::exit(1);
}

}  // namespace

std::string name_of(Engine engine) {
  return engine == Engine::kSqlite ? "Sqlite" : "Postgresql";
}

std::vector<Migration> read_migrations(const std::vector<std::string>& modules) {
  // Migrations refer to their texts.
  static std::map<std::string, std::string> texts;
  const char* source = std::getenv("BELFRY_SOURCE");
  const std::filesystem::path root(source != nullptr ? source : ".");
  std::vector<Migration> found;
  for (const std::string& module : modules)
    for (const auto& entry :
         std::filesystem::directory_iterator(root / "src" / module / "migrations")) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      const auto kept = texts.try_emplace(entry.path().stem(), text.str()).first;
      found.push_back({std::stoll(kept->first), kept->first, kept->second});
    }
  return found;
}

TestDatabase::TestDatabase(Engine engine, std::vector<Migration> migrations) {
  if (engine == Engine::kSqlite) {
    auto folder = make_folder("belfry-sqlite");
    if (!folder) give_up(folder.error());
    directory_ = folder->string();
    url_ = "sqlite:" + directory_ + "/state.db";
  } else {
    auto parameters = make_postgresql_database();
    if (!parameters) give_up(parameters.error());
    url_ = "postgresql:" + *parameters;
  }
  auto database = open_again(std::move(migrations));
  if (!database) give_up(database.error());
  database_ = std::move(*database);
}

TestDatabase::~TestDatabase() {
  database_.reset();
  std::error_code none;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, none);
}

Result<std::unique_ptr<Database>> TestDatabase::open_again(std::vector<Migration> migrations) {
  return open_database({.url = url_, .connections = 3}, std::move(migrations), kNow);
}

}  // namespace belfry::database::testing
