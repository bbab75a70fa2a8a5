#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs {

/// One tensor that a step's operator reads: an activation of the graph, or a constant.
struct Operand {
    ValueId value = {};  ///< invalid for a constant
    at::Tensor constant = {};
    std::string name = {};  ///< of a constant: "weight" for a parameter, else "constant"
    bool isConstant() const { return !value.valid(); }
};

/// The operator's tensors in its own order; of steps without `weight`.
std::vector<Operand> operandsOf(const QNode& node);

/// Whether the step is an operator that no op entry knows ("aten::erf").
bool isCarried(const QNode& node);

/// Positional arguments of a carried operator (engine/ops/opaque.h). One that is left out counts as None;
/// a getter returns nothing where the argument is no constant of the wanted kind.
class CarriedArguments {
  public:
    explicit CarriedArguments(const QNode& node);

    size_t size() const { return arguments_.size(); }
    bool isNone(size_t i) const { return i >= size() || (isConstant(i) && constant(i).isNone()); }
    bool isTensor(size_t i) const { return i < size() && arguments_[i].kind == Kind::Tensor; }
    bool isList(size_t i) const { return i < size() && arguments_[i].kind == Kind::List; }
    bool isConstant(size_t i) const { return i < size() && arguments_[i].kind == Kind::Constant; }
    /// Indices into operandsOf(): of a tensor one, of a list all of its tensors.
    const std::vector<size_t>& operands(size_t i) const { return arguments_.at(i).operands; }
    size_t operand(size_t i) const { return operands(i).at(0); }
    const c10::IValue& constant(size_t i) const { return arguments_.at(i).constant; }
    const std::string& overload() const { return overload_; }

    std::optional<int64_t> integer(size_t i) const;
    std::optional<bool> boolean(size_t i) const;
    /// A number, integer or floating.
    std::optional<double> number(size_t i) const;
    std::optional<std::string> text(size_t i) const;
    /// A list of integers; a single one counts as a list.
    std::optional<std::vector<int64_t>> ints(size_t i) const;
    /// A list of numbers.
    std::optional<std::vector<double>> numbers(size_t i) const;

  private:
    enum class Kind { Tensor, List, Constant };
    struct Argument {
        Kind kind = Kind::Constant;
        std::vector<size_t> operands = {};
        c10::IValue constant = {};
    };

    std::vector<Argument> arguments_;
    std::string overload_;
};

}  // namespace qs
