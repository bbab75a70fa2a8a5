// Many numbers to one.

#include <algorithm>
#include <numeric>

#include "exporters/onnx/step.h"

namespace qs {

namespace {

/// Which axes go, and whether they stay as extents of one.
struct Reduction {
    std::vector<int64_t> axes;
    bool keepdim = false;
};

/// Arguments `dims` (a number, a list, None or empty for all) and `keepdim`; all axes where there are none.
Reduction reductionOf(const OnnxStep& step, size_t dims, size_t keepdim) {
    const CarriedArguments& arguments = step.arguments();
    Reduction reduction{arguments.ints(dims).value_or(std::vector<int64_t>{}),
                        arguments.boolean(keepdim).value_or(false)};
    if (reduction.axes.empty()) {
        reduction.axes.resize(step.rank());
        std::iota(reduction.axes.begin(), reduction.axes.end(), 0);
    }
    for (int64_t& axis : reduction.axes) {
        axis = step.fromFront(axis);
    }
    return reduction;
}

std::string reduce(const OnnxStep& step, const std::string& op, const std::string& x,
                   const Reduction& reduction, bool isMain = true) {
    return step.reduce(op, x, reduction.axes, reduction.keepdim, isMain);
}

/// x as the type that the result has: sums of truth values are integers.
std::string inOutputType(const OnnxStep& step) {
    const at::ScalarType to = step.output().dtype;
    return step.dtype(0) == to ? step.tensor(0) : step.cast(step.tensor(0), to);
}

OnnxForm reducing(const std::string& op, size_t dims = 1, size_t keepdim = 2) {
    return single([=](const OnnxStep& step) -> OnnxResult {
        return reduce(step, op, inOutputType(step), reductionOf(step, dims, keepdim));
    });
}

/// Whether `axes` are all of an image's but N and C.
bool isGlobal(const OnnxStep& step, std::vector<int64_t> axes) {
    std::sort(axes.begin(), axes.end());
    std::vector<int64_t> spatial(step.rank() < 3 ? 0 : step.rank() - 2);
    std::iota(spatial.begin(), spatial.end(), 2);
    return !spatial.empty() && axes == spatial;
}

/// Runtimes have integer kernels for the mean of an image, and not for others.
OnnxResult emitMean(const OnnxStep& step) {
    Reduction reduction{step.attrs().ints("dims"), step.attrs().get<bool>("keepdim")};
    for (int64_t& axis : reduction.axes) {
        axis = step.fromFront(axis);
    }
    if (!step.isInteger() || !isGlobal(step, reduction.axes)) {
        return reduce(step, "ReduceMean", step.tensor(0), reduction);
    }
    const std::string mean = step.main("GlobalAveragePool", {step.tensor(0)});
    if (reduction.keepdim) {
        return mean;
    }
    return step.side("Flatten", {step.between(mean)}, OnnxAttributes().add("axis", int64_t{1}));
}

/// p, dims, keepdim.
OnnxResult emitNorm(const OnnxStep& step) {
    const double p = step.arguments().number(1).value_or(2);
    if (p != 1 && p != 2) {
        return step.noForm();
    }
    return reduce(step, p == 1 ? "ReduceL1" : "ReduceL2", step.tensor(0), reductionOf(step, 2, 3));
}

/// Overloads: (unbiased), .dim (dims, unbiased, keepdim), .correction (dims, correction, keepdim).
OnnxForm variance(bool root) {
    return single([root](const OnnxStep& step) -> OnnxResult {
        const CarriedArguments& arguments = step.arguments();
        const bool whole = arguments.size() == 2;
        const auto unbiased = arguments.boolean(whole ? 1 : 2);
        const int64_t correction = unbiased ? int64_t{*unbiased} : arguments.integer(2).value_or(1);
        Reduction reduction = whole ? reductionOf(step, 9, 9) : reductionOf(step, 1, 3);
        double count = 1;
        for (const int64_t axis : reduction.axes) {
            if (axis == 0) {
                return step.noForm(step.node().op + " over the batch");
            }
            count *= static_cast<double>(step.shape(0).at(static_cast<size_t>(axis)));
        }
        const std::string x = step.tensor(0);
        const std::string centred =
            step.side("Sub", {x, reduce(step, "ReduceMean", x, {reduction.axes, true}, /*isMain=*/false)});
        const std::string sum = reduce(step, "ReduceSumSquare", centred, reduction);
        const std::string result =
            step.side("Div", {sum, step.scalar(count - static_cast<double>(correction))});
        return root ? step.side("Sqrt", {result}) : result;
    });
}

/// dim, keepdim; the whole tensor where dim is None.
OnnxForm position(const std::string& op) {
    return single([op](const OnnxStep& step) -> OnnxResult {
        const auto axis = step.arguments().integer(1);
        if (!axis) {
            return step.noForm();
        }
        return step.main(op, {step.tensor(0)},
                         OnnxAttributes()
                             .add("axis", step.fromFront(*axis))
                             .add("keepdims", int64_t{step.arguments().boolean(2).value_or(false)}));
    });
}

/// aten::max and aten::min: of two tensors, of the whole, or (dim, keepdim) values and positions.
OnnxForm extreme(const std::string& name) {
    return [name](const OnnxStep& step) -> OnnxResults {
        if (step.operandCount() == 2) {
            return nodeForm(name)(step);
        }
        const std::string x = step.tensor(0);
        std::vector<std::string> results{reduce(step, "Reduce" + name, x, reductionOf(step, 1, 2))};
        if (step.node().outputs.size() == 2) {
            results.push_back(
                step.side("Arg" + name, {x},
                          OnnxAttributes()
                              .add("axis", step.fromFront(step.arguments().integer(1).value_or(0)))
                              .add("keepdims", int64_t{step.arguments().boolean(2).value_or(false)})));
        }
        return results;
    };
}

/// k, dim, largest, sorted; two outputs.
OnnxResults emitTopK(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    const auto k = arguments.integer(1), dim = arguments.integer(2);
    if (!k || !dim) {
        return step.noForm();
    }
    return step.mainSeveral("TopK", {step.tensor(0), step.integers({*k})},
                            OnnxAttributes()
                                .add("axis", step.fromFront(*dim))
                                .add("largest", int64_t{arguments.boolean(3).value_or(true)})
                                .add("sorted", int64_t{arguments.boolean(4).value_or(true)}));
}

/// dim, dtype.
OnnxResult emitCumsum(const OnnxStep& step) {
    const auto dim = step.arguments().integer(1);
    if (!dim) {
        return step.noForm();
    }
    const std::string axis = step.scalar(static_cast<double>(step.fromFront(*dim)), at::kLong);
    return step.main("CumSum", {inOutputType(step), axis});
}

}  // namespace

void register_reductions(OnnxForms& forms) {
    forms.add("mean", single(emitMean));
    forms.add("aten::amax", reducing("ReduceMax"));
    forms.add("aten::amin", reducing("ReduceMin"));
    forms.add("aten::argmax", position("ArgMax"));
    forms.add("aten::argmin", position("ArgMin"));
    forms.add("aten::cumsum", single(emitCumsum));
    forms.add("aten::logsumexp", reducing("ReduceLogSumExp"));
    forms.add("aten::max", extreme("Max"));
    forms.add("aten::mean", reducing("ReduceMean"));
    forms.add("aten::min", extreme("Min"));
    forms.add("aten::norm", single(emitNorm));
    forms.add("aten::prod", reducing("ReduceProd"));
    forms.add("aten::std", variance(/*root=*/true));
    forms.add("aten::sum", reducing("ReduceSum"));
    forms.add("aten::topk", emitTopK);
    forms.add("aten::var", variance(/*root=*/false));
}

}  // namespace qs
