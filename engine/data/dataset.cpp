#include "data/dataset.h"

#include "core/guard.h"
#include "core/match.h"

namespace qs {

Result<std::unique_ptr<Dataset>> openDataset(const std::string& source,
                                             const protocol::Preprocessing& preprocessing) {
    const size_t colon = source.find(':');
    const std::string name = source.substr(0, colon);
    const std::string argument = colon == std::string::npos ? "" : source.substr(colon + 1);
    const DatasetFormat* format = datasetFormats().find(name);
    if (!format) {
        return usageError("unknown data format '" + name + "' in '" + source + "': expected one of " +
                          join(datasetFormats().names()));
    }
    return guard("cannot open data " + source, [&] { return format->open(argument, preprocessing); });
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
    return info;
}

}  // namespace qs
