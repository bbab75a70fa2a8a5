#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "graph/quantized_graph.h"
#include "protocol/messages.h"

namespace qs {

/// Largest noise that is told apart from more of it: what is no number at all counts as this.
inline constexpr double kWorstSqnrDb = -200;

/// Whether shapes are the same but for axes of one element: the same values in the same order.
bool sameButUnitAxes(at::IntArrayRef a, at::IntArrayRef b);

/// The integers that a file's `tensor` means, in the type of `qparams`: itself; those of the other 8-bit type
/// moved by 128; or the nearest on the grid to real numbers.
at::Tensor integersOf(const at::Tensor& tensor, const QParams& qparams);

/// Gathers how far one output of a file is from the engine's, batch by batch.
class OutputComparison {
  public:
    explicit OutputComparison(std::string name) : name_(std::move(name)) {}
    /// Tensors of one shape. Equal infinities and two NaNs do not differ.
    void add(const at::Tensor& engine, const at::Tensor& file);
    protocol::OutputDifference result() const;
    const std::string& name() const { return name_; }
    /// Values of the file that are not a number, whatever the engine's are.
    int64_t fileNotNumbers() const { return fileNotNumbers_; }

  private:
    std::string name_;
    double signal_ = 0, noise_ = 0, sum_ = 0, worst_ = 0;
    int64_t values_ = 0, fileNotNumbers_ = 0;
};

/// The same for an integer layer, in steps of its grid.
class LayerComparison {
  public:
    LayerComparison(std::string name, std::string op) : name_(std::move(name)), op_(std::move(op)) {}
    /// `engine` holds the q of `qparams`; `file` as integersOf() takes it. Real numbers beside the grid are
    /// out: whoever made them computes in real numbers.
    void add(const at::Tensor& engine, const QParams& qparams, const at::Tensor& file);
    protocol::LayerDifference result(double tolerancePercent) const;
    /// Share of values that differ at all.
    double differingPercent() const;

    /// Steps by which real numbers may miss the integer that they stand for, and still stand for it.
    static constexpr double kOnGrid = 1e-3;

  private:
    std::string name_, op_;
    double scale_ = 0, sum_ = 0, worst_ = 0;
    int64_t values_ = 0, within_ = 0, differing_ = 0;
};

}  // namespace qs
