// The observing functions of the group `locks` that have a file of their own; locks.cc has the
// rows.
#pragma once

#include "behaviour/behaviour_check.h"

namespace pragmark::behaviour {

[[nodiscard]] Observation observe_busy_timeout(Experiment& experiment);

}  // namespace pragmark::behaviour
