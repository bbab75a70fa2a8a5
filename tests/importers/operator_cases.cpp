#include "importers/operator_cases.h"

#include <ATen/ATen.h>

namespace qs::test {
namespace {

using at::Tensor;
using Ints = std::vector<int64_t>;
using Tensors = std::vector<Tensor>;

std::vector<OperatorCase> convolutions() {
    const Shape image{2, 3, 9, 8};
    return {
        {"ConvUnevenPads",
         13,
         "y = Conv <pads = [1, 0, 2, 1], strides = [2, 1]> (x, w, b)",
         image,
         {{"w", {4, 3, 3, 3}}, {"b", {4}}},
         [](const Tensor& x, const Tensors& w) {
             return at::conv2d(at::constant_pad_nd(x, {0, 1, 1, 2}), w[0], w[1], {2, 1});
         }},
        {"ConvSameUpper",
         13,
         "y = Conv <auto_pad = \"SAME_UPPER\", strides = [2, 2]> (x, w)",
         image,
         {{"w", {4, 3, 3, 3}}}},
        {"ConvSameLower",
         13,
         "y = Conv <auto_pad = \"SAME_LOWER\", strides = [2, 2]> (x, w)",
         image,
         {{"w", {4, 3, 3, 3}}}},
        {"Conv1dGroups",
         11,
         "y = Conv <group = 2, dilations = [2]> (x, w)",
         {2, 4, 12},
         {{"w", {6, 2, 3}}},
         [](const Tensor& x, const Tensors& w) { return at::conv1d(x, w[0], {}, 1, Ints{0}, 2, 2); }},
        {"Conv3d",
         13,
         "y = Conv <pads = [1, 1, 1, 1, 1, 1]> (x, w)",
         {1, 2, 4, 5, 6},
         {{"w", {3, 2, 3, 3, 3}}},
         [](const Tensor& x, const Tensors& w) { return at::conv3d(x, w[0], {}, 1, Ints{1}); }},
        {"ConvTransposeOutputPadding",
         13,
         "y = ConvTranspose <strides = [2, 2], pads = [1, 1, 1, 1], output_padding = [1, 1]> (x, w, b)",
         image,
         {{"w", {3, 4, 3, 3}}, {"b", {4}}},
         [](const Tensor& x, const Tensors& w) { return at::conv_transpose2d(x, w[0], w[1], 2, 1, 1); }},
        {"ConvTransposeOutputShape",
         13,
         "y = ConvTranspose <strides = [2, 2], output_shape = [18, 16]> (x, w)",
         image,
         {{"w", {3, 4, 3, 3}}}},
        {"ConvTransposeUnevenPads",
         13,
         "y = ConvTranspose <strides = [2, 2], pads = [1, 0, 0, 1]> (x, w, b)",
         image,
         {{"w", {3, 4, 4, 4}}, {"b", {4}}}},
        {"ConvTransposeSameUpper",
         13,
         "y = ConvTranspose <strides = [2, 2], auto_pad = \"SAME_UPPER\"> (x, w)",
         image,
         {{"w", {3, 4, 3, 3}}}},
    };
}

std::vector<OperatorCase> pools() {
    const Shape image{2, 3, 9, 8};
    return {
        {"MaxPoolCeil",
         11,
         "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1> (x)",
         image,
         {},
         [](const Tensor& x, const Tensors&) { return at::max_pool2d(x, 3, 2, 0, 1, true); }},
        {"MaxPoolUneven", 11,
         "y = MaxPool <kernel_shape = [3, 2], strides = [2, 2], pads = [0, 1, 1, 0]> (x)", image},
        {"MaxPoolDilated",
         11,
         "y = MaxPool <kernel_shape = [2, 2], dilations = [2, 3]> (x)",
         image,
         {},
         [](const Tensor& x, const Tensors&) {
             return at::max_pool2d(x, 2, 1, 0, {2, 3});
         }},
        {"AveragePoolCounted",
         11,
         "y = AveragePool <kernel_shape = [3, 3], pads = [1, 1, 1, 1], count_include_pad = 1> (x)",
         image,
         {},
         [](const Tensor& x, const Tensors&) { return at::avg_pool2d(x, 3, 1, 1, false, true); }},
        {"AveragePoolUneven", 11, "y = AveragePool <kernel_shape = [3, 3], pads = [1, 0, 2, 1]> (x)", image},
        {"AveragePoolUnevenCounted",
         11,
         "y = AveragePool <kernel_shape = [3, 3], pads = [1, 0, 2, 1], count_include_pad = 1> (x)",
         image,
         {},
         [](const Tensor& x, const Tensors&) {
             return at::avg_pool2d(at::constant_pad_nd(x, {0, 1, 1, 2}), 3, 1);
         }},
        {"AveragePoolDilated", 19, "y = AveragePool <kernel_shape = [2, 2], dilations = [2, 2]> (x)", image},
        {"GlobalAveragePool",
         13,
         "y = GlobalAveragePool (x)",
         image,
         {},
         [](const Tensor& x, const Tensors&) {
             return x.mean(Ints{2, 3}, true);
         }},
        {"GlobalMaxPool",
         13,
         "y = GlobalMaxPool (x)",
         image,
         {},
         [](const Tensor& x, const Tensors&) {
             return x.amax({2, 3}, true);
         }},
        {"LpPool", 11, "y = LpPool <kernel_shape = [2, 2], p = 2> (x)", image},
    };
}

std::vector<OperatorCase> activations() {
    const Shape shape{2, 6, 4};
    return {
        {"ClipAttributes",
         7,
         "y = Clip <min = -0.5, max = 0.25> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.clamp(-0.5, 0.25); }},
        {"ClipOpenAbove",
         13,
         "low = Constant <value = float {0.1}> ()\n y = Clip (x, low)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return at::clamp_min(x, 0.1F); }},
        {"HardSigmoid",
         13,
         "y = HardSigmoid <alpha = 0.2, beta = 0.5> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.mul(0.2).add(0.5).clamp(0, 1); }},
        {"HardSwish",
         14,
         "y = HardSwish (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return at::hardswish(x); }},
        {"PReluPerChannel",
         13,
         "y = PRelu (x, s)",
         shape,
         {{"s", {6, 1}}},
         [](const Tensor& x, const Tensors& w) { return at::where(x > 0, x, x * w[0]); }},
        {"PReluPerElement",
         13,
         "y = PRelu (x, s)",
         shape,
         {{"s", {6, 4}}},
         [](const Tensor& x, const Tensors& w) { return at::where(x > 0, x, x * w[0]); }},
        {"Selu", 13, "y = Selu <alpha = 1.5, gamma = 1.2> (x)", shape},
        {"Celu", 13, "y = Celu <alpha = 2.0> (x)", shape},
        {"ThresholdedRelu", 13, "y = ThresholdedRelu <alpha = 0.3> (x)", shape},
        {"Softsign", 13, "y = Softsign (x)", shape},
        {"Softmax12",
         12,
         "y = Softmax (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.flatten(1).softmax(1).reshape(x.sizes()); }},
        {"Softmax13",
         13,
         "y = Softmax (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.softmax(-1); }},
        {"LogSoftmax", 13, "y = LogSoftmax <axis = 1> (x)", shape},
        {"Hardmax", 13, "y = Hardmax <axis = 1> (x)", shape},
        {"Gelu",
         20,
         "y = Gelu <approximate = \"tanh\"> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return at::gelu(x, "tanh"); }},
    };
}

std::vector<OperatorCase> arithmetic() {
    const Shape shape{2, 4, 6};
    return {
        {"GemmScaled",
         13,
         "y = Gemm <alpha = 0.5, beta = 2.0, transB = 1> (x, w, b)",
         {3, 6},
         {{"w", {4, 6}}, {"b", {4}}},
         [](const Tensor& x, const Tensors& w) { return at::addmm(w[1], x, w[0].t(), 2.0, 0.5); }},
        {"GemmMatrixBias",
         13,
         "y = Gemm (x, w, b)",
         {3, 6},
         {{"w", {6, 4}}, {"b", {3, 1}}},
         [](const Tensor& x, const Tensors& w) { return x.matmul(w[0]) + w[1]; }},
        {"MatMul",
         13,
         "y = MatMul (x, w)",
         shape,
         {{"w", {6, 5}}},
         [](const Tensor& x, const Tensors& w) { return x.matmul(w[0]); }},
        {"MatMulFromLeft",
         13,
         "y = MatMul (w, x)",
         shape,
         {{"w", {3, 4}}},
         [](const Tensor& x, const Tensors& w) { return at::matmul(w[0], x); }},
        {"Einsum",
         13,
         "y = Einsum <equation = \"b i j, j k -> b k i\"> (x, w)",
         shape,
         {{"w", {6, 3}}},
         [](const Tensor& x, const Tensors& w) { return x.matmul(w[0]).transpose(1, 2); }},
        {"IntegerDivision",
         13,
         "s = Shape (x)\n n = Constant <value = int64[3] {-4, 3, 4}> ()\n q = Div (s, n)\n f = Cast <to = 1> "
         "(q)\n"
         "t = ReduceSum <keepdims = 0> (f)\n y = Add (x, t)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x + 2; }},
        {"MeanOfThree",
         13,
         "y = Mean (x, w, x)",
         shape,
         {{"w", {4, 1}}},
         [](const Tensor& x, const Tensors& w) { return (x * 2 + w[0]) / 3; }},
        {"PowBySquare",
         13,
         "two = Constant <value = float {2.0}> ()\n y = Pow (x, two)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x * x; }},
        {"Where",
         13,
         "z = Constant <value = float {0.0}> ()\n c = Greater (x, z)\n y = Where (c, x, w)",
         shape,
         {{"w", {6}}},
         [](const Tensor& x, const Tensors& w) { return at::where(x > 0, x, w[0]); }},
        {"ReduceNoAxes",
         13,
         "m = ReduceMean <keepdims = 0> (x)\n y = Add (x, m)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x + x.mean(); }},
        {"ReduceNoop",
         18,
         "y = ReduceMax <noop_with_empty_axes = 1> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x; }},
        {"ReduceAxesInput", 18, "a = Constant <value = int64[2] {-1, 1}> ()\n y = ReduceL2 (x, a)", shape},
        {"ArgMaxLast", 12, "i = ArgMax <axis = -1, select_last_index = 1> (x)\n y = Cast <to = 1> (i)",
         shape},
        {"CumSumReverse", 14,
         "a = Constant <value = int64 {2}> ()\n"
         "y = CumSum <exclusive = 1, reverse = 1> (x, a)",
         shape},
        {"TopK", 11, "k = Constant <value = int64[1] {2}> ()\n y, i = TopK <largest = 0> (x, k)", shape},
        {"LayerNorm",
         17,
         "y = LayerNormalization (x, s, b)",
         shape,
         {{"s", {6}}, {"b", {6}}},
         [](const Tensor& x, const Tensors& w) { return at::layer_norm(x, {6}, w[0], w[1]); }},
        {"InstanceNorm", 13, "y = InstanceNormalization (x, s, b)", shape, {{"s", {4}}, {"b", {4}}}},
        {"Lrn", 13, "y = LRN <size = 3, alpha = 0.5> (x)", {1, 5, 3, 2}},
    };
}

std::vector<OperatorCase> shapes() {
    const Shape shape{2, 4, 6};
    return {
        {"SliceBackwards",
         13,
         "a = Constant <value = int64[1] {5}> ()\n e = Constant <value = int64[1] {-9223372036854775807}> "
         "()\n"
         "d = Constant <value = int64[1] {2}> ()\n s = Constant <value = int64[1] {-2}> ()\n"
         "y = Slice (x, a, e, d, s)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.flip({2}).slice(2, 0, 6, 2); }},
        {"SliceAttributes",
         9,
         "y = Slice <starts = [1, -3], ends = [3, 100], axes = [1, 2]> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.slice(1, 1, 3).slice(2, 3); }},
        {"ReshapeZeroAndOpen",
         13,
         "s = Constant <value = int64[3] {0, -1, 3}> ()\n y = Reshape (x, s)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) {
             return x.reshape({2, 8, 3});
         }},
        {"FlattenAll",
         13,
         "y = Flatten <axis = 0> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) {
             return x.reshape({1, 48});
         }},
        {"SplitUneven",
         18,
         "a, b = Split <num_outputs = 2, axis = 2> (x)\n y = Concat <axis = 2> (b, a)",
         {2, 4, 5},
         {},
         [](const Tensor& x, const Tensors&) {
             return at::cat({x.slice(2, 3), x.slice(2, 0, 3)}, 2);
         }},
        {"TransposeDefault",
         13,
         "y = Transpose (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) {
             return x.permute({2, 1, 0});
         }},
        {"GatherMatrix",
         13,
         "i = Constant <value = int64[2,2] {0, -1, 2, 2}> ()\n y = Gather <axis = 1> (x, i)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) {
             return x.index_select(1, at::tensor({0, 3, 2, 2})).reshape({2, 2, 2, 6});
         }},
        {"GatherNdBatch",
         13,
         "i = Constant <value = int64[2,1] {1, -1}> ()\n y = GatherND <batch_dims = 1> (x, i)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) {
             return at::stack({x[0][1], x[1][3]});
         }},
        {"ScatterNd",
         13,
         "i = Constant <value = int64[1,1] {1}> ()\n y = ScatterND (x, i, u)",
         shape,
         {{"u", {1, 4, 6}}},
         [](const Tensor& x, const Tensors& w) {
             return at::stack({x[0], w[0][0]});
         }},
        {"ExpandBothWays",
         13,
         "s = Constant <value = int64[3] {3, 1, 6}> ()\n y = Expand (x, s)",
         {4, 1},
         {},
         [](const Tensor& x, const Tensors&) {
             return x.expand({3, 4, 6});
         }},
        {"DepthToSpace", 13, "y = DepthToSpace <blocksize = 2> (x)", {1, 8, 2, 3}},
        {"SpaceToDepth", 13, "y = SpaceToDepth <blocksize = 2> (x)", {1, 2, 4, 6}},
        {"PadReflect", 13,
         "p = Constant <value = int64[6] {0, 1, 2, 0, 2, 3}> ()\n"
         "y = Pad <mode = \"reflect\"> (x, p)",
         shape},
        {"PadEdgeAxes", 18,
         "p = Constant <value = int64[2] {2, 1}> ()\n a = Constant <value = int64[1] {-1}> ()\n"
         "y = Pad <mode = \"edge\"> (x, p, , a)",
         shape},
        {"PadNegative",
         7,
         "y = Pad <pads = [0, -1, 1, 0, 2, -2], value = 3.0> (x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) {
             return at::constant_pad_nd(x, {1, -2, -1, 2}, 3.0);
         }},
        {"OneHot", 13,
         "i = ArgMax <axis = 2, keepdims = 0> (x)\n d = Constant <value = int64[1] {6}> ()\n"
         "v = Constant <value = float[2] {-1, 2}> ()\n y = OneHot <axis = 1> (i, d, v)",
         shape},
        {"Trilu",
         14,
         "k = Constant <value = int64 {1}> ()\n y = Trilu <upper = 0> (x, k)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return at::tril(x, 1); }},
        {"ShapeChain",
         13,
         "s = Shape (x)\n i = Constant <value = int64[1] {0}> ()\n n = Gather (s, i)\n"
         "m = Constant <value = int64[1] {-1}> ()\n t = Concat <axis = 0> (n, m)\n y = Reshape (x, t)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x.flatten(1); }},
        {"LoopUnrolled",
         13,
         "n = Constant <value = int64 {3}> ()\n c = Constant <value = bool {1}> ()\n"
         "y = Loop <body = b (int64 i, bool go, float[] a) => (bool on, float[] r) {\n"
         "on = Identity (go)\n r = Add (a, x)\n }> (n, c, x)",
         shape,
         {},
         [](const Tensor& x, const Tensors&) { return x * 4; }},
    };
}

}  // namespace

std::vector<OperatorCase> operatorCases() {
    std::vector<OperatorCase> all;
    for (const auto& part : {convolutions(), pools(), activations(), arithmetic(), shapes(),
                             resamplingCases(), recurrentCases()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

}  // namespace qs::test
