// Where the content of pages lies in a file beside the database, its WAL or rollback journal.
//
//   map.put(7, 1024);  map.put(7, 9216);     // the later one counts
//   map.find(7);                             // 9216
//
// Takes 16 bytes for each page, not for each frame: it stays small where a WAL holds one page a
// million times.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pragmark::inspect {

// Owns:    its entries.
// Threads: one at a time; find() sorts what was put since the last one.
// Errors:  std::bad_alloc only.
class PageMap {
 public:
  void put(std::uint32_t page, std::uint64_t offset) {
    if (entries_.size() >= compact_at_) {
      sort();
      compact_at_ = std::max(kSmall, 2 * entries_.size());
    }
    entries_.push_back({page, offset});
    sorted_ = false;
  }
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint32_t page) {
    if (!sorted_) sort();
    const auto found = std::ranges::lower_bound(entries_, page, {}, &Entry::page);
    if (found == entries_.end() || found->page != page) return std::nullopt;
    return found->offset;
  }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

 private:
  struct Entry {
    std::uint32_t page;
    std::uint64_t offset;
  };
  static constexpr std::size_t kSmall = 65536;

  void sort() {
    std::ranges::stable_sort(entries_, {}, &Entry::page);
    // Of each run of one page the last is kept.
    const auto gone = std::unique(entries_.rbegin(), entries_.rend(),
                                  [](const Entry& a, const Entry& b) { return a.page == b.page; });
    entries_.erase(entries_.begin(), gone.base());
    sorted_ = true;
  }

  std::vector<Entry> entries_;
  std::size_t compact_at_ = kSmall;
  bool sorted_ = true;
};

}  // namespace pragmark::inspect
