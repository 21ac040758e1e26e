# belfry_migrations(belfry_iam) embeds migrations/NNNN_name.sql, beside the module's
# CMakeLists.txt, as `std::vector<database::Migration> belfry::iam::migrations()`. Called after
# belfry_module, whose DEPENDS name `database`. A second argument names another folder.
function(belfry_migrations target)
  set(directory ${CMAKE_CURRENT_SOURCE_DIR}/migrations)
  if(ARGC GREATER 1)
    get_filename_component(directory ${ARGV1} ABSOLUTE)
  endif()
  string(REGEX REPLACE "^belfry_" "" namespace ${target})
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*.sql)
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(stem ${file} NAME_WE)
    if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
      message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
    endif()
    set(number ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    string(REGEX REPLACE "^0+" "" number ${number})
    file(READ ${file} sql)
    string(APPEND entries "      {${number}, \"${name}\", R\"belfry_sql(${sql})belfry_sql\"},\n")
    # A changed text is read again.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/migrations.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"// Made from migrations/*.sql by cmake/belfry_migrations.cmake.
#include \"database/database.h\"

namespace belfry::@namespace@ {

std::vector<database::Migration> migrations();

std::vector<database::Migration> migrations() {
  return {
@entries@  };
}

}  // namespace belfry::@namespace@
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
