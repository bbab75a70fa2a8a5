#pragma once

#include <string_view>

namespace qs {

/// Whether a model may use an operator ("aten::add", "aten::relu_", "prim::If"). See allowed_names.h.
bool isAllowedOperator(std::string_view name);

/// Whether operators of a namespace ("aten") are among the allowed ones, so that source may name it.
bool isSourceNamespace(std::string_view space);

/// Whether `name` ("save"), called in TorchScript source on a tensor or on such a namespace, may mean an
/// operator of LibTorch that a model may not use.
bool meansForbiddenOperator(std::string_view name);

}  // namespace qs
