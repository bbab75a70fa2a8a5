#include "graph/passes/simplify.h"

namespace qs {

void simplify(Graph&) {}

}  // namespace qs
