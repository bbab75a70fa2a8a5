#pragma once

#include <any>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace qs::runtime {

/// Weights and biases in the formats that a library's kernels asked for, shared by all plans of an executor.
class WeightCache {
  public:
    /// The constant `role` ("weight", "bias") of node `node` in the first of its formats that `fits`; where
    /// no plan has asked for it before, as `pack` makes it.
    std::any get(size_t node, const std::string& role, const std::function<bool(const std::any&)>& fits,
                 const std::function<std::any()>& pack);

    /// Milliseconds that get() has saved so far by having packed a constant before.
    double savedMs() const { return savedMs_; }

  private:
    struct Packed {
        std::any constant;
        double ms = 0;  ///< that packing took
    };
    std::map<std::pair<size_t, std::string>, std::vector<Packed>> packed_;
    double savedMs_ = 0;
};

}  // namespace qs::runtime
