# One module: a static library whose include/ folder is all that others see of it.
#
#   belfry_module(NAME segments GROUP record
#     SOURCES log.cc ...            # private, beside this CMakeLists.txt
#     DEPENDS base runtime ...      # every module whose headers it includes: none comes by another
#     EXTERNAL OpenSSL::Crypto ...  # libraries outside the project, never in public headers
#     TESTS test/log_test.cc ...    # one GoogleTest program, <name>_test
#     TEST_DEPENDS ...              # further modules that only the tests include
#     SHARDS 2                      # into how many runs they are dealt, where they take minutes
#     FUZZ fuzz/record_fuzz.cc ...  # libFuzzer targets, corpus in fuzz/corpus/<target>
#     TSAN                          # its tests run under ThreadSanitizer too
#     COLD)                         # runs seldom: sanitizers find it without optimising
#
# The walls: DEPENDS are linked PRIVATE, so a module's headers are visible to those alone that
# name it.

# What sanitizers look at: the tests and fuzz targets of modules.
add_custom_target(unit_tests)
add_custom_target(fuzz_targets)
# The programs of sim/ and tests/.
add_custom_target(system_tests)

# Every module but those that know no coroutines.
function(belfry_precompiled target)
  if(NOT target MATCHES "^(belfry_)?(base|csv|yaml|text|policy|mail)")
    get_target_property(is_unoptimised ${target} BELFRY_UNOPTIMISED)
    if(is_unoptimised)
      target_precompile_headers(${target} REUSE_FROM belfry_precompiled_unoptimised)
    else()
      target_precompile_headers(${target} REUSE_FROM belfry_precompiled)
    endif()
  endif()
endfunction()

# Tests, and with sanitizers what is COLD: optimising takes half of the time that compiling takes.
# To be called before belfry_precompiled.
function(belfry_unoptimised target)
  set_target_properties(${target} PROPERTIES BELFRY_UNOPTIMISED ON)
endfunction()

# Of a test that takes minutes, so that nothing waits for it at the end. What the others cost, ctest
# learns.
function(belfry_begins_early test)
  set_tests_properties(${test} PROPERTIES COST 10000)
endfunction()

# Tells ctest of the program <name>_test: as `name`, or dealt into `name-0` and so on.
function(belfry_unit_test name shards environment)
  math(EXPR last "${shards} - 1")
  foreach(shard RANGE ${last})
    set(test ${name})
    if(last GREATER 0)
      set(test ${name}-${shard})
    endif()
    add_test(NAME ${test} COMMAND ${name}_test)
    set_tests_properties(${test} PROPERTIES LABELS unit TIMEOUT 1800
      ENVIRONMENT "${environment};GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${shard}")
    if(last GREATER 0)
      belfry_begins_early(${test})
    endif()
  endforeach()
endfunction()

function(belfry_module)
  cmake_parse_arguments(MODULE "TSAN;COLD" "NAME;GROUP;SHARDS"
    "SOURCES;DEPENDS;EXTERNAL;TESTS;TEST_DEPENDS;FUZZ" ${ARGN})
  set(target belfry_${MODULE_NAME})
  list(TRANSFORM MODULE_DEPENDS PREPEND belfry_)
  list(TRANSFORM MODULE_TEST_DEPENDS PREPEND belfry_)

  add_library(${target} STATIC ${MODULE_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE belfry_options ${MODULE_DEPENDS} ${MODULE_EXTERNAL})
  set_property(GLOBAL APPEND PROPERTY BELFRY_MODULE_NAMES ${MODULE_NAME})
  if(MODULE_COLD AND BELFRY_SANITIZE)
    belfry_unoptimised(${target})
  endif()
  belfry_precompiled(${target})

  if(BUILD_TESTING AND MODULE_TESTS)
    if(NOT BELFRY_SANITIZE STREQUAL "thread" OR MODULE_TSAN)
      add_executable(${MODULE_NAME}_test ${MODULE_TESTS})
      target_link_libraries(${MODULE_NAME}_test PRIVATE belfry_options ${target} ${MODULE_DEPENDS}
        ${MODULE_TEST_DEPENDS} ${MODULE_EXTERNAL} GTest::gmock GTest::gtest_main)
      target_include_directories(${MODULE_NAME}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
      belfry_unoptimised(${MODULE_NAME}_test)
      belfry_precompiled(${MODULE_NAME}_test)
      set_target_properties(${MODULE_NAME}_test PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
      add_dependencies(unit_tests ${MODULE_NAME}_test)
      set(environment BELFRY_SOURCE=${CMAKE_SOURCE_DIR})
      if(BELFRY_SANITIZE STREQUAL "thread")
        list(APPEND environment
          TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.suppressions
          # Simulations have one thread; the other builds run them.
          GTEST_FILTER=-*Faults.*:*Away.*)
      endif()
      if(NOT MODULE_SHARDS)
        set(MODULE_SHARDS 1)
      endif()
      belfry_unit_test(${MODULE_NAME} ${MODULE_SHARDS} "${environment}")
    endif()
  endif()

  if(BELFRY_FUZZ)
    foreach(source ${MODULE_FUZZ})
      get_filename_component(fuzz_name ${source} NAME_WE)
      add_executable(${fuzz_name} ${source})
      target_link_libraries(${fuzz_name} PRIVATE
        belfry_options ${target} ${MODULE_DEPENDS} ${MODULE_EXTERNAL})
      target_include_directories(${fuzz_name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
      target_link_options(${fuzz_name} PRIVATE -fsanitize=fuzzer)
      belfry_precompiled(${fuzz_name})
      set_target_properties(${fuzz_name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
      add_dependencies(fuzz_targets ${fuzz_name})
      # Each run replays the corpus, then searches a while; what it finds goes to the build folder.
      add_test(NAME ${fuzz_name}
        COMMAND ${fuzz_name} -max_total_time=5 -timeout=10 -rss_limit_mb=2048
                -artifact_prefix=${CMAKE_BINARY_DIR}/fuzz/
                ${CMAKE_BINARY_DIR}/fuzz/${fuzz_name}-found
                ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${fuzz_name})
      file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz/${fuzz_name}-found)
      set_tests_properties(${fuzz_name} PROPERTIES LABELS fuzz)
    endforeach()
  endif()
endfunction()
