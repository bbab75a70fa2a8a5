// Op entries whose values move and do not change.

#include <algorithm>

#include "exporters/onnx/pads.h"
#include "exporters/onnx/step.h"

namespace qs {

namespace {

std::string reshaped(const OnnxStep& step, const std::string& x, const std::vector<int64_t>& shape) {
    return step.side("Reshape", {x, step.integers(shape)});
}

OnnxResult emitCat(const OnnxStep& step) {
    std::vector<std::string> tensors;
    for (size_t i = 0; i < step.operandCount(); ++i) {
        tensors.push_back(step.tensor(i));
    }
    return step.main("Concat", tensors,
                     OnnxAttributes().add("axis", step.fromFront(step.attrs().get<int64_t>("dim"))));
}

OnnxResult emitChannelShuffle(const OnnxStep& step) {
    const Shape shape = step.shape(0);
    const auto groups = step.attrs().get<int64_t>("groups");
    const std::string grouped =
        step.between(reshaped(step, step.tensor(0), {0, groups, shape.at(1) / groups, -1}));
    const std::string shuffled =
        step.main("Transpose", {grouped}, OnnxAttributes().add("perm", std::vector<int64_t>{0, 2, 1, 3}));
    return reshaped(step, step.between(shuffled), {0, shape[1], shape.at(2), shape.at(3)});
}

/// Extents of one repeat; one that stays is one beside what it stays beside.
OnnxResult emitExpand(const OnnxStep& step) {
    std::vector<int64_t> shape = step.attrs().ints("shape");
    std::replace(shape.begin(), shape.end(), int64_t{-1}, int64_t{1});
    return step.main("Expand", {step.tensor(0), step.integers(shape)});
}

/// x with one element along `dim`, and a tensor whose first extent is the batch.
OnnxResult emitExpandBatch(const OnnxStep& step) {
    const auto rank = static_cast<int64_t>(step.rank());
    const int64_t dim = step.fromFront(step.attrs().get<int64_t>("dim"));
    const std::string shape = step.side("Shape", {step.shaped(1)});
    std::string extent = step.side("Slice", {shape, step.integers({0}), step.integers({1})});
    if (const auto factor = step.attrs().get<int64_t>("factor", 1); factor != 1) {
        extent = step.side("Mul", {extent, step.integers({factor})});
    }
    std::vector<std::string> extents;
    const auto addOnes = [&](int64_t count) {
        if (count > 0) {
            extents.push_back(step.integers(std::vector<int64_t>(static_cast<size_t>(count), 1)));
        }
    };
    addOnes(dim);
    extents.push_back(extent);
    addOnes(rank - dim - 1);
    const std::string target = step.side("Concat", extents, OnnxAttributes().add("axis", int64_t{0}));
    return step.main("Expand", {step.tensor(0), target});
}

OnnxResult emitFlatten(const OnnxStep& step) {
    const Shape shape = step.shape(0);
    const int64_t start = step.fromFront(step.attrs().get<int64_t>("start_dim")),
                  end = step.fromFront(step.attrs().get<int64_t>("end_dim"));
    std::vector<int64_t> target(static_cast<size_t>(start), 0);  // 0 copies an extent
    target.push_back(-1);
    target.insert(target.end(), shape.begin() + end + 1, shape.end());
    return step.main("Reshape", {step.tensor(0), step.integers(target)});
}

OnnxResult emitIdentity(const OnnxStep& step) {
    return step.tensor(0);
}

OnnxResult emitPad(const OnnxStep& step) {
    return padWithZeros(step, onnxPads(step, step.attrs().ints("pads")), /*isMain=*/true);
}

OnnxResult emitPermute(const OnnxStep& step) {
    return step.main("Transpose", {step.tensor(0)}, OnnxAttributes().add("perm", step.attrs().ints("dims")));
}

OnnxResult emitPixelShuffle(const OnnxStep& step) {
    return step.main("DepthToSpace", {step.tensor(0)},
                     OnnxAttributes()
                         .add("blocksize", step.attrs().get<int64_t>("factor"))
                         .add("mode", std::string("CRD")));
}

OnnxResult emitReshape(const OnnxStep& step) {
    return step.main("Reshape", {step.tensor(0), step.integers(step.attrs().ints("shape"))});
}

std::string sliced(const OnnxStep& step, const std::string& x, int64_t axis, int64_t start, int64_t end) {
    return step.side("Slice", {x, step.integers({start}), step.integers({end}), step.integers({axis})});
}

/// For each axis, what stands behind `extent - shift` comes first.
OnnxResult emitRoll(const OnnxStep& step) {
    const std::vector<int64_t> shifts = step.attrs().ints("shifts"), dims = step.attrs().ints("dims");
    const Shape shape = step.shape(0);
    std::string x = step.tensor(0);
    std::string rolled;
    for (size_t i = 0; i < dims.size(); ++i) {
        const int64_t axis = step.fromFront(dims[i]);
        const int64_t extent = shape.at(static_cast<size_t>(axis));
        const int64_t shift = ((shifts.at(i) % extent) + extent) % extent;
        if (shift == 0) {
            continue;
        }
        if (axis == 0) {
            return step.noForm("roll along the batch");
        }
        if (!rolled.empty()) {
            x = step.between(rolled);
        }
        rolled = step.side("Concat",
                           {step.between(sliced(step, x, axis, extent - shift, extent)),
                            step.between(sliced(step, x, axis, 0, extent - shift))},
                           OnnxAttributes().add("axis", axis));
    }
    return rolled.empty() ? x : rolled;
}

OnnxResult emitSelect(const OnnxStep& step) {
    const std::string index = step.scalar(static_cast<double>(step.attrs().get<int64_t>("index")), at::kLong);
    return step.main("Gather", {step.tensor(0), index},
                     OnnxAttributes().add("axis", step.attrs().get<int64_t>("dim")));
}

OnnxResult emitSlice(const OnnxStep& step) {
    const Attributes& attrs = step.attrs();
    return step.main("Slice",
                     {step.tensor(0), step.integers({attrs.get<int64_t>("start")}),
                      step.integers({attrs.get<int64_t>("end")}), step.integers({attrs.get<int64_t>("dim")}),
                      step.integers({attrs.get<int64_t>("step", 1)})});
}

OnnxResults emitSplit(const OnnxStep& step) {
    return step.mainSeveral("Split", {step.tensor(0), step.integers(step.attrs().ints("sizes"))},
                            OnnxAttributes().add("axis", step.attrs().get<int64_t>("dim")));
}

}  // namespace

void register_shapes(OnnxForms& forms) {
    forms.add("cat", single(emitCat));
    forms.add("channel_shuffle", single(emitChannelShuffle));
    forms.add("expand", single(emitExpand));
    forms.add("expand_batch", single(emitExpandBatch));
    forms.add("flatten", single(emitFlatten));
    forms.add("identity", single(emitIdentity));
    forms.add("pad", single(emitPad));
    forms.add("permute", single(emitPermute));
    forms.add("pixel_shuffle", single(emitPixelShuffle));
    forms.add("reshape", single(emitReshape));
    forms.add("roll", single(emitRoll));
    forms.add("select", single(emitSelect));
    forms.add("slice", single(emitSlice));
    forms.add("split", emitSplit);
}

}  // namespace qs
