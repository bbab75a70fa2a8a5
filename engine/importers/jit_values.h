#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <utility>
#include <vector>

namespace qs {

/// Whether the value is, or holds at any depth of tuples and lists, an activation of a tracer.
bool hasActivation(const c10::IValue& value);

std::vector<c10::IValue> listItems(const c10::IValue& list);
std::vector<c10::IValue> tupleItems(const c10::IValue& tuple);

/// What nodes that make or look at values give: the list, dictionary (keys and values in turn) or part of a
/// tuple, a constant, and whether a value is of one of a node's types.
c10::IValue listOf(const torch::jit::Node& node, std::vector<c10::IValue> items);
c10::IValue dictOf(const torch::jit::Node& node, const std::vector<c10::IValue>& items);
c10::IValue sliceOf(const torch::jit::Node& node, const c10::IValue& tuple);
c10::IValue constantOf(const torch::jit::Node& node);
bool isInstance(const torch::jit::Node& node, const c10::IValue& value);

/// Tensors of a model's result in order; None is left out. Entries of a dictionary keep their names. Throws
/// ImportError for what is neither a tensor nor holds some.
std::vector<std::pair<std::string, at::Tensor>> namedTensors(const c10::IValue& result);

}  // namespace qs
