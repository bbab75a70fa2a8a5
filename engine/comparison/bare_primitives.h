#pragma once

#include <dnnl.hpp>
#include <utility>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs {

/// The convolutions, transposed convolutions and linear layers of a graph as oneDNN runs them at best:
/// channels-last, weights prepacked, each on buffers of its own, with scales, bias and ReLU but no zero
/// points, residual adds, boundaries or pools. What a runtime adds on top is its overhead.
class BarePrimitives {
  public:
    /// `shapes`: extents of every value, by its id. Throws dnnl::error where oneDNN has no primitive.
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
    void addTransposedConvolution(const QNode& node, const Shape& input, const Shape& output, bool integer);
    void addLinear(const QNode& node, const Shape& input, bool integer);
    /// A primitive on buffers of zeros.
    template <typename Primitive>
    void addCall(const typename Primitive::primitive_desc& pd, const dnnl::memory::desc& source,
                 const dnnl::memory::desc& bias, const dnnl::memory::desc& target);

    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    std::vector<Call> calls_;
};

}  // namespace qs
