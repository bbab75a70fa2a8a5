#include "workbench/model_data.h"

#include <ATen/ops/all.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/ones.h>

#include <cmath>

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
        batch = finiteSamples(std::move(batch), originals);
        if (padTo_ > 0 && batch.size() > 0) {
            batch.inputs = padBatch(batch.inputs, padTo_);
        }
        return batch;
    });
}

Batch ModelData::finiteSamples(Batch batch, std::span<const int64_t> originals) const {
    const int64_t count = batch.size();
    at::Tensor kept = at::ones({count}, at::kBool);
    // Where samples were left out already, what is left cannot be told apart any more.
    const bool isWhole = count == static_cast<int64_t>(originals.size());
    for (size_t input = 0; input < batch.inputs.size(); ++input) {
        const at::Tensor& x = batch.inputs[input];
        if (!at::isFloatingType(x.scalar_type()) || std::isfinite(x.sum().item<double>())) {
            continue;
        }
        const at::Tensor isFinite = x.reshape({count, -1}).isfinite().all(1);
        for (int64_t i = 0; i < count; ++i) {
            if (!isFinite[i].item<bool>() && kept[i].item<bool>()) {
                skip(isWhole ? originals[static_cast<size_t>(i)] : -1, map_.targets[input].name);
            }
        }
        kept.logical_and_(isFinite);
    }
    if (kept.all().item<bool>()) {
        return batch;
    }
    const at::Tensor rows = kept.nonzero().flatten();
    for (at::Tensor& x : batch.inputs) {
        x = x.index_select(0, rows);
    }
    if (batch.labels.defined()) {
        batch.labels = batch.labels.index_select(0, rows);
    }
    return batch;
}

void ModelData::skip(int64_t original, const std::string& input) const {
    const std::string id = original < 0 ? "" : data_->sampleId(original);
    const std::string sample =
        original < 0 ? "a sample beside ones that cannot be read" : "sample " + std::to_string(original);
    const std::lock_guard lock(mutex_);
    notFinite_[original] = (id.empty() ? sample : id + ": " + sample) + ": input " + input +
                           " holds values that are not finite (NaN or infinity)";
}

std::vector<std::string> ModelData::skipped() const {
    std::vector<std::string> all = data_->skipped();
    const std::lock_guard lock(mutex_);
    for (const auto& [index, text] : notFinite_) {
        all.push_back(text);
    }
    return all;
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
