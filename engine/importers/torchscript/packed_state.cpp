#include "importers/torchscript/packed_state.h"

#include <algorithm>
#include <optional>
#include <string>

namespace qs {

namespace {

using Kind = PickleValue::Kind;
using Items = std::vector<const PickleValue*>;
using Numbers = std::vector<int64_t>;

constexpr std::string_view kLinear = "__torch__.torch.classes.quantized\nLinearPackedParamsBase";
constexpr std::string_view kConvolution2d = "__torch__.torch.classes.quantized\nConv2dPackedParamsBase";
constexpr std::string_view kConvolution3d = "__torch__.torch.classes.quantized\nConv3dPackedParamsBase";
constexpr std::string_view kEmbedding = "__torch__.torch.classes.quantized\nEmbeddingPackedParamsBase";
constexpr std::string_view kRecurrentCell = "__torch__.torch.classes.rnn\nCellParamsBase";

constexpr int64_t kMostExtent = 1 << 20;

struct Convolution {
    Numbers stride, padding, dilation, outputPadding;
    int64_t groups = 0;
    bool transposed = false;
    const PickleValue* weight = nullptr;
    const PickleValue* bias = nullptr;
};

/// The items of a list, which may stand in a call that says of what type they are.
const Items* listItems(const PickleValue& value) {
    if (value.is(Kind::List)) {
        return &value.items;
    }
    const bool typed = value.is(Kind::Call) && value.items[1]->is(Kind::Tuple) &&
                       !value.items[1]->items.empty() && value.items[1]->items[0]->is(Kind::List);
    return typed ? &value.items[1]->items[0]->items : nullptr;
}

std::optional<Numbers> integers(const Items& items) {
    Numbers numbers;
    for (const PickleValue* item : items) {
        if (!item->is(Kind::Int)) {
            return std::nullopt;
        }
        numbers.push_back(item->integer);
    }
    return numbers;
}

std::optional<Numbers> integersOf(const PickleValue& tensor, const TensorRecords& records) {
    if (!isTensor(tensor) || tensorOf(tensor).sizes.size() != 1 || tensorOf(tensor).type != at::kShort) {
        return std::nullopt;
    }
    const auto values = numbersOf(tensor, records);
    return Numbers(values.begin(), values.end());
}

/// Dimensions; for each stride, padding, dilation, output padding; groups; transposed.
std::optional<Convolution> convolutionOf(const Numbers& configuration, int64_t dimensions) {
    if (configuration.size() != static_cast<size_t>(4 * dimensions + 3) || configuration[0] != dimensions) {
        return std::nullopt;
    }
    const auto part = [&](int64_t i) {
        const auto begin = configuration.begin() + 1 + i * dimensions;
        return Numbers(begin, begin + dimensions);
    };
    return Convolution{.stride = part(0),
                       .padding = part(1),
                       .dilation = part(2),
                       .outputPadding = part(3),
                       .groups = configuration[configuration.size() - 2],
                       .transposed = configuration.back() != 0};
}

/// Versions "2" and 3 of LibTorch's conv_serialization.h.
std::optional<Convolution> packedConvolution(const Items& state, int64_t dimensions,
                                             const TensorRecords& records) {
    const Items* first = state.size() == 3 ? listItems(*state[1]) : nullptr;
    const Items* optional = state.size() == 3 ? listItems(*state[2]) : nullptr;
    if (!first || !optional) {
        return std::nullopt;
    }
    const bool isSecond =
        state[0]->is(Kind::String) && state[0]->text == "2" && first->size() == 2 && optional->size() == 1;
    const bool isThird = state[0]->is(Kind::Int) && state[0]->integer == 3 && optional->size() == 3;
    if (!isSecond && !isThird) {
        return std::nullopt;
    }
    const auto configuration = isSecond ? integersOf(*first->at(0), records) : integers(*first);
    auto convolution = configuration ? convolutionOf(*configuration, dimensions) : std::nullopt;
    if (convolution) {
        convolution->weight = isSecond ? first->at(1) : optional->at(1);
        convolution->bias = optional->back();
    }
    return convolution;
}

/// The state that PyTorch's quantized convolution modules keep: channels in and out, kernel, stride, padding,
/// dilation, transposed, output padding, groups, padding mode, weight, bias, scale, zero point ...
std::optional<Convolution> moduleConvolution(const Items& state) {
    if (state.size() < 14 || !state[6]->is(Kind::Bool) || !state[8]->is(Kind::Int)) {
        return std::nullopt;
    }
    const auto stride = integers(state[3]->items), padding = integers(state[4]->items),
               dilation = integers(state[5]->items), outputPadding = integers(state[7]->items);
    if (!stride || !padding || !dilation || !outputPadding) {
        return std::nullopt;
    }
    return Convolution{*stride,        *padding,          *dilation,
                       *outputPadding, state[8]->integer, state[6]->integer != 0,
                       state[10],      state[11]};
}

bool allWithin(const Numbers& numbers, int64_t least) {
    return std::ranges::all_of(numbers, [&](int64_t n) { return n >= least && n <= kMostExtent; });
}

bool isQuantized(const PickleValue& value) {
    return isTensor(value) && at::isQIntType(tensorOf(value).type);
}

/// None, or a number for each of `channels`.
bool isBias(const PickleValue& value, int64_t channels) {
    if (value.is(Kind::None)) {
        return true;
    }
    return isTensor(value) && tensorOf(value).type == at::kFloat &&
           tensorOf(value).sizes == Numbers{channels};
}

/// Weights of these sizes with at least one element.
bool hasElements(const Numbers& sizes) {
    return std::ranges::all_of(sizes, [](int64_t size) { return size > 0; });
}

Status checkConvolution(const std::optional<Convolution>& convolution) {
    if (!convolution) {
        return failure("has packed parameters of a convolution in an unknown form");
    }
    const Convolution& c = *convolution;
    if (!allWithin(c.stride, 1) || !allWithin(c.dilation, 1) || !allWithin(c.padding, 0) ||
        !allWithin(c.outputPadding, 0) || c.groups < 1) {
        return failure(
            "has a convolution with a stride, padding, dilation or number of groups that none has");
    }
    if (!isQuantized(*c.weight)) {
        return failure("has a quantized convolution whose weight is not quantized");
    }
    const Numbers sizes = tensorOf(*c.weight).sizes;
    if (sizes.size() < c.stride.size() + 2 || !hasElements(sizes) || sizes[0] % c.groups != 0 ||
        !isBias(*c.bias, c.transposed ? sizes[1] * c.groups : sizes[0])) {
        return failure("has a convolution whose weight, bias and number of groups do not fit one another");
    }
    return {};
}

/// Weight (of 16-bit linear layers, in float) and bias.
Status checkLinear(const Items& state) {
    const bool sound = state.size() == 2 && isTensor(*state[0]) && tensorOf(*state[0]).sizes.size() == 2 &&
                       hasElements(tensorOf(*state[0]).sizes) &&
                       isBias(*state[1], tensorOf(*state[0]).sizes[0]);
    return sound ? Status() : failure("has packed parameters of a linear layer that do not fit one another");
}

/// Version, packed weights, and numbers.
Status checkEmbedding(const Items& state) {
    const Items* weights = state.size() == 4 ? listItems(*state[1]) : nullptr;
    const bool sound = weights && std::ranges::all_of(*weights, [](const PickleValue* weight) {
                           return isQuantized(*weight) && tensorOf(*weight).sizes.size() == 2 &&
                                  hasElements(tensorOf(*weight).sizes);
                       });
    return sound ? Status() : failure("has packed parameters of an embedding in an unknown form");
}

/// "__torch__.torch.ao.nn.quantized.modules.conv.___torch_mangle_7\nConv2d" and its like.
bool isConvolutionModule(std::string_view global) {
    return isQuantizedModule(global) && global.substr(global.find('\n') + 1).starts_with("Conv");
}

}  // namespace

bool isPackedClass(std::string_view name) {
    constexpr std::string_view kClasses[] = {kLinear, kConvolution2d, kConvolution3d, kEmbedding,
                                             kRecurrentCell};
    std::string global(name);
    if (const size_t last = global.rfind('.');
        global.find('\n') == std::string::npos && last != std::string::npos) {
        global[last] = '\n';
    }
    return std::ranges::find(kClasses, global) != std::end(kClasses);
}

bool isQuantizedModule(std::string_view name) {
    return name.starts_with("__torch__.torch.") && name.find(".quantized.") != std::string_view::npos;
}

Status checkPackedState(const PickleValue& object, const TensorRecords& records) {
    const std::string_view global = object.items[0]->text;
    const PickleValue& state = *object.items[1];
    if (!state.is(Kind::Tuple)) {
        return isPackedClass(global) ? failure("has packed parameters in an unknown form") : Status();
    }
    if (global == kConvolution2d || global == kConvolution3d) {
        return checkConvolution(packedConvolution(state.items, global == kConvolution2d ? 2 : 3, records));
    }
    if (global == kLinear) {
        return checkLinear(state.items);
    }
    if (global == kEmbedding) {
        return checkEmbedding(state.items);
    }
    return isConvolutionModule(global) ? checkConvolution(moduleConvolution(state.items)) : Status();
}

}  // namespace qs
