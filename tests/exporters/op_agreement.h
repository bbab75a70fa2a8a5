#pragma once

#include "exporters/op_cases.h"
#include "exporters/runners.h"

namespace qs::test {

/// What another runtime made of the case is what the simulation makes: integers within one step, real numbers
/// within rounding.
void expectOpAgreement(const OpCase& one, const ForeignRun& run);

}  // namespace qs::test
