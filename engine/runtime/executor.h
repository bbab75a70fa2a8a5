#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/registry.h"
#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs {

/// Time of one step of a QuantizedGraph, or of a change of layout before it: median over the runs, in
/// milliseconds.
struct NodeTime {
    enum class Kind { Step, Reorder };
    size_t node = 0;  ///< index into QuantizedGraph::nodes
    double ms = 0;
    std::string implementation;  ///< what ran it ("brgconv:avx512_core_vnni", "reference")
    Kind kind = Kind::Step;
    double p10Ms = 0;
    double p90Ms = 0;
    /// Better implementations that were refused, best first: "matmul: its weight is no constant".
    std::vector<std::string> refusals = {};
    int64_t bytes = 0;  ///< inputs, weights and outputs, each once; of a reorder: read and written
};

/// Milliseconds over `runs` whole inferences after `warmup` unmeasured ones.
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
    /// another name take none. Their sum and otherMs are close to total.medianMs, as far as the machine was
    /// the same in runs with timers and in those without.
    std::vector<NodeTime> nodes;
    double otherMs = 0;     ///< binding inputs, copying outputs
    double overheadMs = 0;  ///< what reading the clock adds to a run with timers, measured
    PlanFacts plan = {};
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
    /// Times `runs` inferences after `warmup` unmeasured ones. Polls `job` for cancellation before each, and
    /// reports no progress: whoever shows it would take the processor from what is measured.
    virtual Result<Profile> profile(std::span<const at::Tensor> inputs, int warmup, int runs,
                                    const Job& job) = 0;
    Result<Profile> profile(std::span<const at::Tensor> inputs, int warmup, int runs) {
        return profile(inputs, warmup, runs, Job());
    }
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
