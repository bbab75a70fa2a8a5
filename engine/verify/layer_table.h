#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "protocol/messages.h"
#include "runtime/executor.h"
#include "verify/difference.h"
#include "verify/file_facts.h"

namespace qs {

/// Holds every integer tensor of a network against the file's: what layers make, and what a boundary makes of
/// a float layer's result.
///
/// Layers are compared one by one: the engine's step gets what the file's own step got, as far as the file
/// shows it. A rounding difference in one layer then says nothing about those behind it, and the layer that
/// computes something else is the one that stands out. Beside that each side runs whole, from the inputs:
/// what layers within their tolerance get wrong together shows there.
class LayerTable {
  public:
    /// `engine` must outlive the table.
    explicit LayerTable(Executor& engine);

    /// An integer tensor where each side has run whole.
    struct Step {
        size_t node = 0;
        std::string layer;  ///< QNode::layer
        protocol::LayerDifference difference;
    };

    bool empty() const { return rows_.empty(); }
    /// Failure where the file has a layer that the network lacks.
    Status checkNames(const FileFacts& file) const;
    /// A batch: the network's `inputs`, and what the file showed for them (FileSession::Layers). Failure
    /// where a shape is another.
    Status add(const std::vector<at::Tensor>& inputs,
               const std::map<std::string, std::vector<at::Tensor>>& shown);
    /// The layers in the order of the graph, the first that is out of tolerance, those that the file did not
    /// show, and a note on boundaries that it did not show.
    void write(protocol::VerifyResult& result) const;
    /// The first step in the order of the graph some of whose values are more than `lsb` steps of its grid
    /// apart where each side has run whole.
    std::optional<Step> firstDifferent(double lsb) const;

  private:
    using Values = std::map<std::string, std::vector<at::Tensor>>;
    Status addAlone(const std::vector<at::Tensor>& inputs, const Values& shown);
    Status addTogether(const std::vector<at::Tensor>& inputs, const Values& shown);
    Result<at::Tensor> alike(const at::Tensor& file, const at::Tensor& engine,
                             const std::string& layer) const;

    Executor& engine_;
    std::map<size_t, LayerComparison> rows_;      ///< by node
    std::map<size_t, LayerComparison> together_;  ///< likewise, of whole runs
};

}  // namespace qs
