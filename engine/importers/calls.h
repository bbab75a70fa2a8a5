#pragma once

#include "importers/constant_budget.h"
#include "importers/operators.h"

namespace qs {

/// Results of a call that reads activations, as tensors without data: from the operator's meta kernel, or
/// else by computing it on zeros. Throws ImportError for results of more than
/// Tracer::kMostActivationElements, and what the operator throws.
Values shapesOf(const c10::OperatorHandle& handle, const Values& arguments);

/// Results of a call that reads constants alone, on the CPU whatever the file says. Throws ImportError for a
/// constant that is too large or that the budget has no room for, and what the operator throws.
Values computed(const c10::OperatorHandle& handle, Values arguments, ConstantBudget& budget);

/// The same for isCreation() operators on an activation, of which they take the shape and type.
Values created(const c10::OperatorHandle& handle, Values arguments, ConstantBudget& budget);

}  // namespace qs
