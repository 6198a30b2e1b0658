#include "pragmark/statements.h"

#include "queries.h"

namespace pragmark {

TopicStatements topic_statements() {
  return {.get = queries::on<Topic, queries::Action::Get>().sql,
          .insert = queries::on<Topic, queries::Action::Insert>().sql};
}

}  // namespace pragmark
