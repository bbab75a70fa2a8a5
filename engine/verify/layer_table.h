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
/// computes something else is the one that stands out. What layers within their tolerance get wrong together
/// is found by findDepartures().
class LayerTable {
  public:
    /// `engine` must outlive the table.
    explicit LayerTable(Executor& engine);

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

  private:
    using Values = std::map<std::string, std::vector<at::Tensor>>;
    Result<at::Tensor> alike(const at::Tensor& file, const at::Tensor& engine,
                             const std::string& layer) const;

    Executor& engine_;
    std::map<size_t, LayerComparison> rows_;  ///< by node
};

}  // namespace qs
