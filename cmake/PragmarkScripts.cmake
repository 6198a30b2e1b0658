# The front door and the launchers of the Python programs, beside the other programs. The build
# folder has the layout of an installed pragmark (bin/ and share/pragmark/), so that the scripts look
# in one place only.
set(PRAGMARK_SHARE_DIR ${PROJECT_BINARY_DIR}/share/pragmark)

# COPYONLY makes CMake copy again, before the next build, when the script was edited.
configure_file(${PROJECT_SOURCE_DIR}/scripts/pragmark ${PRAGMARK_BIN_DIR}/pragmark COPYONLY)
set(PRAGMARK_PYTHON_PROGRAMS  # one launcher, by the name it has
  pragmark-report
  pragmark-compare
  pragmark-gate
  pragmark-tune
  pragmark-capacity)
set(PRAGMARK_PYTHON_PACKAGES  # beside ci/pragmark_gate
  scripts/pragmark_report
  scripts/pragmark_compare
  scripts/pragmark_drive
  scripts/pragmark_tune
  scripts/pragmark_capacity)
foreach(program IN LISTS PRAGMARK_PYTHON_PROGRAMS)
  configure_file(${PROJECT_SOURCE_DIR}/scripts/python-program ${PRAGMARK_BIN_DIR}/${program}
    COPYONLY)
endforeach()

file(MAKE_DIRECTORY ${PRAGMARK_SHARE_DIR}/scripts ${PRAGMARK_SHARE_DIR}/reports)
file(WRITE ${PRAGMARK_SHARE_DIR}/VERSION "${PROJECT_VERSION}\n")
# Links, so that an edit of the Python code or of a template needs no build.
foreach(item IN ITEMS ${PRAGMARK_PYTHON_PACKAGES} scripts/original.py reports/templates
    reports/schema)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${item} ${PRAGMARK_SHARE_DIR}/${item} SYMBOLIC)
endforeach()
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/ci/pragmark_gate ${PRAGMARK_SHARE_DIR}/scripts/pragmark_gate
  SYMBOLIC)
