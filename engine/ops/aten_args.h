#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ops/op.h"

namespace qs {

/// Reads positional arguments of an aten:: operator. Every getter returns nothing where the argument is not a
/// constant of the wanted kind, which means that the op entry does not cover this form.
class AtenArgs {
  public:
    AtenArgs(const Graph& graph, std::span<const AtenArg> args) : graph_(graph), args_(args) {}

    size_t size() const { return args_.size(); }
    bool isTensor(size_t i) const { return args_[i].value.valid(); }
    bool isConstantTensor(size_t i) const {
        return isTensor(i) && graph_.value(args_[i].value).constant.has_value();
    }
    bool isNone(size_t i) const { return !isTensor(i) && args_[i].constant.isNone(); }
    ValueId tensor(size_t i) const { return args_[i].value; }

    std::optional<int64_t> integer(size_t i) const;
    std::optional<bool> boolean(size_t i) const;
    /// A number, integer or floating.
    std::optional<double> number(size_t i) const;
    std::optional<std::vector<int64_t>> ints(size_t i) const;

  private:
    const Graph& graph_;
    std::span<const AtenArg> args_;
};

}  // namespace qs
