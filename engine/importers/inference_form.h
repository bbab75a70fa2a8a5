#pragma once

#include <ATen/core/function_schema.h>

#include <string>

#include "importers/operators.h"

namespace qs {

/// A model that was saved in training mode calls its operators as training does. Gives one of them the
/// arguments that it has in inference, where that is what the model computes after model.eval(): dropout does
/// nothing, and normalization uses the statistics that the model holds. Returns what was changed, for a
/// person ("dropout is left out"); empty where nothing was. Throws ImportError for an operator that draws
/// random numbers: no inference form follows from it.
std::string useInferenceForm(const c10::FunctionSchema& schema, Values& arguments);

}  // namespace qs
