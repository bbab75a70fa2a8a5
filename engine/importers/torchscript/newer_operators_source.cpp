#include "importers/torchscript/newer_operators_source.h"

#include <iterator>

namespace qs {

// Semantics: documentation of torch.nn.functional.scaled_dot_product_attention and of torch.nn.RMSNorm,
// PyTorch 2.0 to 2.11. A row of scores whose every place is masked attends to nothing: its result is 0.
const char* const kSharedSource = R"(
def repeated_heads(x: Tensor, heads: int) -> Tensor:
    own = x.size(-3)
    if own == heads:
        return x
    shape = x.size()
    last = len(shape) - 3
    return torch.flatten(x.unsqueeze(-3).expand(shape[:last] + [own, heads // own] + shape[last + 1:]), last, last + 1)

def attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Optional[Tensor], is_causal: bool, scale: Optional[float], enable_gqa: bool) -> Tuple[Tensor, Tensor]:
    if enable_gqa:
        key = repeated_heads(key, query.size(-3))
        value = repeated_heads(value, query.size(-3))
    factor = float(query.size(-1)) ** -0.5
    if scale is not None:
        factor = scale
    if factor != 1.0:
        query = query * factor
    scores = torch.matmul(query, key.transpose(-2, -1))
    mask = attn_mask
    if is_causal:
        assert attn_mask is None, 'attention is given a mask besides is_causal'
        mask = torch.tril(torch.ones([query.size(-2), key.size(-2)], dtype=6)).to(11)
    alive: Optional[Tensor] = None
    if mask is not None:
        if mask.is_meta and mask.dtype == 11:
            seen = torch.any(mask, -1, True)
            scores = scores.masked_fill(torch.logical_and(torch.logical_not(mask), seen), float('-inf'))
            alive = seen.to(6)
        else:
            bias = mask
            if mask.dtype == 11:
                bias = torch.zeros(mask.size(), dtype=6).masked_fill(torch.logical_not(mask), float('-inf'))
            dead = torch.all(torch.eq(bias, float('-inf')), -1, True)
            has_dead = mask.is_meta
            if not has_dead:
                has_dead = bool(torch.any(dead))
            if has_dead:
                bias = bias.masked_fill(dead, 0.0)
                alive = torch.logical_not(dead).to(6)
            scores = scores + bias
    weights = torch.softmax(scores, -1)
    result = torch.matmul(weights, value)
    if alive is not None:
        result = result * alive
        weights = weights * alive
    return result, weights

def split_heads(x: Tensor, heads: int) -> Tensor:
    return x.reshape([x.size(0), x.size(1), heads, x.size(2) // heads]).transpose(1, 2)

def multi_head_attention(query: Tensor, key: Tensor, value: Tensor, embed_dim: int, num_head: int, qkv_weight: Tensor, qkv_bias: Tensor, proj_weight: Tensor, proj_bias: Tensor, mask: Optional[Tensor], mask_type: Optional[int]) -> Tuple[Tensor, Tensor]:
    if query is key and key is value:
        qkv = torch.linear(query, qkv_weight, qkv_bias)
        q, k, v = torch.chunk(qkv, 3, -1)
    else:
        q = torch.linear(query, qkv_weight[:embed_dim], qkv_bias[:embed_dim])
        k = torch.linear(key, qkv_weight[embed_dim:2 * embed_dim], qkv_bias[embed_dim:2 * embed_dim])
        v = torch.linear(value, qkv_weight[2 * embed_dim:], qkv_bias[2 * embed_dim:])
    allowed: Optional[Tensor] = None
    if mask is not None:
        masked = mask
        if mask.dtype != 11:
            masked = mask.to(11)
        allowed = torch.logical_not(masked)
        is_padding = mask.dim() == 2 and mask.size(0) != query.size(1)
        if mask_type is not None:
            is_padding = mask_type == 1
        if is_padding:
            allowed = torch.logical_not(masked).unsqueeze(1).unsqueeze(1)
    out, weights = attention(split_heads(q, num_head), split_heads(k, num_head), split_heads(v, num_head), allowed, False, None, False)
    out = torch.flatten(out.transpose(1, 2), 2, 3)
    return torch.linear(out, proj_weight, proj_bias), weights

def rms(input: Tensor, shape: List[int], weight: Optional[Tensor], eps: Optional[float]) -> Tuple[Tensor, Tensor]:
    dims: List[int] = []
    for i in range(len(shape)):
        dims.append(i - len(shape))
    least = 1.1920928955078125e-07
    if eps is not None:
        least = eps
    factor = torch.rsqrt(torch.mean(torch.pow(input, 2), dims, True) + least)
    result = input * factor
    if weight is not None:
        result = result * weight
    return result, factor

def axes_of(x: Tensor, dim: Optional[List[int]]) -> List[int]:
    axes: List[int] = []
    if dim is None:
        for i in range(x.dim()):
            axes.append(i)
    else:
        assert len(dim) > 0, 'a reduction over no axes'
        for d in dim:
            axes.append(d if d >= 0 else d + x.dim())
    return axes

def squeezed(x: Tensor, axes: List[int]) -> Tensor:
    rank = x.dim()
    for i in range(rank):
        axis = rank - 1 - i
        if axis in axes:
            x = torch.squeeze(x, axis)
    return x

def variance(x: Tensor, dim: Optional[List[int]], correction: Optional[number], keepdim: bool) -> Tensor:
    axes = axes_of(x, dim)
    count = 1.0
    for d in axes:
        count = count * float(x.size(d))
    less = 1.0
    if correction is not None:
        less = float(correction)
    result = torch.var(x, axes, False, keepdim)
    if less != 0.0:
        result = result * (count / max(count - less, 0.0))
    return result

def normalized(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], mean: Optional[Tensor], var: Optional[Tensor], momentum: float, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    none = torch.zeros([0], dtype=6)
    return torch.batch_norm(input, weight, bias, mean, var, False, momentum, eps, False), none, none

)";

const Composition kCompositions[] = {
    // Attention and layers of transformers
    {"scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, "
     "float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
     "    return attention(query, key, value, attn_mask, is_causal, scale, enable_gqa)[0]\n"},
    {"_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, "
     "float dropout_p=0.0, bool is_causal=False, *, Tensor? attn_mask=None, float? scale=None) -> "
     "(Tensor output, Tensor logsumexp)",
     "    result = attention(query, key, value, attn_mask, is_causal, scale, False)[0]\n"
     "    return result, torch.zeros([0], dtype=6)\n"},
    {"_scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, "
     "float dropout_p=0.0, bool need_attn_weights=False, bool is_causal=False) -> (Tensor, Tensor)",
     "    return attention(query, key, value, attn_mask, is_causal, None, False)\n"},
    {"_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
     "    dead = torch.all(torch.eq(self, float('-inf')), dim, True)\n"
     "    return torch.softmax(self.masked_fill(dead, 0.0), dim) * torch.logical_not(dead).to(6)\n"},
    {"_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, int num_head, "
     "Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask=None, "
     "bool need_weights=True, bool average_attn_weights=True, int? mask_type=None) -> (Tensor, Tensor)",
     "    result, weights = multi_head_attention(query, key, value, embed_dim, num_head, qkv_weight, "
     "qkv_bias, proj_weight, proj_bias, mask, mask_type)\n"
     "    if need_weights and average_attn_weights:\n"
     "        weights = torch.mean(weights, [1], False)\n"
     "    return result, weights\n"},
    {"_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor qkv_weight, "
     "Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, bool use_gelu, bool norm_first, float eps, "
     "Tensor norm_weight_1, Tensor norm_bias_1, Tensor norm_weight_2, Tensor norm_bias_2, "
     "Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor ffn_weight_2, Tensor ffn_bias_2, Tensor? mask=None, "
     "int? mask_type=None) -> Tensor",
     R"(
    x = src
    if norm_first:
        x = torch.layer_norm(x, [embed_dim], norm_weight_1, norm_bias_1, eps)
    x = src + multi_head_attention(x, x, x, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, mask_type)[0]
    if not norm_first:
        x = torch.layer_norm(x, [embed_dim], norm_weight_1, norm_bias_1, eps)
    y = x
    if norm_first:
        y = torch.layer_norm(y, [embed_dim], norm_weight_2, norm_bias_2, eps)
    y = torch.linear(y, ffn_weight_1, ffn_bias_1)
    if use_gelu:
        y = torch.gelu(y)
    else:
        y = torch.relu(y)
    x = x + torch.linear(y, ffn_weight_2, ffn_bias_2)
    if not norm_first:
        x = torch.layer_norm(x, [embed_dim], norm_weight_2, norm_bias_2, eps)
    return x
)"},
    // Normalization
    {"rms_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
     "    return rms(input, normalized_shape, weight, eps)[0]\n"},
    {"_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> (Tensor, Tensor)",
     "    return rms(input, normalized_shape, weight, eps)\n"},
    {"native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> "
     "(Tensor, Tensor, Tensor)",
     R"(
    dims: List[int] = []
    for i in range(len(normalized_shape)):
        dims.append(i - len(normalized_shape))
    factor = torch.rsqrt(torch.var(input, dims, False, True) + eps)
    return torch.layer_norm(input, normalized_shape, weight, bias, eps), torch.mean(input, dims, True), factor
)"},
    {"native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, "
     "int group, float eps) -> (Tensor, Tensor, Tensor)",
     R"(
    parts = input.reshape([input.size(0), group, -1])
    factor = torch.rsqrt(torch.var(parts, [2], False, False) + eps)
    return torch.group_norm(input, group, weight, bias, eps), torch.mean(parts, [2], False), factor
)"},
    {"_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, "
     "Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
     "    return normalized(input, weight, bias, running_mean, running_var, momentum, eps)\n"},
    {"_batch_norm_no_update(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor)",
     "    y, mean, factor = normalized(input, weight, bias, running_mean, running_var, momentum, eps)\n"
     "    return y, mean, factor, mean\n"},
    // Statistics with a correction that need not be a whole number
    {"std.correction_number(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "
     "bool keepdim=False) -> Tensor",
     "    return torch.sqrt(variance(self, dim, correction, keepdim))\n"},
    {"var.correction_number(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "
     "bool keepdim=False) -> Tensor",
     "    return variance(self, dim, correction, keepdim)\n"},
    {"std_mean.correction_number(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "
     "bool keepdim=False) -> (Tensor, Tensor)",
     "    return torch.sqrt(variance(self, dim, correction, keepdim)), "
     "torch.mean(self, axes_of(self, dim), keepdim)\n"},
    {"var_mean.correction_number(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "
     "bool keepdim=False) -> (Tensor, Tensor)",
     "    return variance(self, dim, correction, keepdim), torch.mean(self, axes_of(self, dim), keepdim)\n"},
    // Several axes where there was one
    {"squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)",
     "    return squeezed(self, axes_of(self, dim))\n"},
    {"squeeze_copy.dims(Tensor self, int[] dim) -> Tensor",
     "    return squeezed(self, axes_of(self, dim)).clone()\n"},
    {"any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", R"(
    axes = axes_of(self, dim)
    result = self
    for d in axes:
        result = torch.any(result, d, True)
    return result if keepdim else squeezed(result, axes)
)"},
    {"all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", R"(
    axes = axes_of(self, dim)
    result = self
    for d in axes:
        result = torch.all(result, d, True)
    return result if keepdim else squeezed(result, axes)
)"},
    {"_is_all_true(Tensor self) -> Tensor", "    return torch.all(self)\n"},
    {"_is_any_true(Tensor self) -> Tensor", "    return torch.any(self)\n"},
    {"linspace.Tensor_Tensor(Tensor start, Tensor end, int steps, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     "    return torch.linspace(float(start), float(end), steps, dtype=dtype)\n"},
    {"linspace.Tensor_Scalar(Tensor start, Scalar end, int steps, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     "    return torch.linspace(float(start), float(end), steps, dtype=dtype)\n"},
    {"linspace.Scalar_Tensor(Scalar start, Tensor end, int steps, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     "    return torch.linspace(float(start), float(end), steps, dtype=dtype)\n"},
    {"stft.aligned(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, "
     "Tensor? window=None, bool normalized=False, bool? onesided=None, bool? return_complex=None, "
     "bool? align_to_window=None) -> Tensor",
     R"(
    assert align_to_window is None or not align_to_window, 'stft with align_to_window is not supported'
    return torch.stft(self, n_fft, hop_length, win_length, window, normalized, onesided, return_complex)
)"},
    // Sizes as torch.export writes them
    {"sym_size.int(Tensor self, int dim) -> SymInt", "    return self.size(dim)\n"},
    {"sym_size(Tensor self) -> SymInt[]", "    return self.size()\n"},
    {"sym_numel(Tensor self) -> SymInt", "    return self.numel()\n"},
    {"sym_stride.int(Tensor self, int dim) -> SymInt", "    return self.stride(dim)\n"},
    {"sym_stride(Tensor self) -> SymInt[]", "    return self.stride()\n"},
    // Checks, which hold for what PyTorch wrote
    {"_assert_async(Tensor self) -> ()", "    return None\n"},
    {"_assert_async.msg(Tensor self, str assert_msg) -> ()", "    return None\n"},
    {"_assert_scalar(Scalar self, str assert_msg) -> ()", "    return None\n"},
    {"_assert_tensor_metadata(Tensor a, int[]? size=None, int[]? stride=None, ScalarType? dtype=None) -> ()",
     "    return None\n"},
    {"_assert_tensor_metadata.placed(Tensor a, int[]? size=None, int[]? stride=None, "
     "ScalarType? dtype=None, *, Device? device=None, Layout? layout=None) -> ()",
     "    return None\n"},
    {"sym_constrain_range(Scalar size, *, int? min=None, int? max=None) -> ()", "    return None\n"},
    {"sym_constrain_range_for_size(Scalar size, *, int? min=None, int? max=None) -> ()", "    return None\n"},
    // Views that are copied, as functional graphs have them
    {"_unsafe_index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
     "    return torch.index(self, indices)\n"},
    {"_lazy_clone(Tensor self) -> Tensor", "    return self.clone()\n"},
    {"alias_copy(Tensor self) -> Tensor", "    return self.clone()\n"},
    {"detach_copy(Tensor self) -> Tensor", "    return self.clone()\n"},
    {"lift_fresh_copy(Tensor self) -> Tensor", "    return self.clone()\n"},
    {"view_copy(Tensor self, SymInt[] size) -> Tensor", "    return self.view(size).clone()\n"},
    {"_reshape_alias_copy(Tensor self, SymInt[] size, SymInt[] stride) -> Tensor",
     "    return self.reshape(size).clone()\n"},
    {"expand_copy(Tensor self, SymInt[] size, *, bool implicit=False) -> Tensor",
     "    return self.expand(size).clone()\n"},
    {"permute_copy(Tensor self, int[] dims) -> Tensor", "    return self.permute(dims).clone()\n"},
    {"transpose_copy.int(Tensor self, int dim0, int dim1) -> Tensor",
     "    return self.transpose(dim0, dim1).clone()\n"},
    {"t_copy(Tensor self) -> Tensor", "    return self.t().clone()\n"},
    {"squeeze_copy(Tensor self) -> Tensor", "    return torch.squeeze(self).clone()\n"},
    {"squeeze_copy.dim(Tensor self, int dim) -> Tensor", "    return torch.squeeze(self, dim).clone()\n"},
    {"unsqueeze_copy(Tensor self, int dim) -> Tensor", "    return self.unsqueeze(dim).clone()\n"},
    {"select_copy.int(Tensor self, int dim, int index) -> Tensor",
     "    return torch.select(self, dim, index).clone()\n"},
    {"slice_copy.Tensor(Tensor self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> "
     "Tensor",
     "    return torch.slice(self, dim, start, end, step).clone()\n"},
    {"diagonal_copy(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor",
     "    return torch.diagonal(self, offset, dim1, dim2).clone()\n"},
    {"split_copy.Tensor(Tensor self, int split_size, int dim=0) -> Tensor[]",
     "    return [part.clone() for part in torch.split(self, split_size, dim)]\n"},
    {"split_with_sizes_copy(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]",
     "    return [part.clone() for part in torch.split_with_sizes(self, split_sizes, dim)]\n"},
    {"unbind_copy.int(Tensor self, int dim=0) -> Tensor[]",
     "    return [part.clone() for part in torch.unbind(self, dim)]\n"},
};

const size_t kCompositionCount = std::size(kCompositions);

}  // namespace qs
