#include "importers/newer_operator_cases.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace qs::test {

using at::Tensor;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Tensor attended(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double scale) {
    Tensor scores = at::matmul(q, k.transpose(-2, -1)) * (scale > 0 ? scale : 1 / std::sqrt(q.size(-1)));
    if (mask.defined()) {
        scores = scores + mask;
    }
    return at::matmul(at::nan_to_num(at::softmax(scores, -1), 0.0), v);
}

Tensor additive(const Tensor& seen) {
    return at::zeros(seen.sizes()).masked_fill(seen.logical_not(), -kInfinity);
}

Tensor causal(int64_t rows, int64_t columns) {
    Tensor seen = at::zeros({rows, columns}, at::kBool);
    for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j <= i && j < columns; ++j) {
            seen[i][j] = true;
        }
    }
    return seen;
}

namespace {

using Tensors = std::vector<Tensor>;
using Ints = std::vector<int64_t>;

Tensor random(const Shape& shape) {
    return at::randn(shape);
}

/// A mask [1, 1, 4, 6] whose row 2 sees nothing.
Tensor holes() {
    Tensor seen = at::rand({1, 1, 4, 6}).gt(0.4);
    seen.select(2, 2).fill_(false);
    seen.select(3, 1).select(2, 0).fill_(true);
    return seen;
}

std::vector<NewerCase> attentions() {
    const Shape q{2, 3, 4, 8}, k{2, 3, 6, 8};
    const std::string call = "return torch.scaled_dot_product_attention(";
    at::manual_seed(3);
    const Tensor seen = holes();
    return {
        {"Attention",
         call + "x, y, z)",
         {q, k, k},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2]); }},
        {"AttentionOfThreeAxes",
         call + "x, y, z)",
         {{2, 4, 8}, {2, 6, 8}, {2, 6, 5}},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2]); }},
        {"AttentionScale",
         call + "x, y, z, None, 0., False, scale=0.3)",
         {q, k, k},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2], {}, 0.3); }},
        {"AttentionCausalWide",
         call + "x, y, z, None, 0., True)",
         {q, k, k},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2], additive(causal(4, 6))); }},
        {"AttentionCausalTall",
         call + "x, y, z, is_causal=True)",
         {k, q, q},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2], additive(causal(6, 4))); }},
        {"AttentionBooleanMask",
         call + "x, y, z, self.w0)",
         {q, k, k},
         {causal(4, 6)},
         [](auto& x, auto& w) { return attended(x[0], x[1], x[2], additive(w[0])); }},
        {"AttentionBooleanMaskWithDeadRow",
         call + "x, y, z, self.w0)",
         {q, k, k},
         {seen},
         [](auto& x, auto& w) { return attended(x[0], x[1], x[2], additive(w[0])); }},
        {"AttentionFloatMask",
         call + "x, y, z, self.w0)",
         {q, k, k},
         {random({4, 6})},
         [](auto& x, auto& w) { return attended(x[0], x[1], x[2], w[0]); }},
        {"AttentionFloatMaskWithDeadRow",
         call + "x, y, z, self.w0)",
         {q, k, k},
         {additive(seen) + random({4, 6})},
         [](auto& x, auto& w) { return attended(x[0], x[1], x[2], w[0]); }},
        {"AttentionMaskOfTheData",
         call + "x, y, z, t > 0.)",
         {q, k, k, {2, 1, 4, 6}},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2], additive(x[3].gt(0))); }},
        {"AttentionMaskOfTheDataWithDeadRow",
         call + "x, y, z, t > 9.)",
         {q, k, k, {2, 1, 4, 6}},
         {},
         [](auto& x, auto&) { return at::zeros_like(x[0]); }},
        {"AttentionFloatMaskOfTheData",
         "m = t.masked_fill(t > 0.9, -1e999).masked_fill(self.w0, -1e999)\n    " + call + "x, y, z, m)",
         {q, k, k, {2, 1, 4, 6}},
         {seen.logical_not()},
         [](auto& x, auto& w) {
             return attended(x[0], x[1], x[2],
                             x[3].masked_fill(x[3].gt(0.9), -kInfinity).masked_fill(w[0], -kInfinity));
         }},
        {"AttentionGroupedQueries",
         call + "x, y, z, enable_gqa=True)",
         {{2, 6, 4, 8}, {2, 2, 5, 8}, {2, 2, 5, 8}},
         {},
         [](auto& x, auto&) {
             return attended(x[0], x[1].repeat_interleave(3, 1), x[2].repeat_interleave(3, 1));
         }},
        {"AttentionOfCpuKernels",
         "a, b = torch._scaled_dot_product_flash_attention_for_cpu(x, y, z, 0., True, scale=0.2)\n    return "
         "a",
         {q, k, k},
         {},
         [](auto& x, auto&) { return attended(x[0], x[1], x[2], additive(causal(4, 6)), 0.2); }},
        {"SafeSoftmax",
         "return torch._safe_softmax(x.masked_fill(self.w0, -1e999), -1)",
         {{2, 3, 4, 6}},
         {seen.logical_not()},
         [](auto& x, auto& w) {
             return at::nan_to_num(at::softmax(x[0].masked_fill(w[0], -kInfinity), -1), 0.0);
         }},
    };
}

/// Layers that LibTorch has as one operator, against that operator.
std::vector<NewerCase> wholeLayers() {
    const auto scaled = [](const Shape& shape) { return random(shape) * 0.4; };
    const Tensors weights{scaled({24, 8}), scaled({24}), scaled({8, 8}),  scaled({8}),
                          scaled({8}),     scaled({8}),  scaled({8}),     scaled({8}),
                          scaled({16, 8}), scaled({16}), scaled({8, 16}), scaled({8})};
    const auto layer = [&](const std::string& name, bool gelu, bool first) {
        std::string call =
            "return torch._transformer_encoder_layer_fwd(x, 8, 2, self.w0, self.w1, self.w2, self.w3, ";
        call += std::string(gelu ? "True" : "False") + (first ? ", True" : ", False") + ", 0.01";
        for (int i = 4; i < 12; ++i) {
            call += ", self.w" + std::to_string(i);
        }
        return NewerCase{name, call + ")", {{2, 5, 8}}, weights, [gelu, first](auto& x, auto& w) {
                             return at::_transformer_encoder_layer_fwd(x[0], 8, 2, w[0], w[1], w[2], w[3],
                                                                       gelu, first, 0.01, w[4], w[5], w[6],
                                                                       w[7], w[8], w[9], w[10], w[11]);
                         }};
    };
    const auto split = [](const Tensor& x, const Tensors& w, int64_t part) {
        const Tensor y =
            at::linear(x, w[0].slice(0, part * 8, part * 8 + 8), w[1].slice(0, part * 8, part * 8 + 8));
        return y.view({y.size(0), y.size(1), 2, 4}).transpose(1, 2);
    };
    const auto joined = [](const Tensor& heads, const Tensors& w) {
        return at::linear(heads.transpose(1, 2).flatten(2), w[2], w[3]);
    };
    const auto attention = [&](const std::string& name, const Tensor& mask, int64_t type) {
        Tensors all{weights.begin(), weights.begin() + 4};
        all.push_back(mask);
        return NewerCase{
            name,
            "a, b = torch._native_multi_head_attention(x, x, x, 8, 2, self.w0, self.w1, self.w2, self.w3, "
            "self.w4, mask_type=" +
                std::to_string(type) + ")\n    return torch.cat([a, b], -1)",
            {{1, 5, 8}},
            all,
            [split, joined](auto& x, auto& w) {
                const Tensor q = split(x[0], w, 0), k = split(x[0], w, 1), v = split(x[0], w, 2);
                const Tensor hidden = additive(w[4].logical_not());
                const Tensor scores = at::matmul(q, k.transpose(-2, -1)) / 2 + hidden;
                return at::cat({joined(attended(q, k, v, hidden), w), at::softmax(scores, -1).mean({1})}, -1);
            }};
    };
    const Tensor padding = at::tensor({0, 0, 1, 0, 1}).to(at::kBool).view({1, 5});
    return {
        layer("EncoderLayer", false, false),
        layer("EncoderLayerNormFirst", true, true),
        attention("MultiHeadAttentionPadding", padding, 1),
        attention("MultiHeadAttentionMask", causal(5, 5).logical_not(), 0),
        {"MultiHeadAttentionOfOthers",
         "a, b = torch._native_multi_head_attention(x, y, z, 8, 2, self.w0, self.w1, self.w2, self.w3)\n    "
         "return a",
         {{2, 4, 8}, {2, 6, 8}, {2, 6, 8}},
         {weights.begin(), weights.begin() + 4},
         [split, joined](auto& x, auto& w) {
             return joined(attended(split(x[0], w, 0), split(x[1], w, 1), split(x[2], w, 2)), w);
         }},
    };
}

std::vector<NewerCase> normalizations() {
    const Tensor gamma = random({5}), beta = random({5}), mean = random({5}), variance = at::rand({5}) + 0.5;
    const auto rms = [](const Tensor& x, const Ints& dims, double eps) {
        return x / at::sqrt(at::mean(x * x, dims, true) + eps);
    };
    const auto normalized = [](auto& x, auto& w) {
        const auto wide = [](const Tensor& t) { return t.view({1, 5, 1}); };
        return (x[0] - wide(w[2])) / at::sqrt(wide(w[3]) + 1e-3) * wide(w[0]) + wide(w[1]);
    };
    const Tensors all{gamma, beta, mean, variance};
    return {
        {"RmsNorm",
         "return torch.rms_norm(x, [5], self.w0, 0.1)",
         {{2, 3, 5}},
         {gamma},
         [=](auto& x, auto& w) { return rms(x[0], {-1}, 0.1) * w[0]; }},
        {"RmsNormOfTwoAxes",
         "return torch.rms_norm(x * 0.0001, [3, 5])",
         {{2, 3, 5}},
         {},
         [=](auto& x, auto&) {
             return rms(x[0] * 1e-4, {1, 2}, 0x1p-23);
         }},
        {"FusedRmsNorm",
         "a, b = torch._fused_rms_norm(x, [5], self.w0, 0.1)\n    return a * b",
         {{2, 3, 5}},
         {gamma},
         [=](auto& x, auto& w) {
             return rms(x[0], {-1}, 0.1) * w[0] / at::sqrt(at::mean(x[0] * x[0], {-1}, true) + 0.1);
         }},
        {"NativeLayerNorm",
         "a, b, c = torch.native_layer_norm(x, [5], self.w0, self.w1, 0.1)\n    return a + b * c",
         {{2, 3, 5}},
         {gamma, beta},
         [](auto& x, auto& w) {
             const Tensor middle = x[0].mean({-1}, true),
                          spread = at::sqrt(x[0].var({-1}, false, true) + 0.1);
             return (x[0] - middle) / spread * w[0] + w[1] + middle / spread;
         }},
        {"NativeGroupNorm",
         "a, b, c = torch.native_group_norm(x, self.w0, self.w1, 2, 6, 4, 3, 0.1)\n    return a",
         {{2, 6, 4}},
         {random({6}), random({6})},
         [](auto& x, auto& w) {
             const Tensor parts = x[0].view({x[0].size(0), 3, 8});
             const Tensor y = (parts - parts.mean({2}, true)) / at::sqrt(parts.var({2}, false, true) + 0.1);
             return y.view(x[0].sizes()) * w[0].view({6, 1}) + w[1].view({6, 1});
         }},
        {"BatchNormWithoutTraining",
         "a, b, c = torch._native_batch_norm_legit_no_training(x, self.w0, self.w1, self.w2, self.w3, 0.1, "
         "0.001)\n    return a",
         {{2, 5, 4}},
         all,
         normalized},
        {"BatchNormWithoutUpdate",
         "a, b, c, d = torch._batch_norm_no_update(x, self.w0, self.w1, self.w2, self.w3, 0.1, 0.001)\n    "
         "return a",
         {{2, 5, 4}},
         all,
         normalized},
    };
}

std::vector<NewerCase> reductions() {
    const Shape shape{2, 3, 4};
    const auto spread = [](const Tensor& x, double less) {
        return ((x - x.mean({1, 2}, true)).square().sum({1, 2}) / (12 - less));
    };
    return {
        {"StdWithACorrection",
         "return torch.std(x, [1, 2], correction=0.5)",
         {shape},
         {},
         [=](auto& x, auto&) { return spread(x[0], 0.5).sqrt(); }},
        {"VarWithACorrection",
         "return torch.var(x, [1, -1], correction=2.5, keepdim=True)",
         {shape},
         {},
         [=](auto& x, auto&) {
             return spread(x[0], 2.5).view({-1, 1, 1});
         }},
        {"StdMeanWithACorrection",
         "a, b = torch.std_mean(x, [1, 2], correction=1.5)\n    return a + b",
         {shape},
         {},
         [=](auto& x, auto&) {
             return spread(x[0], 1.5).sqrt() + x[0].mean({1, 2});
         }},
        {"VarMeanWithACorrection",
         "a, b = torch.var_mean(x, [1, 2], correction=0.)\n    return a + b",
         {shape},
         {},
         [=](auto& x, auto&) {
             return spread(x[0], 0) + x[0].mean({1, 2});
         }},
        {"SqueezeOfAxes",
         "return torch.squeeze(torch.relu(x), [1, -1, 0])",
         {{2, 1, 3, 1}},
         {},
         [](auto& x, auto&) {
             return x[0].relu().view({-1, 3});
         }},
        {"AnyOfAxes",
         "return torch.any(x > 1., [1, 2]).to(6)",
         {shape},
         {},
         [](auto& x, auto&) {
             return x[0].amax({1, 2}).gt(1).to(at::kFloat);
         }},
        {"AllOfAxes",
         "return torch.all(x < 1., [0, -1], True).to(6)",
         {{1, 3, 4}},
         {},
         [](auto& x, auto&) { return x[0].amax({2}, true).lt(1).to(at::kFloat); }},
        {"LinspaceOfTensors",
         "return x * torch.linspace(self.w0, self.w1, 4)",
         {shape},
         {at::scalar_tensor(1.0), at::scalar_tensor(7.0)},
         [](auto& x, auto&) {
             return x[0] * at::tensor({1.F, 3.F, 5.F, 7.F});
         }},
        {"LinspaceToATensor",
         "return x * torch.linspace(1, self.w0, 4)",
         {shape},
         {at::scalar_tensor(7.0)},
         [](auto& x, auto&) {
             return x[0] * at::tensor({1.F, 3.F, 5.F, 7.F});
         }},
    };
}

std::vector<NewerCase> copies() {
    const Shape shape{2, 3, 4};
    const auto one = [&](const std::string& name, const std::string& call, auto expected) {
        return NewerCase{
            name, "return " + call, {shape}, {}, [expected](auto& x, auto&) { return expected(x[0]); }};
    };
    return {
        one("ViewCopy", "torch.view_copy(x, [-1, 12]) * 2.",
            [](const Tensor& x) {
                return x.view({-1, 12}) * 2;
            }),
        one("PermuteCopy", "torch.permute_copy(x, [0, 2, 1]) * 2.",
            [](const Tensor& x) { return x.transpose(1, 2) * 2; }),
        one("TransposeCopy", "torch.transpose_copy(x, 1, 2) * 2.",
            [](const Tensor& x) { return x.transpose(1, 2) * 2; }),
        one("ExpandCopy", "torch.expand_copy(x.unsqueeze(1), [-1, 5, 3, 4]) * 2.",
            [](const Tensor& x) {
                return x.unsqueeze(1).repeat({1, 5, 1, 1}) * 2;
            }),
        one("SelectCopy", "torch.select_copy(x, 1, 2) * 2.",
            [](const Tensor& x) { return x.select(1, 2) * 2; }),
        one("SliceCopy", "torch.slice_copy(x, 2, 1, 3, 1) * 2.",
            [](const Tensor& x) { return x.slice(2, 1, 3) * 2; }),
        one("SqueezeCopy", "torch.squeeze_copy(torch.unsqueeze_copy(x, 1), 1) * 2.",
            [](const Tensor& x) { return x * 2; }),
        one("SplitCopy", "torch.split_copy(x, 2, 1)[1] * torch.split_with_sizes_copy(x, [1, 2], 1)[0]",
            [](const Tensor& x) { return x.slice(1, 2, 3) * x.slice(1, 0, 1); }),
        one("UnbindCopy", "torch.unbind_copy(x, 1)[2] * 2.",
            [](const Tensor& x) { return x.select(1, 2) * 2; }),
        one("CopiesAreTheirOwn", "x * torch.view_copy(x, [-1, 3, 4]).add_(1.)",
            [](const Tensor& x) { return x * (x + 1); }),
        one("ToCopy", "torch._to_copy(torch.gt(x, 0), dtype=6) * 2.",
            [](const Tensor& x) { return x.gt(0).to(at::kFloat) * 2; }),
        one("UnsafeView", "torch._unsafe_view(x, [-1, 12]) * 2.",
            [](const Tensor& x) {
                return x.view({-1, 12}) * 2;
            }),
        one("UnsafeIndex", "torch._unsafe_index(x, [None, torch.tensor([2, 0])]) * 2.",
            [](const Tensor& x) {
                return x.index_select(1, at::tensor({2, 0}, at::kLong)) * 2;
            }),
        one("SymSize", "x.reshape([torch.sym_size(x, 0), torch.sym_size(x, 1) * torch.sym_size(x, 2)]) * 2.",
            [](const Tensor& x) {
                return x.view({-1, 12}) * 2;
            }),
        one("LinalgVectorNorm", "torch.linalg_vector_norm(x, 2, [1], True) * 2.",
            [](const Tensor& x) { return x.square().sum({1}, true).sqrt() * 2; }),
    };
}

}  // namespace

std::vector<NewerCase> newerCases() {
    std::vector<NewerCase> all;
    for (auto* make : {attentions, wholeLayers, normalizations, reductions, copies}) {
        for (NewerCase& newerCase : make()) {
            all.push_back(std::move(newerCase));
        }
    }
    return all;
}

}  // namespace qs::test
