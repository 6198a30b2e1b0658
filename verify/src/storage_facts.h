// What a directory lies on: filesystem, mount, block device and its queue.
#pragma once

#include "pragmark/verify/environment.h"

namespace pragmark {

// Fills in what is asked of `here.directory`.
// REQUIRES: it is absolute, without symbolic links, and exists.
void find_storage_facts(Environment& here);

}  // namespace pragmark
