// Statements that run one after the other on one connection: what a later or an earlier one undoes.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "lint/judge.h"
#include "lint/source_text.h"
#include "lint/statements.h"

namespace pragmark::lint {

// Takes an opinion about what stands at an offset of the file.
using Sink = std::function<void(std::size_t offset, Opinion opinion)>;

// Tells the statements to one new database, in their order, and compares what is in effect with
// what each brings about alone.
void judge_sequence(Judge& judge, const SourceText& source, std::span<const Statement> statements,
                    const Sink& sink);

}  // namespace pragmark::lint
