# The two interface targets that every target of ours links privately, and the functions by which
# the rooms add libraries, programs and tests.

# Warnings. BUILD_INTERFACE: an installed pragmark forces no flags on its users.
add_library(pragmark_warnings INTERFACE)
set(pragmark_warning_flags
  -Wall -Wextra -Wpedantic
  -Wshadow
  -Wconversion -Wsign-conversion  # counts and sizes cross SQLite's int often
  -Wold-style-cast
  -Wcast-qual
  -Wnon-virtual-dtor -Woverloaded-virtual
  -Wformat=2
  -Wundef
  # Designated initialisers leave the rest to their defaults on purpose (STYLE: no bare arguments).
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND pragmark_warning_flags
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wsuggest-override)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC bug 105651: a false report inside std::string's operator+ at -O2 and above.
    list(APPEND pragmark_warning_flags -Wno-restrict)
  endif()
endif()
if(PRAGMARK_WERROR)
  list(APPEND pragmark_warning_flags -Werror)
endif()
target_compile_options(pragmark_warnings INTERFACE
  "$<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:${pragmark_warning_flags}>>")

# Sanitizers: at compile time and at link time. SQLite's amalgamation is built with them too.
add_library(pragmark_sanitizers INTERFACE)
if(PRAGMARK_SANITIZE)
  set(pragmark_sanitizer_flags -fsanitize=${PRAGMARK_SANITIZE} -fno-omit-frame-pointer)
  if(PRAGMARK_SANITIZE MATCHES "undefined")
    list(APPEND pragmark_sanitizer_flags -fno-sanitize-recover=undefined)
  endif()
  target_compile_options(pragmark_sanitizers INTERFACE
    "$<BUILD_INTERFACE:${pragmark_sanitizer_flags}>")
  target_link_options(pragmark_sanitizers INTERFACE
    "$<BUILD_INTERFACE:${pragmark_sanitizer_flags}>")
endif()

# pragmark_set_up_library(TARGET)
# What each room's library has in common: C++20, headers in include/ (public) and src/ (private),
# the generated version.h, warnings, sanitizers. The room adds its own links.
function(pragmark_set_up_library target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${target}
    PUBLIC
      $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE
      ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE pragmark_warnings pragmark_sanitizers)
endfunction()

# pragmark_use_host_sqlite(TARGET)
# For sources of the loadable extension: SQLite's headers without its library, each call going to
# the program that loads the extension.
function(pragmark_use_host_sqlite target)
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(${target} SYSTEM PRIVATE
    $<TARGET_PROPERTY:pragmark_sqlite,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_options(${target} PRIVATE
    "SHELL:-include ${PROJECT_SOURCE_DIR}/lib/src/host_sqlite.h")
endfunction()

# pragmark_add_program(NAME SOURCES file... LIBS target...)
# A program in build/bin, where the front door finds it, and installed beside it.
function(pragmark_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES
    CXX_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY ${PRAGMARK_BIN_DIR})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE ${arg_LIBS} pragmark_warnings pragmark_sanitizers)
  if(PRAGMARK_INSTALL)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()

# All tests, and those with the label "threads": what a TSan run has to build.
if(PRAGMARK_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_custom_target(pragmark_tests)
  add_custom_target(pragmark_thread_tests)
endif()

# pragmark_add_test(NAME SOURCES file... LIBS target... [LABELS threads])
# A GoogleTest program whose tests ctest lists one by one, each named NAME:Suite.Test.
function(pragmark_add_test name)
  if(NOT PRAGMARK_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABELS" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES
    CXX_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/test)  # not bin/: no command of the front door
  target_compile_features(${name} PRIVATE cxx_std_20)
  # What is tested keeps its optimisation; the tests themselves compile in half the time.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  target_link_libraries(${name}
    PRIVATE ${arg_LIBS} GTest::gmock_main pragmark_warnings pragmark_sanitizers)
  add_dependencies(pragmark_tests ${name})
  set(properties TIMEOUT 120)
  if(arg_LABELS)
    list(APPEND properties LABELS ${arg_LABELS})
    if(arg_LABELS STREQUAL "threads")
      add_dependencies(pragmark_thread_tests ${name})
    endif()
  endif()
  gtest_discover_tests(${name}
    TEST_PREFIX ${name}:
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    DISCOVERY_TIMEOUT 60  # sanitizers start slowly on a busy machine; the default is 5 s
    PROPERTIES ${properties})
endfunction()
