#pragma once

#include <any>
#include <compare>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace qs::runtime {

/// Weights and biases in the formats that a library's kernels asked for, shared by all plans of an executor.
class WeightCache {
  public:
    /// What a constant is made of: a tensor, which nodes may share, or what one node has.
    struct Source {
        const void* tensor = nullptr;  ///< its data, alive as long as the cache
        size_t node = 0;
        std::string role;  ///< what it is for: "weight of conv2d"
        auto operator<=>(const Source&) const = default;
    };

    /// The constant of `source` in the first of its formats that `fits`; where no plan has asked for it
    /// before, as `pack` makes it.
    std::any get(const Source& source, const std::function<bool(const std::any&)>& fits,
                 const std::function<std::any()>& pack);

    /// Milliseconds that get() has saved so far by having packed a constant before.
    double savedMs() const { return savedMs_; }

  private:
    struct Packed {
        std::any constant;
        double ms = 0;  ///< that packing took
    };
    std::map<Source, std::vector<Packed>> packed_;
    double savedMs_ = 0;
};

}  // namespace qs::runtime
