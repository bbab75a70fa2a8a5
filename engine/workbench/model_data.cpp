#include "workbench/model_data.h"

#include "analysis/fixed_batch.h"
#include "core/guard.h"

namespace qs {

ModelData::ModelData(std::shared_ptr<const Dataset> data, std::vector<int64_t> indices, InputMap map,
                     int64_t padTo)
    : data_(std::move(data)), indices_(std::move(indices)), map_(std::move(map)), padTo_(padTo) {}

Result<Batch> ModelData::readSamples(std::span<const int64_t> indices) const {
    std::vector<int64_t> originals;
    for (const int64_t index : indices) {
        originals.push_back(original(index));
    }
    QS_ASSIGN(Batch read, data_->readSamples(originals));
    if (read.size() == 0) {
        return read;
    }
    return guard("reading data", [&] {
        Batch batch;
        batch.labels = read.labels;
        for (size_t i = 0; i < map_.source.size(); ++i) {
            batch.inputs.push_back(read.inputs.at(map_.source[i]).to(map_.targets[i].dtype).contiguous());
        }
        if (padTo_ > 0) {
            batch.inputs = padBatch(batch.inputs, padTo_);
        }
        return batch;
    });
}

std::vector<int64_t> ModelData::sampleClasses() const {
    const std::vector<int64_t> all = data_->sampleClasses();
    std::vector<int64_t> chosen;
    for (const int64_t index : indices_) {
        if (!all.empty()) {
            chosen.push_back(all[static_cast<size_t>(index)]);
        }
    }
    return chosen;
}

}  // namespace qs
