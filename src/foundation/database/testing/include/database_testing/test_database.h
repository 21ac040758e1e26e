// A fresh, empty database for one test, on either engine. Tests of tables run on both:
//
//   class UsersTest : public testing::TestWithParam<database::Engine> {
//    protected:
//     database::testing::TestDatabase state_{GetParam(), migrations()};
//   };
//   BELFRY_ON_BOTH_ENGINES(UsersTest);
//   TEST_P(UsersTest, ...) { state_->write(...); }
//
// PostgreSQL is a real server, started once a test program in a directory of its own, as an
// unprivileged user when the tests run as root, and stopped when the program ends.
#pragma once

#include "database/database.h"

#include <memory>
#include <string>
#include <vector>

namespace belfry::database::testing {

// `name`, for the parameter's name in the test's.
std::string name_of(Engine engine);

// The migrations of modules, each named by its folder under src/ ("cloud/iam"), read as files: for
// tests of tables that a module reads and may not include. BELFRY_SOURCE names the source's folder.
std::vector<Migration> read_migrations(const std::vector<std::string>& modules);

class TestDatabase {
 public:
  // Ends the program with a message when the engine cannot be started: a test that cannot run
  // must not pass.
  TestDatabase(Engine engine, std::vector<Migration> migrations);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }
  // For open_database: the database stays until this object goes.
  const std::string& url() const { return url_; }
  // Opens it a second time, as another process would.
  Result<std::unique_ptr<Database>> open_again(std::vector<Migration> migrations);
  void close() { database_.reset(); }

 private:
  std::string url_;
  std::string directory_;  // of SQLite
  std::unique_ptr<Database> database_;
};

}  // namespace belfry::database::testing

// One instance of the suite an engine.
#define BELFRY_ON_BOTH_ENGINES(suite)                             \
  INSTANTIATE_TEST_SUITE_P(                                       \
      Engines, suite,                                             \
      ::testing::Values(::belfry::database::Engine::kSqlite,      \
                        ::belfry::database::Engine::kPostgresql), \
      [](const auto& instance) { return ::belfry::database::testing::name_of(instance.param); })
