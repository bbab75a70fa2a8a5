#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "workbench/model_inputs.h"

namespace qs {

/// Chosen samples of a dataset, as a model takes them: its inputs in their order and types, and for a network
/// of one batch size every batch padded to that size (labels are not).
class ModelData : public Dataset {
  public:
    /// `padTo`: the batch size, of which readSamples() is then asked for no more; 0: no padding.
    ModelData(std::shared_ptr<const Dataset> data, std::vector<int64_t> indices, InputMap map,
              int64_t padTo = 0);

    int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override;
    bool labelled() const override { return data_->labelled(); }
    std::vector<std::string> classes() const override { return data_->classes(); }
    std::vector<SampleInput> sampleInputs() const override { return map_.targets; }
    std::vector<int64_t> labelShape() const override { return data_->labelShape(); }
    std::vector<int64_t> sampleClasses() const override;
    std::string sampleId(int64_t index) const override { return data_->sampleId(original(index)); }
    /// Those of the data, and samples that hold values that are not finite.
    std::vector<std::string> skipped() const override;
    protocol::Preprocessing preprocessing() const override { return data_->preprocessing(); }
    std::string note() const override { return data_->note(); }

  private:
    int64_t original(int64_t index) const { return indices_[static_cast<size_t>(index)]; }
    /// `batch` without the samples that hold values that are not finite, which are listed as skipped.
    Batch finiteSamples(Batch batch, std::span<const int64_t> originals) const;
    void skip(int64_t original, const std::string& input) const;

    std::shared_ptr<const Dataset> data_;
    std::vector<int64_t> indices_;
    InputMap map_;
    int64_t padTo_;
    mutable std::mutex mutex_;
    mutable std::map<int64_t, std::string> notFinite_;  ///< by sample of `data_`: what is said of it
};

}  // namespace qs
