# Which SQLite: the target pragmark_sqlite (alias pragmark::sqlite) is either the system's library
# or one built from PRAGMARK_SQLITE_AMALGAMATION. The result files name the one that ran.

# SQLite 3.35.0 to 3.37.1 can corrupt a database under temp_store=MEMORY with ROLLBACK TO, and the
# set `production` asks for temp_store=MEMORY. (The WAL-reset bug is in all before 3.51.3: audited
# and reported by the programs, not refused here, since most distributions ship one of those.)
set(PRAGMARK_SQLITE_MINIMUM 3.37.2)

if(NOT PRAGMARK_SQLITE_AMALGAMATION)
  find_package(SQLite3 ${PRAGMARK_SQLITE_MINIMUM} REQUIRED)
  message(STATUS "SQLite ${SQLite3_VERSION} of the system")
  add_library(pragmark_sqlite INTERFACE)
  add_library(pragmark::sqlite ALIAS pragmark_sqlite)
  target_link_libraries(pragmark_sqlite INTERFACE SQLite::SQLite3)
  return()
endif()

get_filename_component(pragmark_amalgamation ${PRAGMARK_SQLITE_AMALGAMATION} ABSOLUTE
  BASE_DIR ${CMAKE_BINARY_DIR})
foreach(file IN ITEMS sqlite3.c sqlite3.h sqlite3ext.h)
  if(NOT EXISTS ${pragmark_amalgamation}/${file})
    message(FATAL_ERROR "PRAGMARK_SQLITE_AMALGAMATION=${pragmark_amalgamation} has no ${file}: "
      "scripts/fetch-sqlite.sh DIR gets an amalgamation")
  endif()
endforeach()
file(STRINGS ${pragmark_amalgamation}/sqlite3.h version_line
  REGEX "^#define SQLITE_VERSION " LIMIT_COUNT 1)
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" pragmark_amalgamation_version "${version_line}")
if(pragmark_amalgamation_version VERSION_LESS PRAGMARK_SQLITE_MINIMUM)
  message(FATAL_ERROR "SQLite '${pragmark_amalgamation_version}' in ${pragmark_amalgamation}: "
    "pragmark needs ${PRAGMARK_SQLITE_MINIMUM} or newer")
endif()
message(STATUS "SQLite ${pragmark_amalgamation_version} built from ${pragmark_amalgamation}")

# The options, each with its reason. Source: https://www.sqlite.org/compile.html, "Recommended
# Compile-time Options", which are about speed; then what the programs need; then what SQLite's own
# configure script would have found out.
set(pragmark_sqlite_options
  # Recommended for speed.
  SQLITE_THREADSAFE=2            # no mutex in a connection: each is used by one thread at a time
  SQLITE_DEFAULT_MEMSTATUS=0     # no global counter and mutex in every allocation
  SQLITE_LIKE_DOESNT_MATCH_BLOBS # a simpler LIKE; Debian has it too
  SQLITE_MAX_EXPR_DEPTH=0        # no depth check while parsing; every statement is ours
  SQLITE_OMIT_SHARED_CACHE       # no conditionals for it in the B-tree; SQLite discourages it
  SQLITE_USE_ALLOCA              # short-lived buffers on the stack

  # Needed.
  SQLITE_ENABLE_FTS5             # the full-text search over documents
  SQLITE_ENABLE_COLUMN_METADATA  # as in Debian, so that both builds have the same API
  SQLITE_USE_URI=1               # as in Debian, so that a file name means the same in both builds
)
# Recommended there, and deliberately not taken:
#   SQLITE_DEFAULT_WAL_SYNCHRONOUS=1  changes what journal_mode=WAL alone costs and what a crash
#                                     may lose. Durability stays the decision of the PRAGMA set;
#                                     for the same reason no other SQLITE_DEFAULT_ of a PRAGMA.
#   SQLITE_THREADSAFE=0               there are threads.
#   SQLITE_OMIT_DECLTYPE              column metadata needs it.
#   SQLITE_OMIT_DEPRECATED            takes PRAGMAs away: a verifier must hear what others hear.
#   SQLITE_OMIT_PROGRESS_CALLBACK     a long query must be interruptible.
#   SQLITE_OMIT_AUTOINIT              each user of the library would have to initialise SQLite.
#   SQLITE_DQS=0, SQLITE_STRICT_SUBTYPE=1  not for speed; others may rely on the leniency.

# Without these SQLite falls back without a word: busy_timeout sleeps in whole seconds (older
# versions, usleep), each sync also writes the metadata (fdatasync), each page costs a seek and a
# read (pread and pwrite). The comparison with the system's library would be one of configurations.
include(CheckSymbolExists)
set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE)
foreach(probe IN ITEMS
    usleep:unistd.h fdatasync:unistd.h pread:unistd.h pwrite:unistd.h
    posix_fallocate:fcntl.h strchrnul:string.h malloc_usable_size:malloc.h
    localtime_r:time.h gmtime_r:time.h isnan:math.h)
  string(REPLACE ":" ";" probe ${probe})
  list(GET probe 0 function)
  list(GET probe 1 header)
  string(TOUPPER ${function} upper)
  check_symbol_exists(${function} ${header} PRAGMARK_HAVE_${upper})
  if(PRAGMARK_HAVE_${upper})
    list(APPEND pragmark_sqlite_options HAVE_${upper}=1)
    if(function STREQUAL "malloc_usable_size")
      list(APPEND pragmark_sqlite_options HAVE_MALLOC_H=1)
    endif()
  endif()
endforeach()
unset(CMAKE_REQUIRED_DEFINITIONS)

find_package(Threads REQUIRED)
add_library(pragmark_sqlite STATIC ${pragmark_amalgamation}/sqlite3.c)
add_library(pragmark::sqlite ALIAS pragmark_sqlite)
target_compile_definitions(pragmark_sqlite PRIVATE ${pragmark_sqlite_options})
# SYSTEM: its headers are not ours to warn about, nor is its source (no pragmark_warnings).
target_include_directories(pragmark_sqlite SYSTEM PUBLIC
  $<BUILD_INTERFACE:${pragmark_amalgamation}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/pragmark-sqlite>)
target_link_libraries(pragmark_sqlite
  PRIVATE pragmark_sanitizers  # TSan reports false races around code that it does not see
  PUBLIC Threads::Threads m ${CMAKE_DL_LIBS})
