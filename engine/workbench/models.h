#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "graph/quantized_graph.h"
#include "protocol/messages.h"
#include "quant/network.h"

namespace qs {

/// An opened model at its input shapes.
struct OpenedModel {
    Graph graph;
    protocol::ModelInfo info;
    std::string key;  ///< file, its size and time, and the inputs asked for
    /// One a graph input, -1 where the file leaves an extent free.
    std::vector<Shape> declaredShapes;

    /// The graph as a network, made when it is first asked for. Safe from any thread.
    const Result<Network>& network() const;
    /// convertFloat() of it, likewise.
    const Result<QuantizedGraph>& reference() const;

  private:
    mutable std::once_flag networkOnce_, referenceOnce_;
    mutable std::optional<Result<Network>> network_;
    mutable std::optional<Result<QuantizedGraph>> reference_;
};

/// What a question about a model that is not open gets.
Error notOpen(const std::string& path);

/// Path, size and time of last change.
std::string identify(const std::string& path);

/// The files and folders that the data is read from: "npy:a=X.npy,labels=Y.npy" names two.
std::vector<std::string> sourcesOf(const protocol::DataSpec& spec);

/// Opened models and data, kept as long as the file behind a path stays the same. One caller at a time, but
/// for known().
class Models {
  public:
    /// Input shapes and types are `given` (by name or in order), else those of the data's samples, else the
    /// file's own, else a guess.
    Result<std::shared_ptr<const OpenedModel>> open(const std::string& path, const Dataset* data,
                                                    const std::vector<protocol::TensorInfo>& given,
                                                    const Job& job);
    /// The model as it was last opened, if it still is. Safe from any thread.
    std::shared_ptr<const OpenedModel> known(const std::string& path) const;
    Result<std::shared_ptr<Dataset>> openData(const protocol::DataSpec& spec);
    /// Text that is the same for the same data and preprocessing.
    /// It changes when a file or folder of the source does.
    static std::string keyOf(const protocol::DataSpec& spec);

  private:
    std::map<std::string, std::shared_ptr<const OpenedModel>> models_;
    std::map<std::string, std::shared_ptr<Dataset>> data_;
    mutable std::mutex mutex_;
    std::map<std::string, std::weak_ptr<const OpenedModel>> last_;  ///< by path
};

}  // namespace qs
