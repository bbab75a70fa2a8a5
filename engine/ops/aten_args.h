#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ops/op.h"

namespace qs {

/// Reads positional arguments of an aten:: operator; one that is left out at the end counts as None. Every
/// getter returns nothing where the argument is not a constant of the wanted kind, which means that the op
/// entry does not cover this form.
class AtenArgs {
  public:
    AtenArgs(const Graph& graph, std::span<const AtenArg> args) : graph_(graph), args_(args) {}

    size_t size() const { return args_.size(); }
    bool isTensor(size_t i) const { return i < args_.size() && args_[i].value.valid(); }
    bool isConstantTensor(size_t i) const {
        return isTensor(i) && graph_.value(args_[i].value).constant.has_value();
    }
    bool isActivation(size_t i) const { return isTensor(i) && !isConstantTensor(i); }
    /// Float32 values of any shape that an op entry may keep as a constant input.
    bool isFloatConstant(size_t i) const {
        return isConstantTensor(i) && graph_.constant(args_[i].value).scalar_type() == at::kFloat;
    }
    bool isNone(size_t i) const {
        return i >= args_.size() ||
               (!args_[i].value.valid() && args_[i].list.empty() && args_[i].constant.isNone());
    }
    ValueId tensor(size_t i) const { return args_[i].value; }
    const Value& value(size_t i) const { return graph_.value(args_[i].value); }
    /// A list of tensors of the graph; empty for anything else.
    std::vector<ValueId> list(size_t i) const {
        return i < args_.size() ? args_[i].list : std::vector<ValueId>();
    }
    /// Extents of a tensor; empty also where they are not known.
    const Shape& shape(size_t i) const { return value(i).shape; }

    std::optional<int64_t> integer(size_t i) const;
    std::optional<bool> boolean(size_t i) const;
    /// A number, integer or floating.
    std::optional<double> number(size_t i) const;
    std::optional<std::string> text(size_t i) const;
    /// A list of integers; a single one counts as a list.
    std::optional<std::vector<int64_t>> ints(size_t i) const;
    /// A list of numbers.
    std::optional<std::vector<double>> numbers(size_t i) const;
    /// An axis of tensor `of`, counted from the front. Nothing where it or the rank is not known.
    std::optional<int64_t> axis(size_t i, size_t of = 0) const;

  private:
    const c10::IValue* constant(size_t i) const;

    const Graph& graph_;
    std::span<const AtenArg> args_;
};

/// `axis` counted from the front, or nothing where a tensor of that rank has no such axis.
std::optional<int64_t> fromFront(int64_t axis, size_t rank);

/// Opens an operator whose input 0 is all that it reads.
std::optional<OpenedOp> openUnary(const Graph& graph, std::span<const AtenArg> args);

/// Bindings of an operator and of its in-place form ("aten::relu", "aten::relu_").
std::vector<AtenBinding> withInPlace(
    const std::string& schema,
    const std::function<std::optional<OpenedOp>(const Graph&, std::span<const AtenArg>)>& open);

}  // namespace qs
