#include "importers/call_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "importers/tracer.h"

namespace qs {

namespace {

constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
constexpr int64_t kMostExtent = Tracer::kMostActivationElements;
constexpr int64_t kMostAxes = 64;
constexpr int64_t kMostBlock = 1 << 15;
constexpr double kMostTensors = 1 << 16;

/// What an integer argument of this name may be; `op` restricts the row to operators whose name has that
/// part.
struct Range {
    std::string_view argument;
    int64_t least;
    int64_t most;
    std::string_view op = "";
};

constexpr Range kRanges[] = {
    {"kernel_size", 1, kMost},
    {"stride", 0, kMost, "strided"},
    {"stride", 1, kMost},
    {"dilation", 1, kMost},
    {"groups", 1, kMost},
    {"num_groups", 1, kMost},
    {"padding", -kMost, kMost, "_pad"},
    {"padding", 0, kMost},
    {"pad", -kMost, kMost},
    {"output_padding", 0, kMost},
    {"output_size", 0, kMostExtent},
    {"size", -1, kMostExtent},
    {"repeats", 0, kMost},
    {"dims", 0, kMost, "::tile"},
    {"dims", -kMostAxes, kMostAxes - 1},
    {"dim", -kMostAxes, kMostAxes - 1},
    {"dim0", -kMostAxes, kMostAxes - 1},
    {"dim1", -kMostAxes, kMostAxes - 1},
    {"start_dim", -kMostAxes, kMostAxes - 1},
    {"end_dim", -kMostAxes, kMostAxes - 1},
    {"step", 1, std::numeric_limits<int64_t>::max(), "slice"},
    {"step", 1, kMost, "unfold"},
    {"length", 0, kMostExtent, "narrow"},
    {"start", -kMostExtent, kMostExtent, "narrow"},
    {"split_size", 0, std::numeric_limits<int64_t>::max(), "split"},
    {"split_sizes", 0, kMostExtent},
    {"chunks", 1, kMost},
    {"sections", 1, kMost},
    {"k", 0, kMostExtent, "topk"},
    {"k", 1, kMostExtent, "kthvalue"},
    {"upscale_factor", 1, kMostBlock},
    {"downscale_factor", 1, kMostBlock},
    {"num_classes", -1, kMost},
    {"num_layers", 1, kMost},
    {"n", 0, kMost, "::eye"},
    {"m", 0, kMost, "::eye"},
    {"steps", 0, kMost},
    {"window_length", 0, kMost},
    {"minlength", 0, kMost},
    {"bins", 1, kMost},
    {"dtype", 0, static_cast<int64_t>(at::ScalarType::NumOptions) - 1},
    {"layout", 0, static_cast<int64_t>(at::Layout::NumOptions) - 1},
    {"memory_format", 0, static_cast<int64_t>(at::MemoryFormat::NumOptions) - 1},
};

const Range* rangeOf(const std::string& op, const std::string& argument) {
    const auto* found = std::find_if(std::begin(kRanges), std::end(kRanges), [&](const Range& range) {
        return range.argument == argument && op.find(range.op) != std::string::npos;
    });
    return found == std::end(kRanges) ? nullptr : found;
}

/// The integers in an argument; empty for anything else.
std::vector<int64_t> integersIn(const c10::IValue& value) {
    if (value.isInt()) {
        return {value.toInt()};
    }
    return value.isIntList() ? value.toIntVector() : std::vector<int64_t>();
}

/// A list that the schema gives a length ("int[4]") has that many numbers. One stands for all of them, and
/// none for a default, except in pads, of which LibTorch reads all.
void checkLength(const c10::FunctionSchema& schema, const c10::Argument& argument, const c10::IValue& value) {
    const auto wanted = static_cast<size_t>(argument.N().value_or(0));
    const size_t length = value.isIntList() ? value.toIntVector().size() : wanted;
    const bool mayBeShort = schema.name().find("_pad") == std::string::npos;
    if (wanted > 1 && length != wanted && !(mayBeShort && length <= 1)) {
        throw ImportError(argument.name() + " has " + std::to_string(length) + " numbers, not " +
                          std::to_string(wanted));
    }
}

double productOf(const std::vector<int64_t>& extents) {
    double product = 1;
    for (const int64_t extent : extents) {
        product *= static_cast<double>(std::max<int64_t>(extent, 0));
    }
    return product;
}

/// A call whose arguments can be asked for by name.
class Call {
  public:
    Call(const c10::FunctionSchema& schema, const Values& arguments)
        : schema_(schema), arguments_(arguments), op_(schema.name()) {}

    /// Elements of the largest result, as far as the arguments tell; else 0.
    double elements() const {
        return std::max({filled(), repeated(), padded(), resampled(), counted(), listed()});
    }

    /// Tensors that it returns as a list; 1 for others.
    double tensors() const {
        if (!isOneOf({"aten::split", "aten::unsafe_split", "aten::chunk", "aten::unsafe_chunk",
                      "aten::unbind", "aten::tensor_split"})) {
            return 1;
        }
        const at::Tensor x = self();
        const int64_t axis = number("dim").value_or(0);
        if (!x.defined() || axis < -x.dim() || axis >= x.dim()) {
            return 1;
        }
        const auto extent = static_cast<double>(x.size(axis));
        if (op_ == "aten::unbind") {
            return extent;
        }
        if (const auto parts = number(op_.ends_with("chunk") ? "chunks" : "sections")) {
            return std::min(static_cast<double>(*parts), op_.ends_with("chunk") ? extent : INFINITY);
        }
        const auto size = number("split_size");
        return size ? extent / static_cast<double>(std::max<int64_t>(*size, 1)) : 1;
    }

  private:
    const c10::IValue* find(std::string_view name) const {
        const auto& declared = schema_.arguments();
        for (size_t i = 0; i < declared.size() && i < arguments_.size(); ++i) {
            if (declared[i].name() == name) {
                return &arguments_[i];
            }
        }
        return nullptr;
    }

    std::optional<int64_t> number(std::string_view name) const {
        const c10::IValue* value = find(name);
        return value && value->isInt() ? std::optional(value->toInt()) : std::nullopt;
    }

    std::optional<double> real(std::string_view name) const {
        const c10::IValue* value = find(name);
        return value && value->isScalar() && !value->isComplexDouble()
                   ? std::optional(value->toScalar().to<double>())
                   : std::nullopt;
    }

    std::vector<int64_t> integers(std::string_view name) const {
        const c10::IValue* value = find(name);
        return value ? integersIn(*value) : std::vector<int64_t>();
    }

    bool isOneOf(std::initializer_list<std::string_view> names) const {
        return std::find(names.begin(), names.end(), op_) != names.end();
    }

    at::Tensor self() const {
        return !arguments_.empty() && arguments_[0].isTensor() ? arguments_[0].toTensor() : at::Tensor();
    }

    double selfElements() const { return self().defined() ? static_cast<double>(self().numel()) : 1; }

    /// Elements of the axes in front of the last `count`.
    double leadingElements(size_t count) const {
        const at::Tensor x = self();
        const auto rank = x.defined() ? static_cast<size_t>(x.dim()) : 0;
        return rank < count ? 1 : productOf(x.sizes().slice(0, rank - count).vec());
    }

    /// zeros, full, empty, expand, new_*, adaptive pools, upsampling to a size.
    double filled() const {
        const auto size = integers("size");
        const auto outputSize = integers("output_size");
        const bool isView = isOneOf({"aten::view", "aten::reshape", "aten::expand"});
        return std::max(size.empty() || isView ? 0 : productOf(size),
                        outputSize.empty() ? 0 : leadingElements(outputSize.size()) * productOf(outputSize));
    }

    double repeated() const {
        const auto repeats = integers(op_ == "aten::tile" ? "dims" : "repeats");
        if (!repeats.empty() && isOneOf({"aten::tile", "aten::repeat", "aten::repeat_interleave"})) {
            return selfElements() * productOf(repeats);
        }
        const c10::IValue* counts = op_ == "aten::repeat_interleave" ? find("repeats") : nullptr;
        if (counts && counts->isTensor() && counts->toTensor().defined() && !counts->toTensor().is_meta()) {
            return selfElements() * counts->toTensor().sum().item<double>();
        }
        return 0;
    }

    double padded() const {
        const at::Tensor x = self();
        auto pads = integers("pad");
        if (pads.empty() && op_.find("_pad") != std::string::npos) {
            pads = integers("padding");
        }
        if (!x.defined() || pads.empty() || pads.size() > 2 * static_cast<size_t>(x.dim())) {
            return 0;
        }
        std::vector<int64_t> shape = x.sizes().vec();
        for (size_t i = 0; i + 1 < pads.size(); i += 2) {
            shape[shape.size() - 1 - i / 2] += pads[i] + pads[i + 1];
        }
        return productOf(shape);
    }

    double resampled() const {
        const c10::IValue* factors = find("scale_factors");
        if (!factors || !factors->isDoubleList()) {
            return 0;
        }
        double product = selfElements();
        for (const double factor : factors->toDoubleVector()) {
            if (!(factor > 0) || factor > static_cast<double>(kMost)) {
                throw ImportError("scale_factors holds " + std::to_string(factor) +
                                  ", but must be above 0 and at most " + std::to_string(kMost));
            }
            product *= factor;
        }
        return product;
    }

    /// arange and range: as many as steps lead from start to end.
    double counted() const {
        if (!isOneOf({"aten::arange", "aten::range"})) {
            return 0;
        }
        const double step = std::abs(real("step").value_or(1));
        return std::abs(real("end").value_or(0) - real("start").value_or(0)) / step;
    }

    double listed() const {
        double most = 0;
        for (const char* name : {"steps", "window_length", "minlength", "bins"}) {
            most = std::max(most, static_cast<double>(number(name).value_or(0)));
        }
        if (op_ == "aten::eye") {
            const int64_t rows = number("n").value_or(0);
            most = static_cast<double>(rows) * static_cast<double>(number("m").value_or(rows));
        }
        if (const auto classes = number("num_classes")) {
            most = selfElements() * static_cast<double>(*classes);
        }
        return most;
    }

    const c10::FunctionSchema& schema_;
    const Values& arguments_;
    const std::string& op_;
};

}  // namespace

void checkRanges(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments) {
    const auto& declared = schema.arguments();
    for (size_t i = 0; i < declared.size() && i < arguments.size(); ++i) {
        checkLength(schema, declared[i], arguments[i]);
        const Range* range = rangeOf(schema.name(), declared[i].name());
        for (const int64_t value : range ? integersIn(arguments[i]) : std::vector<int64_t>()) {
            if (value < range->least || value > range->most) {
                throw ImportError(declared[i].name() + " is " + std::to_string(value) + ", but must be " +
                                  std::to_string(range->least) + " to " + std::to_string(range->most));
            }
        }
    }
}

void checkCreated(const c10::FunctionSchema& schema, const Values& arguments, int64_t mostElements) {
    const Call call(schema, arguments);
    // Written so that what is not a number is refused too.
    if (!(call.elements() <= static_cast<double>(mostElements))) {
        throw ImportError("it makes a tensor of more than " + std::to_string(mostElements) + " elements");
    }
    if (!(call.tensors() <= kMostTensors)) {
        throw ImportError("it cuts its input into more than " +
                          std::to_string(static_cast<int64_t>(kMostTensors)) + " parts");
    }
}

}  // namespace qs
