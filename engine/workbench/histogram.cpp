#include "workbench/histogram.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/match.h"
#include "core/presentable.h"
#include "ops/op.h"
#include "quant/observer.h"
#include "workbench/messages.h"
#include "workbench/preview.h"
#include "workbench/recipe_check.h"
#include "workbench/variant.h"

namespace qs {

namespace {

constexpr int kMostBins = 4096;

/// A weight as its layer computes with it, and the grid that it lies on where that is known.
struct LayerWeight {
    at::Tensor values;
    std::optional<QParams> grid;
    int64_t channelAxis = 0;
};

const QNode* findStep(const QuantizedGraph& graph, const std::string& layer) {
    const auto found = std::ranges::find_if(graph.nodes, [&](const QNode& node) {
        return !node.isBoundary() && (node.layer == layer || std::ranges::count(node.fused, layer) > 0);
    });
    return found == graph.nodes.end() ? nullptr : &*found;
}

Error unknownLayer(const OpenedModel& opened, const std::string& layer) {
    std::vector<std::string> names;
    for (const protocol::LayerInfo& info : opened.info.layers) {
        names.push_back(info.name);
    }
    return usageError("the model has no layer '" + layer + "'" + suggestion(layer, names));
}

/// The grid that the recipe's rules give the weight; none where its layer stays float, or where the network
/// cannot be quantized.
Result<std::optional<QParams>> gridByRules(Caches& caches, const OpenedModel& opened, const QNode& step,
                                           const std::vector<protocol::Rule>& rules) {
    QS_TRY(checkRules(rules, opened.graph));
    const auto prepared = preparedBy(caches, opened, rules);
    if (!prepared) {
        return std::optional<QParams>();
    }
    const PreparedModel& model = **prepared;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        if (model.graph.node(model.groups[i].primary).name == step.layer &&
            quantizesWeight(model.computes[i])) {
            QS_ASSIGN(QParams grid, chooseWeightGrid(model, i, {}));
            return std::optional(std::move(grid));
        }
    }
    return std::optional<QParams>();
}

Result<LayerWeight> weightOf(Caches& caches, const OpenedModel& opened,
                             const protocol::HistogramParams& params) {
    const auto built = findBuilt(caches, params.variant);
    const auto& reference = opened.reference();
    if (!built && !reference) {
        return reference.error();
    }
    const QNode* step = findStep(built ? built->converted : *reference, params.layer);
    if (!step) {
        return unknownLayer(opened, params.layer);
    }
    if (!step->weight) {
        return usageError("layer " + params.layer + " has no weight (it is a " + step->op + ")");
    }
    LayerWeight weight{*step->weight, step->weightQParams,
                       static_cast<int64_t>(ops().find(step->op)->weightOutputAxis)};
    if (!built) {
        QS_ASSIGN(weight.grid, gridByRules(caches, opened, *step, params.variant.recipe.rules));
    }
    return weight;
}

std::optional<protocol::TensorQParams> describe(const LayerWeight& weight,
                                                const protocol::HistogramParams& params) {
    if (!weight.grid) {
        return std::nullopt;
    }
    const QParams& grid = *weight.grid;
    protocol::TensorQParams described{params.layer,  std::string(toString(grid.dtype)),
                                      grid.scale,    grid.zeroPoint,
                                      grid.quantMin, grid.quantMax};
    if (params.channel && grid.perChannel() && grid.axis == weight.channelAxis) {
        const auto channel = static_cast<size_t>(*params.channel);
        described.scale = {grid.scale.at(channel)};
        described.zero_point = {grid.zeroPoint.at(channel)};
    }
    return described;
}

void count(const at::Tensor& values, int bins, protocol::LayerHistogram& histogram) {
    const at::Tensor whole = values.to(at::kFloat).contiguous();
    const float* data = whole.data_ptr<float>();
    const int64_t size = whole.numel();
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (int64_t i = 0; i < size; ++i) {
        if (std::isfinite(data[i])) {
            low = std::min(low, data[i]);
            high = std::max(high, data[i]);
        } else {
            ++histogram.not_finite;
        }
    }
    histogram.counts.assign(static_cast<size_t>(bins), 0);
    histogram.values = size;
    if (histogram.not_finite == size) {
        return;
    }
    histogram.low = low;
    histogram.high = high;
    const double width = (double(high) - double(low)) / bins;
    for (int64_t i = 0; i < size; ++i) {
        if (std::isfinite(data[i])) {
            const double place = width > 0 ? (double(data[i]) - double(low)) / width : 0;
            ++histogram.counts[static_cast<size_t>(std::min(place, bins - 1.0))];
        }
    }
}

/// `seen`'s bins as `bins` equal ones. What lies in a bin is taken to lie there evenly, and a whole number of
/// it goes to each: sums are kept.
void rebin(const Histogram& seen, int bins, protocol::LayerHistogram& histogram) {
    histogram.counts.assign(static_cast<size_t>(bins), 0);
    double sum = 0;
    int64_t given = 0;
    int bin = 0;
    for (int i = 0; i < Histogram::kBins; ++i) {
        const double count = seen.counts()[static_cast<size_t>(i)];
        for (; bin < bins && int64_t{bin + 1} * Histogram::kBins <= int64_t{i + 1} * bins; ++bin) {
            const double inside = double(bin + 1) * Histogram::kBins / bins - i;
            const auto upTo = static_cast<int64_t>(std::llround(sum + count * inside));
            histogram.counts[static_cast<size_t>(bin)] = upTo - given;
            given = upTo;
        }
        sum += count;
    }
}

/// From the statistics that calibration has kept.
Result<protocol::LayerHistogram> activationHistogram(Caches& caches,
                                                     const protocol::HistogramParams& params) {
    const auto built = findBuilt(caches, params.variant);
    if (!built || !built->observed) {
        return failure("no statistics of the activations of " + params.layer +
                       " are kept: calibrate the variant (again) to see them");
    }
    if (params.channel) {
        return usageError("of the activations of a channel the range alone is kept: ask for the whole layer");
    }
    const PreparedModel& model = built->prepared;
    for (const FusionGroup& group : model.groups) {
        if (model.graph.node(group.primary).name != params.layer) {
            continue;
        }
        const GridId own{group.outputs.at(0)};
        const auto& all = built->observed->statistics.values;
        const auto seen = all.find(model.graph.value(own.value).name);
        if (seen == all.end() || seen->second.histogram.empty()) {
            break;
        }
        protocol::LayerHistogram histogram;
        histogram.layer = params.layer;
        histogram.which = params.which;
        histogram.channels = static_cast<int64_t>(seen->second.channels.size());
        histogram.low = seen->second.histogram.edge(0);
        histogram.high = seen->second.histogram.edge(Histogram::kBins);
        histogram.not_finite = seen->second.nan + seen->second.infinite;
        histogram.values = seen->second.finite + histogram.not_finite;
        rebin(seen->second.histogram, params.bins, histogram);
        if (const auto grid = built->encodings.activations.find(model.keyOf(own));
            grid != built->encodings.activations.end()) {
            const Calibration alone{*grid};
            histogram.grid = writeCalibration(alone).at(0);
        }
        return histogram;
    }
    return failure("no statistics of the activations of " + params.layer +
                   " are kept: it makes no real numbers, or the model has no such layer");
}

Result<protocol::LayerHistogram> make(Caches& caches, const protocol::HistogramParams& params) {
    if (params.bins < 1 || params.bins > kMostBins) {
        return usageError("bins is " + std::to_string(params.bins) + ": it must be 1 to " +
                          std::to_string(kMostBins));
    }
    if (params.which == "activation") {
        return activationHistogram(caches, params);
    }
    if (params.which != "weight") {
        return usageError("there is no histogram of '" + params.which + "': ask for weight or activation");
    }
    const auto opened = caches.models.known(params.variant.model);
    if (!opened) {
        return notOpen(params.variant.model);
    }
    QS_ASSIGN(LayerWeight weight, weightOf(caches, *opened, params));
    protocol::LayerHistogram histogram;
    histogram.layer = params.layer;
    histogram.which = params.which;
    histogram.channel = params.channel;
    histogram.channels = weight.values.size(weight.channelAxis);
    if (params.channel) {
        if (*params.channel < 0 || *params.channel >= histogram.channels) {
            return usageError("layer " + params.layer + " has channels 0 to " +
                              std::to_string(histogram.channels - 1) + ", not " +
                              std::to_string(*params.channel));
        }
        weight.values = weight.values.select(weight.channelAxis, *params.channel);
    }
    count(weight.values, params.bins, histogram);
    histogram.grid = describe(weight, params);
    return histogram;
}

}  // namespace

Result<protocol::LayerHistogram> histogramOf(Caches& caches, const protocol::HistogramParams& params) {
    auto histogram = make(caches, params);
    return histogram ? std::move(histogram) : presentable(histogram.error());
}

}  // namespace qs
