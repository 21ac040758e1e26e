# The libraries outside the project. Modules name them in EXTERNAL; their headers count as system
# headers.

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson 3 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(RocksDB REQUIRED)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(cbor REQUIRED IMPORTED_TARGET libcbor)
pkg_check_modules(fido2 REQUIRED IMPORTED_TARGET libfido2)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)

# SOCI's packaged CMake files name build-time paths of another machine, so its libraries are named
# here.
add_library(soci INTERFACE)
target_link_libraries(soci INTERFACE soci_core soci_sqlite3 soci_postgresql sqlite3 pq)
target_include_directories(soci SYSTEM INTERFACE /usr/include/postgresql)

# Debian has it for amd64 alone, and no file for pkg-config.
add_library(ipsec_mb INTERFACE)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  find_library(IPSEC_MB_LIBRARY IPSec_MB REQUIRED)
  target_link_libraries(ipsec_mb INTERFACE ${IPSEC_MB_LIBRARY})
endif()

if(BUILD_TESTING)
  find_package(GTest REQUIRED)
endif()
