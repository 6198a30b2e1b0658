// Its requests are made by scripts/original.py, in processes of its own; here is what checks them.
#include "pragmark/bench/python_original.h"

#include "baseline.h"
#include "pragmark/error.h"
#include "subjects.h"

namespace pragmark {
namespace {

class PythonOriginalSubject final : public Baseline {
 public:
  using Baseline::Baseline;
  void warm_up() override { refuse(); }
  bool read(std::string_view /*id*/, Topic& /*into*/) override { refuse(); }
  void write(const Topic& /*topic*/) override { refuse(); }

 private:
  [[noreturn]] static void refuse() {
    throw Error::usage("python-original makes no requests in this process; it runs in workers");
  }
};

}  // namespace

std::unique_ptr<Subject> make_python_original(const SubjectOptions& options) {
  return std::make_unique<PythonOriginalSubject>(options);
}

}  // namespace pragmark
