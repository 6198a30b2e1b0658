#include "crash/finding.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(text) {}

  [[nodiscard]] std::string_view until(char mark) {
    const std::size_t end = rest_.find(mark);
    if (end == std::string_view::npos) fail(fmt::format("'{}' is missing", mark));
    const std::string_view part = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return part;
  }
  template <typename Number>
  [[nodiscard]] Number number() {
    Number value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) fail("a number is missing");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  [[nodiscard]] bool take(char mark) {
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char mark) {
    if (!take(mark)) fail(fmt::format("'{}' is missing", mark));
  }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  [[noreturn]] void fail(std::string_view why) const {
    throw Error::usage(fmt::format(
        "finding '{}': {} at '{}'; copy it from a result, WORKLOAD/MODEL@POINT:LOSSES~DIGEST",
        text_, why, rest_));
  }

 private:
  std::string_view text_;
  std::string_view rest_;
};

constexpr std::uint32_t kMostPieces = 1U << 20U;

void read_loss(Reader& reader, std::vector<Loss>& losses) {
  const auto operation = reader.number<std::uint32_t>();
  std::uint32_t first = Loss::kWhole;
  std::uint32_t last = Loss::kWhole;
  if (reader.take('.')) {
    first = last = reader.number<std::uint32_t>();
    if (reader.take('-')) last = reader.number<std::uint32_t>();
    if (last < first || last > kMostPieces) reader.fail("pieces out of order");
  }
  const bool garbage = reader.take('g');
  for (std::uint32_t piece = first;; ++piece) {
    losses.push_back({.operation = operation, .piece = piece, .garbage = garbage});
    if (piece == last) break;
  }
}

}  // namespace

std::string digest_text(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

std::vector<std::string> grouped(const std::vector<Loss>& losses) {
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < losses.size();) {
    const Loss& first = losses[i];
    std::size_t end = i + 1;
    if (first.piece != Loss::kWhole) {
      while (end < losses.size() && losses[end].operation == first.operation &&
             losses[end].garbage == first.garbage && losses[end].piece == first.piece + (end - i)) {
        ++end;
      }
    }
    std::string text = fmt::format("{}", first.operation);
    if (first.piece != Loss::kWhole) text += fmt::format(".{}", first.piece);
    if (end - i > 1) text += fmt::format("-{}", losses[end - 1].piece);
    if (first.garbage) text += 'g';
    groups.push_back(std::move(text));
    i = end;
  }
  return groups;
}

std::string FindingText::text() const {
  const std::string fault = sync ? fmt::format("#{}", *sync) : "";
  return fmt::format("{}/{}@{}{}:{}~{}", workload, info_of(model).name, point, fault,
                     fmt::join(grouped(losses), ","), digest);
}

FindingText parse_finding(std::string_view text) {
  Reader reader(text);
  FindingText finding{};
  finding.workload = reader.until('/');
  finding.model = parse_model(reader.until('@'));
  finding.point = reader.number<std::size_t>();
  if (reader.take('#')) finding.sync = reader.number<std::size_t>();
  reader.expect(':');
  if (!reader.take('~')) {
    do {
      read_loss(reader, finding.losses);
    } while (reader.take(','));
    reader.expect('~');
  }
  std::ranges::sort(finding.losses);
  finding.digest = reader.rest();
  return finding;
}

}  // namespace pragmark::crash
