#pragma once

#include <dnnl.hpp>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs::bench {

/// The convolutions and linear layers of a graph as oneDNN runs them at best: channels-last, weights
/// prepacked, each on buffers of its own, with scales, bias and ReLU but no zero points, residual adds,
/// boundaries or pools. What a runtime adds on top is its overhead.
class BarePrimitives {
  public:
    /// `shapes`: input and output extents of every node, by value id.
    BarePrimitives(const QuantizedGraph& graph, const std::vector<Shape>& shapes);

    /// All of them once, in order.
    void run();
    size_t count() const { return calls_.size(); }

  private:
    struct Call {
        dnnl::primitive primitive;
        std::vector<dnnl::memory> memories;
        std::vector<dnnl_exec_arg_t> arguments;
    };

    void addConvolution(const QNode& node, const Shape& input, const Shape& output, bool integer);
    void addLinear(const QNode& node, const Shape& input, bool integer);
    void addCall(dnnl::primitive primitive, const std::vector<std::pair<int, dnnl::memory::desc>>& arguments);

    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    std::vector<Call> calls_;
};

}  // namespace qs::bench
