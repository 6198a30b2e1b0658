# What the top-level build chooses for whoever chose nothing. A project that adds pragmark as a
# subdirectory keeps its own choices.
set(PRAGMARK_BIN_DIR ${PROJECT_BINARY_DIR}/bin)

if(PROJECT_IS_TOP_LEVEL)
  # A benchmark that is built without optimisation measures nothing.
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT multi_config AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()

  find_program(PRAGMARK_CCACHE ccache)
  mark_as_advanced(PRAGMARK_CCACHE)
  if(PRAGMARK_CCACHE)
    foreach(language IN ITEMS C CXX)
      if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
        set(CMAKE_${language}_COMPILER_LAUNCHER ${PRAGMARK_CCACHE})
      endif()
    endforeach()
  endif()

  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)  # clang-tidy reads it
endif()
