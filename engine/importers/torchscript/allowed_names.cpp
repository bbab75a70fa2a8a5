#include "importers/torchscript/allowed_names.h"

#include <sstream>

namespace qs {

namespace {

struct Group {
    const char* space;
    const char* names;
};

constexpr Group kGroups[] = {
    // The language itself
    {"prim", R"(
        Constant Param Return GetAttr SetAttr HasAttr CallMethod CallFunction If Loop Enter Exit
        CreateObject ListConstruct ListUnpack TupleConstruct TupleUnpack TupleIndex TupleSlice DictConstruct
        ConstantChunk isinstance unchecked_cast unchecked_unwrap_optional Uninitialized RaiseException Print
        EnumName EnumValue ModuleContainerIndex StringIndex NumToTensor rangelist tolist abs max min index
        data device dtype layout name type id requires_grad is_cpu is_cuda is_ipu is_meta is_mkldnn is_mps
        is_nested is_ort is_quantized is_sparse is_sparse_csr is_vulkan is_xpu)"},
    // Python: numbers, strings, lists, dictionaries, exceptions
    {"aten", R"(
        Bool Complex ComplexImplicit Delete Float FloatImplicit Int IntImplicit ScalarImplicit Size __and__
        __contains__ __derive_index __getitem__ __iand__ __ilshift__ __ior__ __irshift__ __is__ __isnot__
        __ixor__ __lshift__ __not__ __or__ __range_length __round_to_zero_floordiv __rshift__ __xor__
        _get_tracing_state _infer_size _list_to_tensor _set_item _size_if_not_equal _tensor_to_list
        _unwrap_optional append bin capitalize center chr clear copy count degrees dict divmod endswith
        expandtabs extend fabs factorial find floordiv format gamma get has_torch_function hash hex index
        insert is_scripting isalnum isalpha isdecimal isdigit isidentifier islower isnumeric isprintable
        isspace istitle isupper items join keys len list ljust lower lstrip mathremainder modf oct ord
        partition percentFormat pop popitem radians remove replace reverse rfind rindex rjust rpartition
        rsplit rstrip setdefault sorted splitlines startswith str strip swapcase title update upper values
        warn zfill)"},
    // What a tensor is
    {"aten", R"(
        _dim_arange _is_zerotensor _local_scalar_dense _shape_as_tensor allclose can_cast data device dim
        element_size equal get_device is_autocast_cpu_enabled is_autocast_enabled is_complex is_conj
        is_contiguous is_floating_point is_grad_enabled is_inference is_leaf is_neg
        is_non_overlapping_and_dense is_nonzero is_same_size is_signed is_strides_like_format isclose item
        numel promote_types q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale
        q_zero_point qscheme result_type size storage_offset stride)"},
    // Gradients on and off: none is ever computed
    {"aten", R"(
        _grad_sum_to_size _no_grad_embedding_renorm_ _no_grad_fill_ _no_grad_normal_ _no_grad_uniform_
        _no_grad_zero_ detach requires_grad_ set_grad_enabled)"},
    // Making tensors
    {"aten", R"(
        arange as_tensor bartlett_window blackman_window cartesian_prod combinations complex empty
        empty_like empty_strided eye full full_like hamming_window hann_window kaiser_window linspace
        logspace new_empty new_empty_strided new_full new_ones new_zeros one_hot ones ones_like polar range
        scalar_tensor tensor tril_indices triu_indices vander zeros zeros_like)"},
    // Random numbers
    {"aten", R"(
        alpha_dropout bernoulli binomial cauchy dropout exponential feature_alpha_dropout feature_dropout
        geometric log_normal multinomial native_dropout normal normal_functional poisson rand rand_like
        randint randint_like randn randn_like random randperm rrelu rrelu_with_noise uniform)"},
    // Quantization
    {"aten", R"(
        _choose_qparams_per_tensor _fake_quantize_learnable_per_channel_affine
        _fake_quantize_learnable_per_tensor_affine _fused_moving_avg_obs_fq_helper
        _fused_moving_avg_obs_fq_helper_functional _saturate_weight_to_fp16 dequantize
        fake_quantize_per_channel_affine fake_quantize_per_channel_affine_cachemask
        fake_quantize_per_tensor_affine fake_quantize_per_tensor_affine_cachemask
        fused_moving_avg_obs_fake_quant int_repr quantize_per_channel quantize_per_tensor
        quantize_per_tensor_dynamic quantized_batch_norm quantized_gru quantized_lstm quantized_max_pool1d
        quantized_max_pool2d)"},
    // Layers: convolution, linear, recurrent, attention, embedding
    {"aten", R"(
        _convolution _convolution_mode _native_multi_head_attention _nested_tensor_from_mask
        _nested_tensor_from_mask_left_aligned _pack_padded_sequence _pad_packed_sequence
        _scaled_dot_product_attention _transform_bias_rescale_qkv _transformer_encoder_layer_fwd
        _trilinear affine_grid_generator bilinear col2im conv1d conv2d conv3d conv_tbc conv_transpose1d
        conv_transpose2d conv_transpose3d convolution cosine_embedding_loss embedding embedding_bag
        embedding_renorm gru gru_cell hinge_embedding_loss im2col linear lstm lstm_cell pad_sequence
        rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell slow_conv3d slow_conv_transpose2d
        slow_conv_transpose3d thnn_conv2d to_padded_tensor)"},
    // Pooling, resizing, padding
    {"aten", R"(
        __interpolate __upsample __upsample_bilinear __upsample_nearest _adaptive_avg_pool2d
        _adaptive_avg_pool3d _pad_circular _upsample_bicubic2d_aa _upsample_bilinear2d_aa
        _upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d adaptive_avg_pool1d
        adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
        avg_pool1d avg_pool2d avg_pool3d channel_shuffle constant_pad_nd fractional_max_pool2d
        fractional_max_pool3d grid_sampler grid_sampler_2d grid_sampler_3d max_pool1d
        max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d max_pool3d_with_indices
        max_unpool2d max_unpool3d native_channel_shuffle pad pixel_shuffle pixel_unshuffle reflection_pad1d
        reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d
        upsample_bicubic2d upsample_bilinear2d upsample_linear1d upsample_nearest1d upsample_nearest2d
        upsample_nearest3d upsample_trilinear3d)"},
    // Normalization and activations
    {"aten", R"(
        _add_relu _batch_norm_impl_index _log_softmax _masked_softmax _softmax _weight_norm
        _weight_norm_interface batch_norm celu copysign cosine_similarity elu frobenius_norm gelu group_norm
        hardshrink hardsigmoid hardswish hardtanh instance_norm layer_norm leaky_relu linalg_matrix_norm
        linalg_norm linalg_vector_norm log_sigmoid log_sigmoid_forward log_softmax mish native_batch_norm
        native_group_norm native_layer_norm norm_except_dim nuclear_norm prelu relu relu6 selu sigmoid sign
        signbit softmax softplus softshrink special_log_softmax special_softmax tanh threshold)"},
    // Losses
    {"aten", R"(
        binary_cross_entropy binary_cross_entropy_with_logits cross_entropy_loss huber_loss kl_div l1_loss
        margin_ranking_loss mse_loss multi_margin_loss multilabel_margin_loss multilabel_margin_loss_forward
        nll_loss nll_loss2d nll_loss2d_forward nll_loss_forward nll_loss_nd pairwise_distance
        poisson_nll_loss smooth_l1_loss soft_margin_loss triplet_margin_loss)"},
    // Fourier and windows of signals
    {"aten", R"(
        fft_fft fft_fft2 fft_fftfreq fft_fftn fft_fftshift fft_hfft fft_hfft2 fft_hfftn fft_ifft fft_ifft2
        fft_ifftn fft_ifftshift fft_ihfft fft_ihfft2 fft_ihfftn fft_irfft fft_irfft2 fft_irfftn fft_rfft
        fft_rfft2 fft_rfftfreq fft_rfftn istft stft)"},
    // Linear algebra
    {"aten", R"(
        _addmm_activation _cdist_forward _euclidean_dist _pdist_forward addbmm addmm addmv addr baddbmm bmm
        cdist chain_matmul cholesky cholesky_inverse cholesky_solve corrcoef cov cross det dot einsum ger
        inner inverse kron linalg_cholesky linalg_cholesky_ex linalg_cond linalg_cross linalg_det
        linalg_diagonal linalg_eig linalg_eigh linalg_eigvals linalg_eigvalsh linalg_inv linalg_inv_ex
        linalg_lstsq linalg_lu linalg_lu_factor linalg_lu_factor_ex linalg_lu_solve linalg_matmul
        linalg_matrix_exp linalg_matrix_power linalg_matrix_rank linalg_multi_dot linalg_pinv linalg_qr
        linalg_slogdet linalg_solve linalg_solve_ex linalg_solve_triangular linalg_svd linalg_svdvals
        linalg_tensorinv linalg_tensorsolve linalg_vander linalg_vecdot logdet lu_solve matmul matrix_H
        matrix_exp matrix_power mm mv outer pdist pinverse qr resolve_conj resolve_neg slogdet svd symeig
        tensordot trace triangular_solve vdot)"},
    // Shapes and copies
    {"aten", R"(
        _cast_Byte _cast_Char _cast_Double _cast_Float _cast_Half _cast_Int _cast_Long _cast_Short _conj
        _neg_view _reshape_from_tensor _stack _unsafe_view adjoint alias align_as align_tensors align_to
        as_strided as_strided_scatter atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors
        broadcast_to cat chalf chunk clone column_stack concat concatenate conj contiguous cpu diag
        diag_embed diagflat diagonal diagonal_scatter dsplit dstack expand expand_as fill fill_diagonal_
        flatten flatten_dense_tensors flip fliplr flipud hsplit hstack imag lift lift_fresh mH mT meshgrid
        moveaxis movedim narrow numpy_T permute ravel real refine_names rename repeat repeat_interleave
        reshape reshape_as roll rot90 row_stack select select_scatter slice slice_scatter split
        split_with_sizes squeeze stack swapaxes swapdims t tensor_split tile to to_dense transpose tril triu
        type_as unbind unflatten unflatten_dense_tensors unfold unsafe_chunk unsafe_split
        unsafe_split_with_sizes unsqueeze view view_as view_as_complex view_as_real vsplit vstack zero)"},
    // Choosing, sorting, counting
    {"aten", R"(
        _unique _unique2 argmax argmin argsort argwhere bincount bucketize count_nonzero gather histc
        index_add index_fill index_put index_reduce index_select isin kthvalue masked_fill masked_scatter
        masked_select median mode msort nanmedian nanquantile nonzero nonzero_numpy put quantile renorm
        scatter scatter_add scatter_reduce searchsorted sort take take_along_dim topk unique_consecutive
        unique_dim unique_dim_consecutive where)"},
    // Reductions
    {"aten", R"(
        _aminmax all amax amin aminmax any cummax cummin cumprod cumsum cumulative_trapezoid diff dist
        gradient logcumsumexp logsumexp max maximum mean min minimum nan_to_num nanmean nansum norm prod std
        std_mean sum sum_to_size trapezoid trapz var var_mean)"},
    // Special functions
    {"aten", R"(
        special_airy_ai special_bessel_j0 special_bessel_j1 special_bessel_y0 special_bessel_y1
        special_chebyshev_polynomial_t special_chebyshev_polynomial_u special_chebyshev_polynomial_v
        special_chebyshev_polynomial_w special_digamma special_entr special_erf special_erfc special_erfcx
        special_erfinv special_exp2 special_expit special_expm1 special_gammainc special_gammaincc
        special_gammaln special_hermite_polynomial_h special_hermite_polynomial_he special_i0 special_i0e
        special_i1 special_i1e special_laguerre_polynomial_l special_legendre_polynomial_p special_log1p
        special_log_ndtr special_logit special_logsumexp special_modified_bessel_i0
        special_modified_bessel_i1 special_modified_bessel_k0 special_modified_bessel_k1
        special_multigammaln special_ndtr special_ndtri special_polygamma special_psi special_round
        special_scaled_modified_bessel_k0 special_scaled_modified_bessel_k1
        special_shifted_chebyshev_polynomial_t special_shifted_chebyshev_polynomial_u
        special_shifted_chebyshev_polynomial_v special_shifted_chebyshev_polynomial_w special_sinc
        special_spherical_bessel_j0 special_xlog1py special_xlogy special_zeta)"},
    // Elementwise arithmetic
    {"aten", R"(
        _conj_physical abs absolute acos acosh add addcdiv addcmul angle arccos arccosh arcsin arcsinh
        arctan arctan2 arctanh asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_not
        bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip conj_physical cos
        cosh deg2rad digamma div divide eq erf erfc erfinv exp exp2 expm1 fix float_power floor floor_divide
        fmax fmin fmod frac frexp gcd ge glu greater greater_equal gt heaviside hypot i0 igamma igammac
        isfinite isinf isnan isneginf isposinf isreal lcm ldexp le lerp less less_equal lgamma log log10
        log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor logit lt mul multiply
        mvlgamma ne neg negative nextafter not_equal polygamma positive pow rad2deg reciprocal remainder
        round rsqrt rsub sgn silu sin sinc sinh sqrt square sub subtract tan true_divide trunc xlogy)"},
    // What newer versions of PyTorch write, and functional forms of views; see newer_operators.h
    {"aten", R"(
        _assert_async _assert_scalar _assert_tensor_metadata _batch_norm_no_update _fused_rms_norm
        _is_all_true _is_any_true _lazy_clone _native_batch_norm_legit_no_training _reshape_alias_copy
        _safe_softmax _scaled_dot_product_flash_attention_for_cpu _to_copy _unsafe_index alias_copy
        detach_copy diagonal_copy expand_copy lift_fresh_copy permute_copy rms_norm
        scaled_dot_product_attention select_copy slice_copy split_copy split_with_sizes_copy squeeze_copy
        sym_constrain_range sym_constrain_range_for_size sym_numel sym_size sym_stride t_copy
        transpose_copy unbind_copy unsqueeze_copy view_copy)"},
    // Quantized layers and their packed parameters
    {"_quantized", R"(
        add conv2d conv2d_prepack conv2d_relu conv3d conv3d_prepack conv3d_relu conv_transpose1d
        conv_transpose1d_prepack conv_transpose2d conv_transpose2d_prepack conv_transpose3d_prepack linear
        linear_dynamic linear_prepack linear_prepack_fp16 linear_prepack_fp16_legacy linear_prepack_legacy)"},
    // Quantized layers and their packed parameters
    {"quantized", R"(
        add add_out add_relu add_relu_out add_scalar add_scalar_out add_scalar_relu add_scalar_relu_out
        batch_norm batch_norm1d batch_norm1d_relu batch_norm2d batch_norm2d_relu batch_norm3d
        batch_norm3d_relu batch_norm_relu cat cat_out cat_relu cat_relu_out celu clamp conv1d conv1d_dynamic
        conv1d_prepack conv1d_relu conv1d_unpack conv2d conv2d_dilation conv2d_dynamic conv2d_groups
        conv2d_output_padding conv2d_padding conv2d_prepack conv2d_relu conv2d_stride conv2d_transpose
        conv2d_unpack conv2d_unpack_sizes conv3d conv3d_dilation conv3d_dynamic conv3d_groups
        conv3d_output_padding conv3d_padding conv3d_prepack conv3d_relu conv3d_stride conv3d_transpose
        conv3d_unpack conv_prepack conv_transpose1d conv_transpose1d_dynamic conv_transpose1d_prepack
        conv_transpose1d_unpack conv_transpose2d conv_transpose2d_dilation conv_transpose2d_dynamic
        conv_transpose2d_groups conv_transpose2d_output_padding conv_transpose2d_padding
        conv_transpose2d_prepack conv_transpose2d_stride conv_transpose2d_transpose conv_transpose2d_unpack
        conv_transpose3d conv_transpose3d_dilation conv_transpose3d_dynamic conv_transpose3d_groups
        conv_transpose3d_output_padding conv_transpose3d_padding conv_transpose3d_prepack
        conv_transpose3d_stride conv_transpose3d_transpose conv_transpose3d_unpack conv_unpack dropout elu
        embedding_4bit embedding_bag_4bit embedding_bag_4bit_prepack embedding_bag_4bit_unpack
        embedding_bag_byte embedding_bag_byte_prepack embedding_bag_byte_unpack embedding_bag_prepack
        embedding_bag_unpack embedding_byte group_norm hardswish instance_norm layer_norm leaky_relu linear
        linear_dynamic linear_dynamic_fp16 linear_prepack linear_prepack_fp16 linear_prepack_fp16_legacy
        linear_prepack_legacy linear_relu linear_relu_dynamic linear_relu_dynamic_fp16 linear_unpack
        linear_unpack_fp16 make_quantized_cell_params make_quantized_cell_params_dynamic
        make_quantized_cell_params_fp16 matmul max_pool1d max_pool2d mul mul_out mul_relu mul_relu_out
        mul_scalar mul_scalar_out mul_scalar_relu mul_scalar_relu_out prelu quantized_gru_cell_dynamic
        quantized_lstm_cell_dynamic quantized_rnn_relu_cell_dynamic quantized_rnn_tanh_cell_dynamic relu6
        sigmoid softmax threshold)"},
};

std::vector<std::string> qualifiedNames() {
    std::vector<std::string> names;
    for (const Group& group : kGroups) {
        std::istringstream words(group.names);
        for (std::string word; words >> word;) {
            names.push_back(std::string(group.space) + "::" + word);
        }
    }
    return names;
}

}  // namespace

const std::vector<std::string>& allowedNames() {
    static const std::vector<std::string> names = qualifiedNames();
    return names;
}

}  // namespace qs
