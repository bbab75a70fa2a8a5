#include "data/dataset.h"

#include <algorithm>
#include <numeric>

#include "core/guard.h"
#include "core/match.h"
#include "core/presentable.h"
#include "data/class_names.h"

namespace qs {

Result<Batch> Dataset::read(int64_t begin, int64_t end) const {
    begin = std::clamp<int64_t>(begin, 0, size());
    end = std::clamp(end, begin, size());
    std::vector<int64_t> indices(size_t(end - begin));
    std::iota(indices.begin(), indices.end(), begin);
    auto batch = readSamples(indices);
    return batch ? std::move(batch) : presentable(batch.error());
}

namespace {

Result<std::unique_ptr<Dataset>> open(const protocol::DataSpec& spec) {
    const size_t colon = spec.source.find(':');
    const std::string name = spec.source.substr(0, colon);
    const std::string argument = colon == std::string::npos ? "" : spec.source.substr(colon + 1);
    const DatasetFormat* format = datasetFormats().find(name);
    if (!format) {
        return usageError("unknown data format '" + name + "' in '" + spec.source + "': expected one of " +
                          join(datasetFormats().names()));
    }
    DatasetOptions options{spec.preprocessing};
    if (!spec.labels.empty()) {
        QS_ASSIGN(options.classes, readClassNames(spec.labels));
    }
    return guard("cannot open data " + spec.source, [&] { return format->open(argument, options); });
}

}  // namespace

Result<std::unique_ptr<Dataset>> openDataset(const protocol::DataSpec& spec) {
    auto data = open(spec);
    return data ? std::move(data) : presentable(data.error());
}

Result<std::unique_ptr<Dataset>> openDataset(const std::string& source,
                                             const protocol::Preprocessing& preprocessing) {
    return openDataset(protocol::DataSpec{source, preprocessing});
}

protocol::DataInfo describe(const Dataset& data, const std::string& source) {
    protocol::DataInfo info;
    info.source = source;
    info.samples = data.size();
    info.labelled = data.labelled();
    info.classes = data.classes();
    for (const auto& input : data.sampleInputs()) {
        info.inputs.push_back({input.name, c10::toString(input.dtype), input.shape});
    }
    info.skipped = data.skipped();
    info.preprocessing = data.preprocessing();
    info.note = data.note();
    info.label_shape = data.labelShape();
    info.calibration_source = data.calibrationSource();
    return info;
}

}  // namespace qs
