#pragma once
#pragma omp parallel
#pragma foreign_key = ON
_Pragma("GCC diagnostic push")
// "PRAGMA foreign_key=ON"
/* "PRAGMA sychronous=OFF" */
static const char *a = "PRAGMA cache_size=" STRING(CACHE_SIZE);
static const char *b = "PRAGMA synchronous=%s";
static const int c = 1'000'000;
static const char *d = "PRAGMA table_info(t)";
