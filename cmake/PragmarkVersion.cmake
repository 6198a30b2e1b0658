# Generates pragmark/version.h in the build folder, and gives it to the library.
if(CMAKE_BUILD_TYPE)
  set(PRAGMARK_BUILD_TYPE ${CMAKE_BUILD_TYPE})
else()
  set(PRAGMARK_BUILD_TYPE unknown)  # a parent project without one, or a multi-config generator
endif()
if(PRAGMARK_SANITIZE)
  string(APPEND PRAGMARK_BUILD_TYPE "+${PRAGMARK_SANITIZE}")
endif()

set(PRAGMARK_GENERATED_DIR ${PROJECT_BINARY_DIR}/generated)
configure_file(${PROJECT_SOURCE_DIR}/lib/include/pragmark/version.h.in
  ${PRAGMARK_GENERATED_DIR}/pragmark/version.h @ONLY)
target_include_directories(pragmark PUBLIC $<BUILD_INTERFACE:${PRAGMARK_GENERATED_DIR}>)
