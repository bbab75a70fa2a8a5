#include "exporters/preprocessing.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/round.h>
#include <ATen/ops/tensor.h>

#include <utility>

#include "core/guard.h"

namespace qs {

namespace {

const std::vector<int64_t> kToPixelOrder{0, 3, 1, 2};  ///< dims of a permutation from N x H x W x C
const std::vector<int64_t> kFromPixelOrder{0, 2, 3, 1};

/// What the steps do, as tensors.
struct Normalization {
    at::Tensor factor;  ///< [C, 1, 1]
    at::Tensor offset;  ///< [C, 1, 1]
    at::Tensor order;   ///< channel of the pixels for each of the network's; undefined: as they are
    bool channelsLast = false;
};

Result<Normalization> normalizationOf(const protocol::Preprocessing& preprocessing) {
    const int64_t channels = preprocessing.channels.value_or(0);
    if (channels < 1 || preprocessing.mean.size() != static_cast<size_t>(channels) ||
        preprocessing.std.size() != static_cast<size_t>(channels) || !preprocessing.scale) {
        return usageError(
            "preprocessing inside the file needs channels, scale, and a mean and std for each "
            "channel");
    }
    const Shape shape{channels, 1, 1};
    const at::Tensor mean = at::tensor(preprocessing.mean, at::kDouble),
                     std = at::tensor(preprocessing.std, at::kDouble);
    Normalization result{(*preprocessing.scale / std).to(at::kFloat).reshape(shape),
                         (-mean / std).to(at::kFloat).reshape(shape),
                         {},
                         preprocessing.layout == "nhwc"};
    if (preprocessing.color_order == "bgr" && channels > 1) {
        result.order = at::arange(channels - 1, -1, -1, at::kLong);
    }
    return result;
}

/// Index of the network's one image input.
Result<size_t> imageInput(const QuantizedGraph& graph, const Normalization& normalization) {
    std::vector<size_t> found;
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        const QValue& input = graph.value(graph.inputs[i]);
        const size_t axis = normalization.channelsLast ? 3 : 1;
        if (input.dtype == at::kFloat && input.shape.size() == 4 &&
            input.shape[axis] == normalization.factor.size(0)) {
            found.push_back(i);
        }
    }
    if (found.size() != 1) {
        return failure("preprocessing cannot go into the file: of the network's inputs, " +
                       std::to_string(found.size()) + " are images of " +
                       std::to_string(normalization.factor.size(0)) +
                       " channels, and it must be one; export without it");
    }
    return found.front();
}

Shape pixelShape(const Shape& shape, const Normalization& normalization) {
    return normalization.channelsLast ? Shape{shape.at(0), shape.at(3), shape.at(1), shape.at(2)} : shape;
}

/// Pixels that become `input`.
at::Tensor pixelsOf(const at::Tensor& input, const Normalization& normalization) {
    at::Tensor x = normalization.channelsLast ? input.permute(kToPixelOrder) : input;
    x = (x - normalization.offset) / normalization.factor;
    if (normalization.order.defined()) {
        x = x.index_select(1, normalization.order);  // a reversal undoes itself
    }
    return at::clamp(at::round(x), 0, 255).contiguous();
}

/// Steps in front of a graph; each reads what the one before it made.
class Prefix {
  public:
    Prefix(QuantizedGraph& graph, ValueId pixels) : graph_(graph), last_(pixels) {}

    void add(const std::string& op, const std::string& name, Shape shape, std::vector<at::Tensor> constants,
             Attributes attrs = {}) {
        QNode& node = nodes_.emplace_back();
        node.op = op;
        node.layer = "preprocessing." + name;
        node.attrs = std::move(attrs);
        node.inputs = {last_};
        node.constants = std::move(constants);
        last_ = ValueId{static_cast<int32_t>(graph_.values.size())};
        node.outputs = {last_};
        graph_.values.push_back({last_, node.layer, std::move(shape), {}});
    }

    /// Puts the steps before the others; their result is what the graph knew as `value`.
    void finish(ValueId value) {
        nodes_.back().outputs = {value};
        graph_.values.pop_back();
        graph_.nodes.insert(graph_.nodes.begin(), nodes_.begin(), nodes_.end());
    }

  private:
    QuantizedGraph& graph_;
    ValueId last_;
    std::vector<QNode> nodes_;
};

/// aten::index_select along the channels.
Attributes alongChannels() {
    Attributes attrs;
    attrs.set("overload", std::string());
    attrs.set("arguments", std::vector<std::string>{"tensor", "constant:dim", "tensor"});
    attrs.set("dim", c10::IValue(int64_t{1}));
    return attrs;
}

QuantizedGraph prepended(QuantizedGraph graph, size_t input, const Normalization& normalization) {
    const ValueId value = graph.inputs.at(input);
    const Shape shape = pixelShape(graph.value(value).shape, normalization);
    const ValueId pixels{static_cast<int32_t>(graph.values.size())};
    QValue taken = graph.value(value);
    graph.values.at(static_cast<size_t>(value.index)).name += ".preprocessed";
    taken.id = pixels;
    taken.shape = shape;
    graph.values.push_back(std::move(taken));
    graph.inputs[input] = pixels;

    Prefix prefix(graph, pixels);
    if (normalization.order.defined()) {
        prefix.add("aten::index_select", "color_order", shape, {normalization.order}, alongChannels());
    }
    prefix.add("mul", "scale", shape, {normalization.factor});
    prefix.add("add", "shift", shape, {normalization.offset});
    if (normalization.channelsLast) {
        Attributes attrs;
        attrs.set("dims", kFromPixelOrder);
        prefix.add("permute", "layout", graph.value(value).shape, {}, std::move(attrs));
    }
    prefix.finish(value);
    return graph;
}

}  // namespace

Result<QuantizedGraph> withPreprocessing(QuantizedGraph graph, const protocol::Preprocessing& preprocessing) {
    return guard("preprocessing inside the file", [&]() -> Result<QuantizedGraph> {
        QS_ASSIGN(const Normalization normalization, normalizationOf(preprocessing));
        QS_ASSIGN(const size_t input, imageInput(graph, normalization));
        return prepended(std::move(graph), input, normalization);
    });
}

Result<ExportSource> exportSource(QuantizedGraph graph, ExportOptions options) {
    if (!options.preprocessingInside) {
        return ExportSource{std::move(graph), std::move(options)};
    }
    if (!options.preprocessing) {
        return usageError(
            "preprocessing cannot go into the file: no data says what it is; name the data, or "
            "export without it");
    }
    return guard("preprocessing inside the file", [&]() -> Result<ExportSource> {
        QS_ASSIGN(const Normalization normalization, normalizationOf(*options.preprocessing));
        QS_ASSIGN(const size_t input, imageInput(graph, normalization));
        if (input < options.inputShapes.size()) {
            options.inputShapes[input] = pixelShape(options.inputShapes[input], normalization);
        }
        if (input < options.example.size()) {
            options.example[input] = pixelsOf(options.example[input], normalization);
        }
        return ExportSource{prepended(std::move(graph), input, normalization), std::move(options)};
    });
}

}  // namespace qs
