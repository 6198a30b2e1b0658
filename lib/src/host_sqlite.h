// Compiled in front of every source of the loadable extension (-include): each sqlite3_ function
// that a source calls is from here on the one of the program that loads the extension. A macro of
// sqlite3ext.h puts `sqlite3_api->` before its name, so that it can be called, but is no name of a
// function that could be a template argument.
#pragma once

#include <sqlite3ext.h>

SQLITE_EXTENSION_INIT3
