#include "vfs_layer.h"

#include <atomic>

namespace pragmark::internal {

std::string unique_vfs_name(const char* kind) {
  static std::atomic<unsigned> last_number{0};
  return "pragmark-" + std::string(kind) + "-" + std::to_string(++last_number);
}

}  // namespace pragmark::internal
