// The requests of a worker that has no data of its own, made before the clock by the very clients
// that would make them here, and written down as JSON lines:
//
//   {"topics":[[title,description,status,priority,language,domain,research_report],..]}
//   {"thread":0}
//   ["9f0c..."]                        read the topic with this id
//   [3,"71ab...",created_at,updated_at]  write: the texts of topics[3] under this id
//   {"thread":1}
//   ...
#pragma once

#include <cstdint>
#include <string>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/dataset.h"

namespace pragmark {

// Those of one process of the configuration, on the disk when this returns. Throws Error (kind
// Environment) when the disk does not take it, Interrupted.
void write_requests_file(const std::string& path, const Configuration& configuration,
                         const Dataset& data, int process, std::int64_t operations);

}  // namespace pragmark
