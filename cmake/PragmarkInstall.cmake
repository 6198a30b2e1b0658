# cmake --install: programs, the library for find_package(pragmark), and what the scripts read.
# The programs' own rules are in pragmark_add_program().
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pragmark)
set(share_dir ${CMAKE_INSTALL_DATADIR}/pragmark)

set_target_properties(pragmark_sqlite PROPERTIES EXPORT_NAME sqlite)
# The two interface targets go along empty: a static library names all that it links.
install(TARGETS pragmark pragmark_sqlite pragmark_warnings pragmark_sanitizers
  EXPORT pragmarkTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT pragmarkTargets NAMESPACE pragmark:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/pragmarkConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/pragmarkConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/pragmarkConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)  # before 1.0 a minor version may change the interface
install(FILES
  ${PROJECT_BINARY_DIR}/cmake/pragmarkConfig.cmake
  ${PROJECT_BINARY_DIR}/cmake/pragmarkConfigVersion.cmake
  DESTINATION ${package_dir})

install(DIRECTORY lib/include/pragmark ${PRAGMARK_GENERATED_DIR}/pragmark
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
if(PRAGMARK_SQLITE_AMALGAMATION)
  install(FILES ${pragmark_amalgamation}/sqlite3.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pragmark-sqlite)
endif()

install(PROGRAMS scripts/pragmark DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(program IN LISTS PRAGMARK_PYTHON_PROGRAMS)
  install(PROGRAMS scripts/python-program DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME ${program})
endforeach()
install(FILES ${PRAGMARK_SHARE_DIR}/VERSION DESTINATION ${share_dir})
install(PROGRAMS scripts/original.py DESTINATION ${share_dir}/scripts)
install(DIRECTORY ${PRAGMARK_PYTHON_PACKAGES} ci/pragmark_gate DESTINATION ${share_dir}/scripts
  PATTERN "__pycache__" EXCLUDE)
install(DIRECTORY reports/templates reports/schema DESTINATION ${share_dir}/reports)
install(DIRECTORY lib/sets DESTINATION ${share_dir})  # to read and to copy; they are compiled in
