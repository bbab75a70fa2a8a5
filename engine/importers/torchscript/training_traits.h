#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "graph/graph.h"

namespace torch::jit {
struct Module;
}

namespace qs {

/// What training has to know of a TorchScript module and its forward method does not say, as it is when the
/// file is opened: the module's buffers, and batch norms whose statistics are averages over all batches.
class TrainingTraits {
  public:
    explicit TrainingTraits(const torch::jit::Module& module);

    /// Writes attributes to the nodes of a traced graph whose parameters still have their paths as names:
    /// `frozen` where the weight is a buffer (a batch norm of detectors, a fixed filter), unless the module
    /// has all its weights as buffers, and `batches` for averages over all batches.
    void describe(Graph& graph) const;

  private:
    struct BatchNorm {
        int64_t batches = 0;              ///< that its statistics are of
        std::optional<bool> averagesAll;  ///< what a scripted module says
    };

    void freezeBuffers(Graph& graph) const;
    void describeStatistics(Graph& graph, Node& norm) const;

    std::set<std::string> buffers_;                ///< paths
    std::map<std::string, BatchNorm> batchNorms_;  ///< by the path of the module
};

}  // namespace qs
