#pragma once

#include <dnnl.hpp>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace qs::onednn {

/// Weights and biases in the formats that primitives asked for, shared by all plans of an executor.
class WeightCache {
  public:
    /// The constant `role` ("weight", "bias") of node `node` in the format `wanted`. `plain` gives it in its
    /// own format and is called only when no plan has asked for `wanted` before.
    dnnl::memory get(size_t node, const std::string& role, const dnnl::memory::desc& wanted,
                     const std::function<dnnl::memory()>& plain);

    /// Milliseconds that get() has saved so far by having packed a constant before.
    double savedMs() const { return savedMs_; }

  private:
    struct Packed {
        dnnl::memory memory;
        double ms = 0;  ///< that packing took
    };
    std::map<std::pair<size_t, std::string>, std::vector<Packed>> packed_;
    double savedMs_ = 0;
};

}  // namespace qs::onednn
