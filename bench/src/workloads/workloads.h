// The built-in workloads; each file beside this one opens with the question that it answers.
#pragma once

#include <memory>

#include "pragmark/bench/workload.h"

namespace pragmark {

std::unique_ptr<Client> make_sequential_read(const ClientOptions& options);
std::unique_ptr<Client> make_sequential_write(const ClientOptions& options);
std::unique_ptr<Client> make_concurrent_read(const ClientOptions& options);
std::unique_ptr<Client> make_mixed(const ClientOptions& options);

}  // namespace pragmark
