#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "protocol/messages.h"

namespace qs {

/// An opened model at its input shapes.
struct OpenedModel {
    Graph graph;
    protocol::ModelInfo info;
    std::string key;  ///< file, its size and time, and the inputs asked for
    /// One a graph input, -1 where the file leaves an extent free.
    std::vector<Shape> declaredShapes;
};

/// The files and folders that the data is read from: "npy:a=X.npy,labels=Y.npy" names two.
std::vector<std::string> sourcesOf(const protocol::DataSpec& spec);

/// Opened models and data, kept as long as the file behind a path stays the same.
class Models {
  public:
    /// Input shapes and types are `given` (by name or in order), else those of the data's samples, else the
    /// file's own, else a guess.
    Result<std::shared_ptr<const OpenedModel>> open(const std::string& path, const Dataset* data,
                                                    const std::vector<protocol::TensorInfo>& given,
                                                    const Job& job);
    Result<std::shared_ptr<Dataset>> openData(const protocol::DataSpec& spec);
    /// Text that is the same for the same data and preprocessing.
    /// It changes when a file or folder of the source does.
    static std::string keyOf(const protocol::DataSpec& spec);

  private:
    std::map<std::string, std::shared_ptr<const OpenedModel>> models_;
    std::map<std::string, std::shared_ptr<Dataset>> data_;
};

}  // namespace qs
