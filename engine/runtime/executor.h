#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/registry.h"
#include "core/result.h"
#include "graph/quantized_graph.h"
#include "runtime/inference_time.h"

namespace qs {

/// Time of one step of a QuantizedGraph, or of a change of layout before it, in milliseconds: what it took in
/// typical inferences, whose steps' times add up.
struct NodeTime {
    enum class Kind { Step, Reorder };
    size_t node = 0;  ///< index into QuantizedGraph::nodes
    double ms = 0;
    std::string implementation;  ///< what ran it ("brgconv:avx512_core_vnni", "reference")
    Kind kind = Kind::Step;
    /// Over all runs with timers, by themselves: unlike `ms` a single run that was disturbed does not move
    /// the median, but the steps' medians do not add up to anything.
    double medianMs = 0;
    double p10Ms = 0;
    double p90Ms = 0;
    int runs = 0;
    /// Better implementations that were refused, best first: "matmul: its weight is no constant".
    std::vector<std::string> refusals = {};
    int64_t bytes = 0;  ///< inputs, weights and outputs, each once; of a reorder: read and written
};

/// Milliseconds over `runs` whole inferences.
struct LatencyStats {
    double medianMs = 0;
    double p10Ms = 0;
    double p90Ms = 0;
    double minMs = 0;
    int runs = 0;
    int threads = 0;
};

/// What a plan occupies and what it took to make.
struct PlanFacts {
    int64_t arenaBytes = 0;  ///< of all activations and scratch memory
    int64_t liveBytes = 0;   ///< the most of them that is needed at one time
    double prepareMs = 0;    ///< making primitives and packing weights, even those that were packed already
};

struct Profile {
    LatencyStats total;  ///< of runs without timers
    /// In the order in which they run, with the timers' own time taken out; steps that only give memory
    /// another name take none. They are means over those runs with timers that took what an inference
    /// without takes, so that with otherMs they add up to total.medianMs.
    std::vector<NodeTime> nodes;
    double otherMs = 0;     ///< binding inputs, copying outputs
    double overheadMs = 0;  ///< what reading the clock adds to a run with timers, measured
    PlanFacts plan = {};
};

/// Values of a QuantizedGraph at some point of a run.
using Cut = std::map<ValueId, at::Tensor>;

/// One network being timed, an inference at a time, so that several can be timed in turns. Uses the executor
/// that made it, which must outlive it.
class Profiler {
  public:
    virtual ~Profiler() = default;
    /// One inference without timers inside.
    virtual Result<InferenceTime> run() = 0;
    /// One inference in which the time of each step is taken and kept.
    virtual Status runTimed() = 0;
    /// The steps' times. `total`: of the inferences without timers.
    virtual Profile profile(const LatencyStats& total) const = 0;
};

/// Runs a QuantizedGraph. Inputs: one float32 contiguous N x ... tensor per graph input, any N; outputs are
/// float32. Not thread-safe: one caller at a time.
class Executor {
  public:
    /// Called after each step with its index and its outputs: integer values as uint8 or int8 tensors holding
    /// q, float ones as float32; always logically N, C, H, W (strides may be channels-last). Valid during the
    /// call only.
    using Tap = std::function<void(size_t node, std::span<const at::Tensor> outputs)>;

    virtual ~Executor() = default;
    virtual Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap& tap = {}) = 0;
    /// One step alone on the given activations (integer ones as uint8/int8), for layer-by-layer comparison.
    virtual Result<std::vector<at::Tensor>> runNode(size_t node, std::span<const at::Tensor> inputs) = 0;
    /// Starts in the middle: from the values of a cut (integer ones as uint8/int8, float ones as float32, as
    /// a Tap gives them) runs the steps that `wanted` needs and that the cut does not spare, and returns
    /// `wanted` in its order. What the whole run makes of the same values is the same, bit for bit, for the
    /// same batch size. Fails where a value is needed that neither a step makes nor the cut has.
    virtual Result<std::vector<at::Tensor>> runFrom(const Cut& cut, std::span<const ValueId> wanted) = 0;
    /// The same to the graph's outputs.
    Result<std::vector<at::Tensor>> runFrom(const Cut& cut) { return runFrom(cut, graph().outputs); }
    /// For inferences of `inputs` on the threads that are in force.
    virtual Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor> inputs) = 0;
    /// The profile of this network alone, over `runs` turns (runtime/turns.h times networks side by side).
    Result<Profile> profile(std::span<const at::Tensor> inputs, int warmup, int runs);
    virtual const QuantizedGraph& graph() const = 0;
};

/// Threads for LibTorch, OpenMP (and with it oneDNN) and OpenCV together; 0 means one per physical core
/// available.
int setThreads(int threads);

/// What can run a QuantizedGraph.
struct Backend {
    std::string description;  ///< for menus
    std::function<Result<std::unique_ptr<Executor>>(QuantizedGraph)> make;
};

/// onednn, xnnpack, reference (engine/runtime, a folder each).
const Registry<Backend>& backends();

inline constexpr const char* kDefaultBackend = "onednn";

/// An executor of the backend of this name (empty: the default one). Usage error naming those there are.
Result<std::unique_ptr<Executor>> makeExecutor(const std::string& backend, QuantizedGraph graph);

/// The simulation: every step in float32 on ATen, integers emulated by rounding and clamping. Slow and right.
/// Runs any graph; the yardstick for the others.
Result<std::unique_ptr<Executor>> makeReferenceExecutor(QuantizedGraph graph);

/// oneDNN primitives on NHWC buffers, prepacked per input shape on first use (plans are cached). Steps that
/// oneDNN has no primitive for run on the reference implementation inside the same plan.
Result<std::unique_ptr<Executor>> makeOneDnnExecutor(QuantizedGraph graph);

/// XNNPACK's signed integer and float operators in the same plans, our own loops for what only moves or
/// tabulates bytes, the reference implementation for the rest. Within 1 LSB of the simulation.
Result<std::unique_ptr<Executor>> makeXnnpackExecutor(QuantizedGraph graph);

}  // namespace qs
