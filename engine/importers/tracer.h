#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "graph/graph.h"
#include "importers/constant_budget.h"
#include "importers/file_quantization.h"

namespace qs {

/// What cannot be imported, with the layer and what to do. Caught where an importer begins to trace.
class ImportError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What ends a trace whose job was cancelled. Caught by finishGraph().
class TraceCancelled : public std::exception {
  public:
    const char* what() const noexcept override { return "cancelled"; }
};

/// Throws TraceCancelled where the job was cancelled.
void pollTrace(const Job& job);

/// Writes down the ATen operators that a network applies to its inputs, at one set of input shapes.
///
/// Activations are tensors of the meta device: they have shape and type but no data. Everything else
/// (weights, shape arithmetic, masks) is an ordinary CPU tensor. An operator that reads no activation is
/// computed at once, so that constants fold by themselves; one that reads an activation becomes a node, in
/// the form of an op entry where one covers it, or carried as it is. Shapes are known at every step, so an
/// importer's own arithmetic on sizes is ordinary arithmetic.
///
/// What a file says is held against what a machine can do before LibTorch sees it: integer arguments against
/// the ranges of call_limits.h, activations against kMostActivationElements, and the constants that are
/// computed, in sum, against a multiple of the weights.
class Tracer {
  public:
    /// 16 GiB of floats: beyond any activation of a network that is run one batch at a time.
    static constexpr int64_t kMostActivationElements = int64_t{1} << 32;

    /// `constantBytes`: how much the constants that are computed may take at first; see ConstantBudget.
    explicit Tracer(Job job = Job(), int64_t constantBytes = ConstantBudget::kFloor);
    ~Tracer();

    /// pollTrace(), for an importer's own loops. apply() does it too.
    void poll() const;

    /// An activation that the network is given. fp64 becomes float32; other types stay what they are. Throws
    /// ImportError for a shape that no machine could hold.
    at::Tensor input(const std::string& name, const Shape& shape, at::ScalarType dtype = at::kFloat);
    /// Names a weight: what its constant is called where no op entry names it. The same tensor may be named
    /// again. fp16 and bf16 are to be widened before.
    void nameParameter(const at::Tensor& tensor, const std::string& name);

    /// Applies an operator of LibTorch's dispatcher, "aten::add.Tensor" or "aten::relu"; arguments that are
    /// left out at the end take their defaults. `scope` is the path of the layer's module ("layer1.0.conv1");
    /// where the module holds others, the op's name is put behind it. Returns the results. Throws ImportError
    /// (naming the scope) for an operator that does not exist or does not accept the arguments, or that needs
    /// an activation's values.
    std::vector<c10::IValue> apply(const std::string& op, std::vector<c10::IValue> arguments,
                                   const std::string& scope);
    /// The same for operators with one result, a tensor.
    at::Tensor call(const std::string& op, std::vector<c10::IValue> arguments, const std::string& scope);

    /// Says that the file holds a constant as integers on this grid: what its value in the graph is marked
    /// with.
    void setGrid(const at::Tensor& constant, const QParams& grid);
    /// The activation as integers on a per-tensor grid. What is returned takes part in the network like any
    /// other activation; operators that only move values keep its grid. See liftQuantization().
    at::Tensor quantize(const at::Tensor& x, const QParams& grid, const std::string& scope);
    /// The integers' real values.
    at::Tensor dequantize(const at::Tensor& x, const std::string& scope);
    /// The grid of an activation that quantize() made, or that was made of one by moving or clamping it;
    /// nothing for real numbers and constants.
    std::optional<QParams> gridOf(const at::Tensor& x) const;

    /// x = result, for whoever holds the activation `x` (an operator in place). Returns `x`.
    at::Tensor assign(const at::Tensor& x, const at::Tensor& result, const std::string& scope);

    /// What an importer computes itself; throws ImportError where the budget is spent.
    void charge(const at::Tensor& constant);
    /// Bytes of constants that may still be computed.
    int64_t constantBytesLeft() const;

    /// Whether the tensor has no data: an input or something computed from one.
    static bool isActivation(const at::Tensor& tensor);

    /// Declares a result of the network. A constant or an input that is returned as it is becomes the output
    /// of an identity node.
    void output(const at::Tensor& tensor, const std::string& name);

    /// The network as written down: names not yet given, nothing removed. See finishGraph().
    Graph take();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Traces a network with `trace(batch)` at two batch sizes, makes one graph of both that runs any batch
/// (sizes that follow the batch become -1 or an expand), removes what no output needs, fuses what ops/ has as
/// one, makes a float network of a quantized one, and names the layers. A network that only runs the batch
/// `batch` gets Graph::fixedBatch and a note.
/// Error of kind Cancelled where the job was.
Result<TracedNetwork> finishGraph(int64_t batch, const std::function<Graph(int64_t batch)>& trace,
                                  std::vector<std::string>& notes, const Job& job = Job());

}  // namespace qs
