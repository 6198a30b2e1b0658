// The text of a finding, from which one state can be made again:
//
//   WORKLOAD/MODEL@POINT#SYNC:LOSSES~DIGEST       transfers/subset-torn@412:401,405.2-5,409g~9f3a..
//
// POINT operations were issued. #SYNC is there for sync-error (the how-manieth sync failed, from 0)
// and lying-disk (the operation that lied). LOSSES are operations, `.a-b` their pieces of 512
// bytes, `g` for garbage. DIGEST is that of the recording: another one cannot be replayed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crash/failure_model.h"
#include "crash/image.h"

namespace pragmark::crash {

struct FindingText {
  std::string workload;
  Model model;
  std::size_t point;
  std::optional<std::size_t> sync;
  std::vector<Loss> losses;
  std::string digest;

  [[nodiscard]] std::string text() const;
};

// Throws Error (kind Usage) that names what it cannot read.
[[nodiscard]] FindingText parse_finding(std::string_view text);

// Operations with their pieces put together: "405.2-5".
[[nodiscard]] std::vector<std::string> grouped(const std::vector<Loss>& losses);
[[nodiscard]] std::string digest_text(std::uint64_t digest);

}  // namespace pragmark::crash
