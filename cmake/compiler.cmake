# How every file of the project is compiled.

option(BELFRY_FUZZ "Build the libFuzzer targets" OFF)
option(BELFRY_BENCH "Build the benchmarks" OFF)
set(BELFRY_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Belfry is built with clang 19 or later (docs/decisions/0001-compiler.md); "
                      "run `make build`, which installs and selects it.")
endif()

add_library(belfry_options INTERFACE)
target_compile_options(belfry_options INTERFACE
  -Wall -Wextra -Werror -Wunused-result -Wshadow -Wno-missing-field-initializers)
target_compile_definitions(belfry_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
# Without its timestamp a precompiled header that is made again is the same to ccache.
target_compile_options(belfry_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
if(BELFRY_SANITIZE)
  target_compile_options(belfry_options INTERFACE
    -fsanitize=${BELFRY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  target_link_options(belfry_options INTERFACE -fsanitize=${BELFRY_SANITIZE})
endif()
if(BELFRY_SANITIZE MATCHES "undefined")
  # SOCI's libraries keep the type information of their classes to themselves.
  target_compile_options(belfry_options INTERFACE -fno-sanitize=vptr)
endif()
if(BELFRY_FUZZ)
  target_compile_options(belfry_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
# What is compiled far longer than it runs (belfry_unoptimised); after every other choice.
target_compile_options(belfry_options INTERFACE
  $<$<BOOL:$<TARGET_PROPERTY:BELFRY_UNOPTIMISED>>:-O0>)
# Frame pointers: `perf record -g` on a running daemon shows who called whom.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
