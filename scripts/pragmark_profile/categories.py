"""Which category the time of a sample belongs to, by its call chain.

A sample taken in the kernel belongs to the system call that it serves, whatever the kernel does
there: copying into the page cache, waiting to write, allocating. One taken in user space belongs
to the innermost function that a rule knows, so that a helper counts with what called it; only
copies, allocation, mutexes and the checksum are taken out of their callers. A function of SQLite
that has no name is not guessed at: a distribution's library names only what it exports.
"""

from __future__ import annotations

import re

from pragmark_profile.samples import Frame

WRITE = "write (pwrite)"
READ = "read (pread)"
LOCK = "file locks (fcntl)"
SYNC = "sync (fdatasync, fsync)"
FUTEX = "futex, scheduling"
KERNEL = "other kernel (page faults, interrupts, other calls)"
CHECKSUM = "WAL checksums"
COPY = "copies (memcpy, memmove, memset)"
BTREE = "B-tree"
MACHINE = "virtual machine, statements"
CACHE = "page cache of SQLite"
PAGER = "pager, WAL, VFS"
ALLOCATION = "memory allocation"
MUTEX = "mutexes (user space)"
SQLITE = "SQLite, functions without symbols"
LIBRARY = "the library (pragmark)"
HARNESS = "harness (bench)"
UNKNOWN = "unknown"

SYSTEM_CALLS = (WRITE, READ, LOCK, SYNC, FUTEX, KERNEL)
CATEGORIES = (*SYSTEM_CALLS, CHECKSUM, COPY, BTREE, MACHINE, CACHE, PAGER, ALLOCATION, MUTEX,
              SQLITE, LIBRARY, HARNESS, UNKNOWN)

# The names of system calls, and of the C library's functions that make them.
KINDS = (
    (WRITE, re.compile(r"p?write(?:v2?|64|v64|v64v2)?")),
    (READ, re.compile(r"p?read(?:v2?|64|v64|v64v2)?")),
    (LOCK, re.compile(r"fcntl(?:64)?(?:_nocancel(?:_adjusted)?)?|flock|lockf(?:64)?")),
    (SYNC, re.compile(r"f(?:data)?sync|sync_file_range|msync")),
    (FUTEX, re.compile(r"futex(?:_wait\w*|_wake\w*|_abstimed\w*)?|sched_yield|(?:clock_)?nanosleep"
                       r"|lll_lock_\w+")),
)
KERNEL_ENTRY = re.compile(r"__(?:x64|arm64|se|do|ia32)_(?:compat_)?sys_(?P<name>\w+?)"
                          r"(?:\.\w+)*$")
SWITCH = re.compile(r"(?:__)?schedule$|finish_task_switch")
C_LIBRARY = re.compile(r"(?:^|/)(?:libc|libpthread|ld-linux[^/]*)[.-][^/]*$")
C_PREFIX = re.compile(r"^_*(?:GI_+)?(?:libc_)?")
VERSION = re.compile(r"@.*$")  # memcpy@plt, memcpy@GLIBC_2.14

COPIES = re.compile(r"(?:mem(?:p?cpy|move|set)|w?mem(?:cpy|move|set)_\w+)(?:_|$)")
ALLOCATIONS = re.compile(
    r"(?:int_)?(?:malloc|calloc|realloc|free|memalign)(?:_|$)|cfree|sysmalloc|unlink_chunk"
    r"|malloc_(?:consolidate|usable_size)|tcache_")
MUTEXES = re.compile(r"(?:pthread_(?:mutex|cond|rwlock)|lll_)\w*")

# Of SQLite's own functions and of ours, in this order.
NAMES = (
    (CHECKSUM, re.compile(r"walChecksumBytes")),
    (ALLOCATION, re.compile(
        r"operator (?:new|delete)|sqlite3_(?:malloc|realloc|free|msize)|mallocWithAlarm|dbMalloc|"
        r"dbRealloc|sqlite3(?:Malloc|Realloc|Mem(?:Malloc|Free|Realloc|Size|Roundup)"
        r"|Db(?:Malloc|Free|Realloc|StrDup|StrNDup|NNFree)|HeapNearlyFull)"
        r"|pcache1(?:Alloc|Free)\b")),
    (FUTEX, re.compile(r"std::(?:__atomic_futex|this_thread::yield|condition_variable)")),
    (MUTEX, re.compile(r"sqlite3_mutex_|sqlite3Mutex|pthreadMutex|std::(?:mutex|unique_lock)")),
    (BTREE, re.compile(
        r"sqlite3Btree|btree|balance|(?:insert|drop|clear|fillIn|find|cell|copy)\w*Cell|"
        r"cell(?:Size|Array)|allocate(?:Space|BtreePage|Temp)|freeSpace|freePage|defragment|"
        r"moveTo(?:Root|Child|Parent|Leftmost|Rightmost)|getAndInitPage|getOverflow|editPage|"
        r"rebuildPage|page(?:Insert|Free)Array|page(?:FindSlot|Reinit)|zeroPage|decodeFlags|ptrmap|"
        r"accessPayload|copyPayload|copyNodeContent|getCellInfo|lockBtree|unlockBtree|newDatabase|"
        r"save(?:CursorPosition|AllCursors|CursorKey|CursorsOnList)|releasePage|computeCell|"
        r"indexCellCompare|populateCellCache|computeFreeSpace|invalidate\w*Cursors?|"
        r"incrVacuum|setSharedCacheTableLock|querySharedCache|setChildPtrmaps|setDefaultSync")),
    (CACHE, re.compile(r"sqlite3Pcache|pcache")),
    (PAGER, re.compile(
        r"sqlite3(?:Pager|Wal|Os|Bitvec|MemJournal|Journal|BackupUpdate)|pager|wal|"
        r"unix|posix|robust|seekAnd|full_fsync|findInode|subjournal|readDbPage|getPage|"
        r"addToSavepoint|jrnl|syncJournal|writeJournal|readJournal|memjrnl|vfs")),
    (MACHINE, re.compile(r"sqlite3|vdbe|fts5|fts3|applyAffinity|applyNumeric|bindText|columnM")),
    (HARNESS, re.compile(
        r"benchmark::|.*\bpragmark::(?:\(anonymous namespace\)::)?(?:BenchmarkCase|Crew|Session|"
        r"make_requests|keep_in_flight|settle_oldest|attempt|count\b|Looks|Noop|Window|Client|"
        r"Latency|Histogram|Tally|\w*Subject|Sequential|Concurrent|Mixed|Topic(?:Writer|Reader|"
        r"Maker)|Dataset|Schedule|Random|Raw|SqliteCpp|Soci|Baseline|measure\b)")),
    (LIBRARY, re.compile(r".*\bpragmark::")),
)
SQLITE_FILE = re.compile(r"(?:^|/)libsqlite3\.so")


def kind_of_call(name: str) -> str | None:
    """The category of a system call, or of the C library's function for one."""
    for kind, names in KINDS:
        if names.fullmatch(name):
            return kind
    return None


def category(frames: tuple[Frame, ...]) -> str:
    """The one category of a sample with this call chain, from the innermost function outwards."""
    in_kernel = bool(frames) and frames[0].in_kernel
    switched = False  # to or from another thread
    for frame in frames:
        if frame.in_kernel:
            switched |= bool(SWITCH.match(frame.symbol))
            if entry := KERNEL_ENTRY.match(frame.symbol):
                return kind_of_call(entry["name"]) or KERNEL
        else:
            found = of_user(frame)
            if in_kernel and found:
                # The way in and out of the kernel has no entry of a call; who called it has.
                return found if found in SYSTEM_CALLS else FUTEX if switched else KERNEL
            if found:
                return found
    return KERNEL if in_kernel else UNKNOWN


def of_user(frame: Frame) -> str | None:
    """The category that this function stands for; None when it counts with its caller."""
    if C_LIBRARY.search(frame.dso):
        return of_c_library(frame.symbol)
    if SQLITE_FILE.search(frame.dso) and not frame.symbol:
        return SQLITE
    symbol = VERSION.sub("", frame.symbol)
    for name, pattern in NAMES:
        if pattern.match(symbol):
            return name
    # The stubs of the procedure linkage table bear the names of the C library.
    return of_c_library(symbol) if symbol != frame.symbol else None


def of_c_library(symbol: str) -> str | None:
    name = C_PREFIX.sub("", VERSION.sub("", symbol))
    for found, pattern in ((COPY, COPIES), (ALLOCATION, ALLOCATIONS), (MUTEX, MUTEXES)):
        if pattern.match(name):
            return found
    return kind_of_call(name)
