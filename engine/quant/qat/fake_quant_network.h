#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <vector>

#include "quant/ptq.h"

namespace qs {

/// A prepared model as QAT trains it: parameters of its own (the model is copied), float arithmetic, fake
/// quantization exactly where convert() puts integers, and observers that follow the activations while it is
/// live.
///
/// Live: batch norm uses and updates batch statistics, unless its node is frozen (ops/batch_norm.cpp), and
/// observers follow. Frozen (as made): batch norm uses its running statistics, activation qparams stay, and
/// weight qparams are those that convert() chooses for the weights of the moment, so that the frozen network
/// and the converted one compute the same up to the rounding of the bias.
class FakeQuantNetwork {
  public:
    /// Observers start from the ranges in `initial`, or where a value is not there from the first batch seen.
    static Result<FakeQuantNetwork> make(const PreparedModel& model, const Calibration& initial);

    void setLive(bool live) { live_ = live; }

    /// The model's first output for one batch (N x ..., one tensor a graph input). Throws what ATen throws.
    Result<at::Tensor> forward(const std::vector<at::Tensor>& inputs);

    /// Weights, biases, gamma and beta, but frozen ones: leaves that require gradients. What several layers
    /// read is one of them.
    std::vector<at::Tensor> parameters() const;

    /// The graph with the parameters and statistics as they are now, each in the value that it came in.
    Graph graph() const;

    /// Activation qparams by value name. An error where a value was neither in `initial` nor seen.
    Result<Calibration> calibration() const;

  private:
    /// One forward pass: by ValueId, what float readers see and what integer readers see. The two are the
    /// same tensor where an integer group made it.
    struct Pass {
        std::vector<at::Tensor> real;
        std::vector<at::Tensor> onGrid;
    };

    explicit FakeQuantNetwork(const PreparedModel& model);
    void ownParameters();
    Status makeObservers(const Calibration& initial);
    void findGrids();

    Status observe(ValueId value, const at::Tensor& x);
    Result<at::Tensor> toGrid(const GridId& id, const at::Tensor& x) const;
    /// The qparams of the moment; nothing where the value is not observed.
    Result<std::optional<QParams>> gridOf(const GridId& id) const;
    Result<at::Tensor> roundedSummand(ValueId value, const at::Tensor& x) const;
    Result<at::Tensor> read(Pass& pass, size_t index, ValueId value) const;
    Status finish(Pass& pass, size_t group);
    Status run(Pass& pass, size_t group);
    Status runNode(Pass& pass, size_t group, const Node& node);
    Result<at::Tensor> runWeighted(size_t group, const at::Tensor& x);
    double nextShare(const Node& norm);
    Result<at::Tensor> normalize(const Node& norm, const at::Tensor& x);
    Result<at::Tensor> fakeQuantizeWeight(size_t group, const at::Tensor& weight);

    PreparedModel model_;  ///< its graph's parameters are the ones trained
    bool live_ = false;
    std::vector<at::Tensor> parameters_;
    std::map<ValueId, int64_t> batches_;  ///< by running mean: batches that an average over all is of
    std::map<GridId, Observer> observers_;
    std::vector<std::optional<Observer>>
        weightObservers_;  ///< per group; absent where it has no integer weight
    std::vector<ValueId>
        grid_;  ///< by ValueId: the observed value that lends its qparams, itself but for pass-through
};

}  // namespace qs
