/**
 * The arguments of every operator that has a rule, as TypeScript types. Written from PyTorch's schemas by
 * `npx vitest run test/unit/core/convert/aten-to-onnx/argument-types.test.ts -u`: do not edit.
 */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import type { DataType } from '../../ir/dtype.ts';
import type { Expression } from '../../ir/expression.ts';
import type { Value } from '../../ir/value.ts';

export interface AtenArguments {
  'aten::_adaptive_avg_pool2d': { readonly self: Value; readonly output_size: readonly (number | Expression)[] };
  'aten::_adaptive_avg_pool3d': { readonly self: Value; readonly output_size: readonly (number | Expression)[] };
  'aten::_add_relu': { readonly self: Value; readonly other: Value | Scalar; readonly alpha: Scalar };
  'aten::_addmm_activation': {
    readonly self: Value;
    readonly mat1: Value;
    readonly mat2: Value;
    readonly beta: Scalar;
    readonly alpha: Scalar;
    readonly use_gelu: boolean;
  };
  'aten::_batch_norm_no_update': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly running_mean: Value | undefined;
    readonly running_var: Value | undefined;
    readonly momentum: number;
    readonly eps: number;
  };
  'aten::_cast_Byte': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Char': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Double': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Float': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Half': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Int': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Long': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cast_Short': { readonly self: Value; readonly non_blocking: boolean };
  'aten::_cdist_forward': {
    readonly x1: Value;
    readonly x2: Value;
    readonly p: number;
    readonly compute_mode: number | undefined;
  };
  'aten::_conj': { readonly self: Value };
  'aten::_conj_physical': { readonly self: Value };
  'aten::_convolution': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly transposed: boolean;
    readonly output_padding: readonly number[];
    readonly groups: number;
    readonly benchmark: boolean;
    readonly deterministic: boolean;
    readonly cudnn_enabled: boolean;
    readonly allow_tf32: boolean | undefined;
  };
  'aten::_embedding_bag': {
    readonly weight: Value;
    readonly indices: Value;
    readonly offsets: Value;
    readonly scale_grad_by_freq: boolean;
    readonly mode: number;
    readonly sparse: boolean;
    readonly per_sample_weights: Value | undefined;
    readonly include_last_offset: boolean;
    readonly padding_idx: number;
  };
  'aten::_embedding_bag_forward_only': {
    readonly weight: Value;
    readonly indices: Value;
    readonly offsets: Value;
    readonly scale_grad_by_freq: boolean;
    readonly mode: number;
    readonly sparse: boolean;
    readonly per_sample_weights: Value | undefined;
    readonly include_last_offset: boolean;
    readonly padding_idx: number;
  };
  'aten::_euclidean_dist': { readonly x1: Value; readonly x2: Value };
  'aten::_fft_c2c': {
    readonly self: Value;
    readonly dim: readonly number[];
    readonly normalization: number;
    readonly forward: boolean;
  };
  'aten::_fft_c2r': {
    readonly self: Value;
    readonly dim: readonly number[];
    readonly normalization: number;
    readonly last_dim_size: number;
  };
  'aten::_fft_r2c': {
    readonly self: Value;
    readonly dim: readonly number[];
    readonly normalization: number;
    readonly onesided: boolean;
  };
  'aten::_fused_rms_norm': {
    readonly input: Value;
    readonly normalized_shape: readonly number[];
    readonly weight: Value | undefined;
    readonly eps: number | undefined;
  };
  'aten::_log_softmax': { readonly self: Value; readonly dim: number; readonly half_to_float: boolean };
  'aten::_native_batch_norm_legit.no_stats': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly training: boolean;
    readonly momentum: number;
    readonly eps: number;
  };
  'aten::_native_batch_norm_legit_no_training': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly running_mean: Value;
    readonly running_var: Value;
    readonly momentum: number;
    readonly eps: number;
  };
  'aten::_native_multi_head_attention': {
    readonly query: Value;
    readonly key: Value;
    readonly value: Value;
    readonly embed_dim: number;
    readonly num_head: number;
    readonly qkv_weight: Value;
    readonly qkv_bias: Value;
    readonly proj_weight: Value;
    readonly proj_bias: Value;
    readonly mask: Value | undefined;
    readonly need_weights: boolean;
    readonly average_attn_weights: boolean;
    readonly mask_type: number | undefined;
  };
  'aten::_pad_circular': { readonly self: Value; readonly pad: readonly (number | Expression)[] };
  'aten::_pad_enum': {
    readonly self: Value;
    readonly pad: readonly (number | Expression)[];
    readonly mode: number;
    readonly value: number | undefined;
  };
  'aten::_pdist_forward': { readonly self: Value; readonly p: number };
  'aten::_prelu_kernel': { readonly self: Value; readonly weight: Value };
  'aten::_reshape_alias': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[];
    readonly stride: readonly number[];
  };
  'aten::_safe_softmax': { readonly self: Value; readonly dim: number; readonly dtype: DataType | undefined };
  'aten::_scaled_dot_product_attention_math': {
    readonly query: Value;
    readonly key: Value;
    readonly value: Value;
    readonly attn_mask: Value | undefined;
    readonly dropout_p: number;
    readonly is_causal: boolean;
    readonly dropout_mask: Value | undefined;
    readonly scale: number | undefined;
    readonly enable_gqa: boolean;
  };
  'aten::_scaled_dot_product_flash_attention_for_cpu': {
    readonly query: Value;
    readonly key: Value;
    readonly value: Value;
    readonly dropout_p: number;
    readonly is_causal: boolean;
    readonly attn_mask: Value | undefined;
    readonly scale: number | undefined;
  };
  'aten::_softmax': { readonly self: Value; readonly dim: number; readonly half_to_float: boolean };
  'aten::_to_copy': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly non_blocking: boolean;
  };
  'aten::_transformer_encoder_layer_fwd': {
    readonly src: Value;
    readonly embed_dim: number;
    readonly num_heads: number;
    readonly qkv_weight: Value;
    readonly qkv_bias: Value;
    readonly proj_weight: Value;
    readonly proj_bias: Value;
    readonly use_gelu: boolean;
    readonly norm_first: boolean;
    readonly eps: number;
    readonly norm_weight_1: Value;
    readonly norm_bias_1: Value;
    readonly norm_weight_2: Value;
    readonly norm_bias_2: Value;
    readonly ffn_weight_1: Value;
    readonly ffn_bias_1: Value;
    readonly ffn_weight_2: Value;
    readonly ffn_bias_2: Value;
    readonly mask: Value | undefined;
    readonly mask_type: number | undefined;
  };
  'aten::_unique': { readonly self: Value; readonly sorted: boolean; readonly return_inverse: boolean };
  'aten::_unique2': {
    readonly self: Value;
    readonly sorted: boolean;
    readonly return_inverse: boolean;
    readonly return_counts: boolean;
  };
  'aten::_unsafe_view': { readonly self: Value; readonly size: readonly (number | Expression)[] };
  'aten::_upsample_bicubic2d_aa': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly align_corners: boolean;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::_upsample_bilinear2d_aa': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly align_corners: boolean;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::_upsample_nearest_exact1d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly scales: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::_upsample_nearest_exact2d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::_upsample_nearest_exact3d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly scales_d: number | undefined;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::_weight_norm': { readonly v: Value; readonly g: Value; readonly dim: number };
  'aten::_weight_norm_interface': { readonly v: Value; readonly g: Value; readonly dim: number };
  'aten::abs': { readonly self: Value };
  'aten::acos': { readonly self: Value };
  'aten::acosh': { readonly self: Value };
  'aten::adaptive_avg_pool1d': { readonly self: Value; readonly output_size: readonly number[] };
  'aten::adaptive_avg_pool2d': { readonly self: Value; readonly output_size: readonly (number | Expression)[] };
  'aten::adaptive_avg_pool3d': { readonly self: Value; readonly output_size: readonly (number | Expression)[] };
  'aten::adaptive_max_pool1d': { readonly self: Value; readonly output_size: readonly number[] };
  'aten::adaptive_max_pool2d': { readonly self: Value; readonly output_size: readonly number[] };
  'aten::adaptive_max_pool3d': { readonly self: Value; readonly output_size: readonly number[] };
  'aten::add': { readonly self: Value; readonly other: Value | Scalar; readonly alpha: Scalar };
  'aten::addbmm': {
    readonly self: Value;
    readonly batch1: Value;
    readonly batch2: Value;
    readonly beta: Scalar;
    readonly alpha: Scalar;
  };
  'aten::addcdiv': { readonly self: Value; readonly tensor1: Value; readonly tensor2: Value; readonly value: Scalar };
  'aten::addcmul': { readonly self: Value; readonly tensor1: Value; readonly tensor2: Value; readonly value: Scalar };
  'aten::addmm': {
    readonly self: Value;
    readonly mat1: Value;
    readonly mat2: Value;
    readonly beta: Scalar;
    readonly alpha: Scalar;
    readonly out_dtype: DataType | undefined;
  };
  'aten::addmv': {
    readonly self: Value;
    readonly mat: Value;
    readonly vec: Value;
    readonly beta: Scalar;
    readonly alpha: Scalar;
  };
  'aten::addr': {
    readonly self: Value;
    readonly vec1: Value;
    readonly vec2: Value;
    readonly beta: Scalar;
    readonly alpha: Scalar;
  };
  'aten::adjoint': { readonly self: Value };
  'aten::affine_grid_generator': {
    readonly theta: Value;
    readonly size: readonly (number | Expression)[];
    readonly align_corners: boolean;
  };
  'aten::alias': { readonly self: Value };
  'aten::all': {
    readonly self: Value;
    readonly dim: number | readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
  };
  'aten::alpha_dropout': { readonly input: Value; readonly p: number; readonly train: boolean };
  'aten::amax': { readonly self: Value; readonly dim: readonly number[]; readonly keepdim: boolean };
  'aten::amin': { readonly self: Value; readonly dim: readonly number[]; readonly keepdim: boolean };
  'aten::aminmax': { readonly self: Value; readonly dim: number | undefined; readonly keepdim: boolean };
  'aten::angle': { readonly self: Value };
  'aten::any': {
    readonly self: Value;
    readonly dim: number | readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
  };
  'aten::arange': {
    readonly end: Scalar | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly start: Scalar | Expression | undefined;
    readonly step: Scalar | Expression | undefined;
  };
  'aten::argmax': { readonly self: Value; readonly dim: number | undefined; readonly keepdim: boolean };
  'aten::argmin': { readonly self: Value; readonly dim: number | undefined; readonly keepdim: boolean };
  'aten::argsort': {
    readonly self: Value;
    readonly dim: number;
    readonly descending: boolean;
    readonly stable: boolean | undefined;
  };
  'aten::argwhere': { readonly self: Value };
  'aten::asin': { readonly self: Value };
  'aten::asinh': { readonly self: Value };
  'aten::atan': { readonly self: Value };
  'aten::atan2': { readonly self: Value; readonly other: Value };
  'aten::atanh': { readonly self: Value };
  'aten::atleast_1d': { readonly self: Value | undefined; readonly tensors: readonly Value[] | undefined };
  'aten::atleast_2d': { readonly self: Value | undefined; readonly tensors: readonly Value[] | undefined };
  'aten::atleast_3d': { readonly self: Value | undefined; readonly tensors: readonly Value[] | undefined };
  'aten::avg_pool1d': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly ceil_mode: boolean;
    readonly count_include_pad: boolean;
  };
  'aten::avg_pool2d': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly ceil_mode: boolean;
    readonly count_include_pad: boolean;
    readonly divisor_override: number | undefined;
  };
  'aten::avg_pool3d': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly ceil_mode: boolean;
    readonly count_include_pad: boolean;
    readonly divisor_override: number | undefined;
  };
  'aten::baddbmm': {
    readonly self: Value;
    readonly batch1: Value;
    readonly batch2: Value;
    readonly beta: Scalar;
    readonly alpha: Scalar;
    readonly out_dtype: DataType | undefined;
  };
  'aten::bartlett_window': {
    readonly window_length: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly periodic: boolean | undefined;
  };
  'aten::batch_norm': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly running_mean: Value | undefined;
    readonly running_var: Value | undefined;
    readonly training: boolean;
    readonly momentum: number;
    readonly eps: number;
    readonly cudnn_enabled: boolean;
  };
  'aten::bernoulli': { readonly self: Value; readonly p: number | Value | undefined };
  'aten::bilinear': {
    readonly input1: Value;
    readonly input2: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
  };
  'aten::binary_cross_entropy': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
  };
  'aten::binary_cross_entropy_with_logits': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly pos_weight: Value | undefined;
    readonly reduction: number;
  };
  'aten::bincount': { readonly self: Value; readonly weights: Value | undefined; readonly minlength: number };
  'aten::bitwise_and': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::bitwise_left_shift': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::bitwise_not': { readonly self: Value };
  'aten::bitwise_or': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::bitwise_right_shift': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::bitwise_xor': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::blackman_window': {
    readonly window_length: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly periodic: boolean | undefined;
  };
  'aten::block_diag': { readonly tensors: readonly Value[] };
  'aten::bmm': { readonly self: Value; readonly mat2: Value; readonly out_dtype: DataType | undefined };
  'aten::broadcast_tensors': { readonly tensors: readonly Value[] };
  'aten::broadcast_to': { readonly self: Value; readonly size: readonly (number | Expression)[] };
  'aten::bucketize': {
    readonly self: Value | Scalar;
    readonly boundaries: Value;
    readonly out_int32: boolean;
    readonly right: boolean;
  };
  'aten::cartesian_prod': { readonly tensors: readonly Value[] };
  'aten::cat': { readonly tensors: readonly Value[]; readonly dim: number };
  'aten::cdist': {
    readonly x1: Value;
    readonly x2: Value;
    readonly p: number;
    readonly compute_mode: number | undefined;
  };
  'aten::ceil': { readonly self: Value };
  'aten::celu': { readonly self: Value; readonly alpha: Scalar };
  'aten::chain_matmul': { readonly matrices: readonly Value[] };
  'aten::channel_shuffle': { readonly self: Value; readonly groups: number };
  'aten::chunk': { readonly self: Value; readonly chunks: number; readonly dim: number };
  'aten::clamp': {
    readonly self: Value;
    readonly min: Scalar | Value | undefined;
    readonly max: Scalar | Value | undefined;
  };
  'aten::clamp_max': { readonly self: Value; readonly max: Scalar | Value };
  'aten::clamp_min': { readonly self: Value; readonly min: Scalar | Value };
  'aten::clone': { readonly self: Value };
  'aten::col2im': {
    readonly self: Value;
    readonly output_size: readonly (number | Expression)[];
    readonly kernel_size: readonly number[];
    readonly dilation: readonly number[];
    readonly padding: readonly number[];
    readonly stride: readonly number[];
  };
  'aten::column_stack': { readonly tensors: readonly Value[] };
  'aten::combinations': { readonly self: Value; readonly r: number; readonly with_replacement: boolean };
  'aten::complex': { readonly real: Value; readonly imag: Value };
  'aten::conj': { readonly self: Value };
  'aten::conj_physical': { readonly self: Value };
  'aten::constant_pad_nd': {
    readonly self: Value;
    readonly pad: readonly (number | Expression)[];
    readonly value: Scalar;
  };
  'aten::contiguous': { readonly self: Value };
  'aten::conv1d': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[] | string;
    readonly dilation: readonly number[];
    readonly groups: number;
  };
  'aten::conv2d': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[] | string;
    readonly dilation: readonly number[];
    readonly groups: number;
  };
  'aten::conv3d': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[] | string;
    readonly dilation: readonly number[];
    readonly groups: number;
  };
  'aten::conv_tbc': { readonly self: Value; readonly weight: Value; readonly bias: Value; readonly pad: number };
  'aten::conv_transpose1d': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly output_padding: readonly number[];
    readonly groups: number;
    readonly dilation: readonly number[];
  };
  'aten::conv_transpose2d': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly output_padding: readonly number[];
    readonly groups: number;
    readonly dilation: readonly number[];
  };
  'aten::conv_transpose3d': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly output_padding: readonly number[];
    readonly groups: number;
    readonly dilation: readonly number[];
  };
  'aten::convolution': {
    readonly input: Value;
    readonly weight: Value;
    readonly bias: Value | undefined;
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly transposed: boolean;
    readonly output_padding: readonly number[];
    readonly groups: number;
  };
  'aten::copy': { readonly self: Value; readonly src: Value; readonly non_blocking: boolean };
  'aten::copysign': { readonly self: Value; readonly other: Value | Scalar };
  'aten::cos': { readonly self: Value };
  'aten::cosh': { readonly self: Value };
  'aten::cosine_embedding_loss': {
    readonly input1: Value;
    readonly input2: Value;
    readonly target: Value;
    readonly margin: number;
    readonly reduction: number;
  };
  'aten::cosine_similarity': { readonly x1: Value; readonly x2: Value; readonly dim: number; readonly eps: number };
  'aten::count_nonzero': { readonly self: Value; readonly dim: number | readonly number[] | undefined };
  'aten::cross': { readonly self: Value; readonly other: Value; readonly dim: number | undefined };
  'aten::cross_entropy_loss': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
    readonly ignore_index: number;
    readonly label_smoothing: number;
  };
  'aten::cummax': { readonly self: Value; readonly dim: number };
  'aten::cummin': { readonly self: Value; readonly dim: number };
  'aten::cumprod': { readonly self: Value; readonly dim: number; readonly dtype: DataType | undefined };
  'aten::cumsum': { readonly self: Value; readonly dim: number; readonly dtype: DataType | undefined };
  'aten::deg2rad': { readonly self: Value };
  'aten::det': { readonly self: Value };
  'aten::detach': { readonly self: Value };
  'aten::diag': { readonly self: Value; readonly diagonal: number };
  'aten::diag_embed': { readonly self: Value; readonly offset: number; readonly dim1: number; readonly dim2: number };
  'aten::diagflat': { readonly self: Value; readonly offset: number };
  'aten::diagonal': { readonly self: Value; readonly offset: number; readonly dim1: number; readonly dim2: number };
  'aten::diagonal_scatter': {
    readonly self: Value;
    readonly src: Value;
    readonly offset: number;
    readonly dim1: number;
    readonly dim2: number;
  };
  'aten::diff': {
    readonly self: Value;
    readonly n: number;
    readonly dim: number;
    readonly prepend: Value | undefined;
    readonly append: Value | undefined;
  };
  'aten::dist': { readonly self: Value; readonly other: Value; readonly p: Scalar };
  'aten::div': { readonly self: Value; readonly other: Value | Scalar; readonly rounding_mode: string | undefined };
  'aten::dot': { readonly self: Value; readonly tensor: Value };
  'aten::dropout': { readonly input: Value; readonly p: number; readonly train: boolean };
  'aten::dsplit': {
    readonly self: Value;
    readonly sections: number | undefined;
    readonly indices: readonly number[] | undefined;
  };
  'aten::dstack': { readonly tensors: readonly Value[] };
  'aten::einsum': {
    readonly equation: string;
    readonly tensors: readonly Value[];
    readonly path: readonly number[] | undefined;
  };
  'aten::elu': { readonly self: Value; readonly alpha: Scalar; readonly scale: Scalar; readonly input_scale: Scalar };
  'aten::embedding': {
    readonly weight: Value;
    readonly indices: Value;
    readonly padding_idx: number;
    readonly scale_grad_by_freq: boolean;
    readonly sparse: boolean;
  };
  'aten::embedding_bag': {
    readonly weight: Value;
    readonly indices: Value;
    readonly offsets: Value;
    readonly scale_grad_by_freq: boolean;
    readonly mode: number;
    readonly sparse: boolean;
    readonly per_sample_weights: Value | undefined;
    readonly include_last_offset: boolean;
    readonly padding_idx: number | undefined;
  };
  'aten::empty': {
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::empty_like': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::empty_permuted': {
    readonly size: readonly (number | Expression)[];
    readonly physical_layout: readonly number[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::empty_strided': {
    readonly size: readonly (number | Expression)[];
    readonly stride: readonly number[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::eq': { readonly self: Value; readonly other: Value | Scalar };
  'aten::erf': { readonly self: Value };
  'aten::erfc': { readonly self: Value };
  'aten::exp': { readonly self: Value };
  'aten::exp2': { readonly self: Value };
  'aten::expand': { readonly self: Value; readonly size: readonly (number | Expression)[]; readonly implicit: boolean };
  'aten::expand_as': { readonly self: Value; readonly other: Value };
  'aten::expm1': { readonly self: Value };
  'aten::eye': {
    readonly n: number | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly m: number | Expression | undefined;
  };
  'aten::fake_quantize_per_channel_affine': {
    readonly self: Value;
    readonly scale: Value;
    readonly zero_point: Value;
    readonly axis: number;
    readonly quant_min: number;
    readonly quant_max: number;
  };
  'aten::fake_quantize_per_tensor_affine': {
    readonly self: Value;
    readonly scale: number | Value;
    readonly zero_point: number | Value;
    readonly quant_min: number;
    readonly quant_max: number;
  };
  'aten::feature_alpha_dropout': { readonly input: Value; readonly p: number; readonly train: boolean };
  'aten::feature_dropout': { readonly input: Value; readonly p: number; readonly train: boolean };
  'aten::fft_fft': {
    readonly self: Value;
    readonly n: number | Expression | undefined;
    readonly dim: number;
    readonly norm: string | undefined;
  };
  'aten::fft_fft2': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[];
    readonly norm: string | undefined;
  };
  'aten::fft_fftfreq': {
    readonly n: number;
    readonly d: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::fft_fftn': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[] | undefined;
    readonly norm: string | undefined;
  };
  'aten::fft_fftshift': { readonly self: Value; readonly dim: readonly number[] | undefined };
  'aten::fft_hfft': {
    readonly self: Value;
    readonly n: number | Expression | undefined;
    readonly dim: number;
    readonly norm: string | undefined;
  };
  'aten::fft_ifft': {
    readonly self: Value;
    readonly n: number | Expression | undefined;
    readonly dim: number;
    readonly norm: string | undefined;
  };
  'aten::fft_ifft2': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[];
    readonly norm: string | undefined;
  };
  'aten::fft_ifftn': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[] | undefined;
    readonly norm: string | undefined;
  };
  'aten::fft_ifftshift': { readonly self: Value; readonly dim: readonly number[] | undefined };
  'aten::fft_ihfft': {
    readonly self: Value;
    readonly n: number | Expression | undefined;
    readonly dim: number;
    readonly norm: string | undefined;
  };
  'aten::fft_irfft': {
    readonly self: Value;
    readonly n: number | Expression | undefined;
    readonly dim: number;
    readonly norm: string | undefined;
  };
  'aten::fft_irfft2': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[];
    readonly norm: string | undefined;
  };
  'aten::fft_irfftn': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[] | undefined;
    readonly norm: string | undefined;
  };
  'aten::fft_rfft': {
    readonly self: Value;
    readonly n: number | Expression | undefined;
    readonly dim: number;
    readonly norm: string | undefined;
  };
  'aten::fft_rfft2': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[];
    readonly norm: string | undefined;
  };
  'aten::fft_rfftfreq': {
    readonly n: number;
    readonly d: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::fft_rfftn': {
    readonly self: Value;
    readonly s: readonly number[] | undefined;
    readonly dim: readonly number[] | undefined;
    readonly norm: string | undefined;
  };
  'aten::fill': { readonly self: Value; readonly value: Scalar | Value };
  'aten::flatten': { readonly self: Value; readonly start_dim: number; readonly end_dim: number };
  'aten::flip': { readonly self: Value; readonly dims: readonly number[] };
  'aten::fliplr': { readonly self: Value };
  'aten::flipud': { readonly self: Value };
  'aten::float_power': { readonly self: Value | Scalar; readonly exponent: Value | Scalar };
  'aten::floor': { readonly self: Value };
  'aten::floor_divide': { readonly self: Value; readonly other: Value | Scalar };
  'aten::fmax': { readonly self: Value; readonly other: Value };
  'aten::fmin': { readonly self: Value; readonly other: Value };
  'aten::fmod': { readonly self: Value; readonly other: Value | Scalar };
  'aten::frac': { readonly self: Value };
  'aten::frobenius_norm': { readonly self: Value; readonly dim: readonly number[]; readonly keepdim: boolean };
  'aten::full': {
    readonly size: readonly (number | Expression)[];
    readonly fill_value: Scalar | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::full_like': {
    readonly self: Value;
    readonly fill_value: Scalar | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::gather': { readonly self: Value; readonly dim: number; readonly index: Value; readonly sparse_grad: boolean };
  'aten::ge': { readonly self: Value; readonly other: Value | Scalar };
  'aten::gelu': { readonly self: Value; readonly approximate: string };
  'aten::glu': { readonly self: Value; readonly dim: number };
  'aten::grid_sampler': {
    readonly input: Value;
    readonly grid: Value;
    readonly interpolation_mode: number;
    readonly padding_mode: number;
    readonly align_corners: boolean;
  };
  'aten::group_norm': {
    readonly input: Value;
    readonly num_groups: number;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly eps: number;
    readonly cudnn_enabled: boolean;
  };
  'aten::gru.input': {
    readonly input: Value;
    readonly hx: Value;
    readonly params: readonly Value[];
    readonly has_biases: boolean;
    readonly num_layers: number;
    readonly dropout: number;
    readonly train: boolean;
    readonly bidirectional: boolean;
    readonly batch_first: boolean;
  };
  'aten::gru_cell': {
    readonly input: Value;
    readonly hx: Value;
    readonly w_ih: Value;
    readonly w_hh: Value;
    readonly b_ih: Value | undefined;
    readonly b_hh: Value | undefined;
  };
  'aten::gt': { readonly self: Value; readonly other: Value | Scalar };
  'aten::hamming_window': {
    readonly window_length: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly periodic: boolean | undefined;
    readonly alpha: number | undefined;
    readonly beta: number | undefined;
  };
  'aten::hann_window': {
    readonly window_length: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly periodic: boolean | undefined;
  };
  'aten::hardshrink': { readonly self: Value; readonly lambd: Scalar };
  'aten::hardsigmoid': { readonly self: Value };
  'aten::hardswish': { readonly self: Value };
  'aten::hardtanh': { readonly self: Value; readonly min_val: Scalar; readonly max_val: Scalar };
  'aten::heaviside': { readonly self: Value; readonly values: Value };
  'aten::hinge_embedding_loss': {
    readonly self: Value;
    readonly target: Value;
    readonly margin: number;
    readonly reduction: number;
  };
  'aten::hsplit': {
    readonly self: Value;
    readonly sections: number | undefined;
    readonly indices: readonly number[] | undefined;
  };
  'aten::hstack': { readonly tensors: readonly Value[] };
  'aten::huber_loss': {
    readonly self: Value;
    readonly target: Value;
    readonly reduction: number;
    readonly delta: number;
  };
  'aten::hypot': { readonly self: Value; readonly other: Value };
  'aten::im2col': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly dilation: readonly number[];
    readonly padding: readonly number[];
    readonly stride: readonly number[];
  };
  'aten::imag': { readonly self: Value };
  'aten::index': { readonly self: Value; readonly indices: readonly (Value | undefined)[] | readonly Value[] };
  'aten::index_add': {
    readonly self: Value;
    readonly dim: number;
    readonly index: Value;
    readonly source: Value;
    readonly alpha: Scalar;
  };
  'aten::index_copy': { readonly self: Value; readonly dim: number; readonly index: Value; readonly source: Value };
  'aten::index_fill': {
    readonly self: Value;
    readonly dim: number;
    readonly index: Value;
    readonly value: Value | Scalar;
  };
  'aten::index_put': {
    readonly self: Value;
    readonly indices: readonly (Value | undefined)[] | readonly Value[];
    readonly values: Value;
    readonly accumulate: boolean;
  };
  'aten::index_reduce': {
    readonly self: Value;
    readonly dim: number;
    readonly index: Value;
    readonly source: Value;
    readonly reduce: string;
    readonly include_self: boolean;
  };
  'aten::index_select': { readonly self: Value; readonly dim: number; readonly index: Value };
  'aten::inner': { readonly self: Value; readonly other: Value };
  'aten::instance_norm': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly running_mean: Value | undefined;
    readonly running_var: Value | undefined;
    readonly use_input_stats: boolean;
    readonly momentum: number;
    readonly eps: number;
    readonly cudnn_enabled: boolean;
  };
  'aten::inverse': { readonly self: Value };
  'aten::isclose': {
    readonly self: Value;
    readonly other: Value;
    readonly rtol: number;
    readonly atol: number;
    readonly equal_nan: boolean;
  };
  'aten::isfinite': { readonly self: Value };
  'aten::isin': {
    readonly elements: Value | undefined;
    readonly test_elements: Value | undefined;
    readonly assume_unique: boolean;
    readonly invert: boolean;
    readonly test_element: Scalar | undefined;
    readonly element: Scalar | undefined;
  };
  'aten::isinf': { readonly self: Value };
  'aten::isnan': { readonly self: Value };
  'aten::isneginf': { readonly self: Value };
  'aten::isposinf': { readonly self: Value };
  'aten::isreal': { readonly self: Value };
  'aten::istft': {
    readonly self: Value;
    readonly n_fft: number;
    readonly hop_length: number | undefined;
    readonly win_length: number | undefined;
    readonly window: Value | undefined;
    readonly center: boolean;
    readonly normalized: boolean;
    readonly onesided: boolean | undefined;
    readonly length: number | undefined;
    readonly return_complex: boolean;
  };
  'aten::kaiser_window': {
    readonly window_length: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly periodic: boolean | undefined;
    readonly beta: number | undefined;
  };
  'aten::kl_div': {
    readonly self: Value;
    readonly target: Value;
    readonly reduction: number;
    readonly log_target: boolean;
  };
  'aten::kron': { readonly self: Value; readonly other: Value };
  'aten::kthvalue': {
    readonly self: Value;
    readonly k: number | Expression;
    readonly dim: number;
    readonly keepdim: boolean;
  };
  'aten::l1_loss': { readonly self: Value; readonly target: Value; readonly reduction: number };
  'aten::layer_norm': {
    readonly input: Value;
    readonly normalized_shape: readonly number[];
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly eps: number;
    readonly cudnn_enable: boolean;
  };
  'aten::ldexp': { readonly self: Value; readonly other: Value };
  'aten::le': { readonly self: Value; readonly other: Value | Scalar };
  'aten::leaky_relu': { readonly self: Value; readonly negative_slope: Scalar };
  'aten::lerp': { readonly self: Value; readonly end: Value; readonly weight: Scalar | Value };
  'aten::lift': { readonly self: Value };
  'aten::lift_fresh': { readonly self: Value };
  'aten::lift_fresh_copy': { readonly self: Value };
  'aten::linalg_cross': { readonly self: Value; readonly other: Value; readonly dim: number };
  'aten::linalg_det': { readonly A: Value };
  'aten::linalg_diagonal': { readonly A: Value; readonly offset: number; readonly dim1: number; readonly dim2: number };
  'aten::linalg_inv': { readonly A: Value };
  'aten::linalg_inv_ex': { readonly A: Value; readonly check_errors: boolean };
  'aten::linalg_matmul': { readonly self: Value; readonly other: Value };
  'aten::linalg_matrix_norm': {
    readonly self: Value;
    readonly ord: Scalar | string;
    readonly dim: readonly number[];
    readonly keepdim: boolean;
    readonly dtype: DataType | undefined;
  };
  'aten::linalg_matrix_power': { readonly self: Value; readonly n: number };
  'aten::linalg_multi_dot': { readonly tensors: readonly Value[] };
  'aten::linalg_norm': {
    readonly self: Value;
    readonly ord: Scalar | string | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean;
    readonly dtype: DataType | undefined;
  };
  'aten::linalg_slogdet': { readonly A: Value };
  'aten::linalg_solve': { readonly A: Value; readonly B: Value; readonly left: boolean };
  'aten::linalg_solve_ex': {
    readonly A: Value;
    readonly B: Value;
    readonly left: boolean;
    readonly check_errors: boolean;
  };
  'aten::linalg_vecdot': { readonly x: Value; readonly y: Value; readonly dim: number };
  'aten::linalg_vector_norm': {
    readonly self: Value;
    readonly ord: Scalar;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean;
    readonly dtype: DataType | undefined;
  };
  'aten::linear': { readonly input: Value; readonly weight: Value; readonly bias: Value | undefined };
  'aten::linspace': {
    readonly start: Value | Scalar;
    readonly end: Value | Scalar;
    readonly steps: number | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::log': { readonly self: Value };
  'aten::log10': { readonly self: Value };
  'aten::log1p': { readonly self: Value };
  'aten::log2': { readonly self: Value };
  'aten::log_sigmoid': { readonly self: Value };
  'aten::log_sigmoid_forward': { readonly self: Value };
  'aten::log_softmax': { readonly self: Value; readonly dim: number; readonly dtype: DataType | undefined };
  'aten::logaddexp': { readonly self: Value; readonly other: Value };
  'aten::logaddexp2': { readonly self: Value; readonly other: Value };
  'aten::logcumsumexp': { readonly self: Value; readonly dim: number };
  'aten::logdet': { readonly self: Value };
  'aten::logical_and': { readonly self: Value; readonly other: Value };
  'aten::logical_not': { readonly self: Value };
  'aten::logical_or': { readonly self: Value; readonly other: Value };
  'aten::logical_xor': { readonly self: Value; readonly other: Value };
  'aten::logit': { readonly self: Value; readonly eps: number | undefined };
  'aten::logspace': {
    readonly start: Value | Scalar;
    readonly end: Value | Scalar;
    readonly steps: number;
    readonly base: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::logsumexp': { readonly self: Value; readonly dim: readonly number[]; readonly keepdim: boolean };
  'aten::lstm.input': {
    readonly input: Value;
    readonly hx: readonly Value[];
    readonly params: readonly Value[];
    readonly has_biases: boolean;
    readonly num_layers: number;
    readonly dropout: number;
    readonly train: boolean;
    readonly bidirectional: boolean;
    readonly batch_first: boolean;
  };
  'aten::lstm_cell': {
    readonly input: Value;
    readonly hx: readonly Value[];
    readonly w_ih: Value;
    readonly w_hh: Value;
    readonly b_ih: Value | undefined;
    readonly b_hh: Value | undefined;
  };
  'aten::lt': { readonly self: Value; readonly other: Value | Scalar };
  'aten::mT': { readonly self: Value };
  'aten::margin_ranking_loss': {
    readonly input1: Value;
    readonly input2: Value;
    readonly target: Value;
    readonly margin: number;
    readonly reduction: number;
  };
  'aten::masked_fill': {
    readonly self: Value;
    readonly mask: Value;
    readonly value: Scalar | Expression | Value | Expression;
  };
  'aten::masked_scatter': { readonly self: Value; readonly mask: Value; readonly source: Value };
  'aten::masked_select': { readonly self: Value; readonly mask: Value };
  'aten::matmul': { readonly self: Value; readonly other: Value };
  'aten::matrix_power': { readonly self: Value; readonly n: number };
  'aten::max': {
    readonly self: Value;
    readonly other: Value | undefined;
    readonly dim: number | undefined;
    readonly keepdim: boolean | undefined;
  };
  'aten::max.dim': { readonly self: Value; readonly dim: number; readonly keepdim: boolean };
  'aten::max.other': { readonly self: Value; readonly other: Value };
  'aten::max_pool1d': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly ceil_mode: boolean;
  };
  'aten::max_pool1d_with_indices': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly ceil_mode: boolean;
  };
  'aten::max_pool2d': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly ceil_mode: boolean;
  };
  'aten::max_pool2d_with_indices': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly ceil_mode: boolean;
  };
  'aten::max_pool3d': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly ceil_mode: boolean;
  };
  'aten::max_pool3d_with_indices': {
    readonly self: Value;
    readonly kernel_size: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly ceil_mode: boolean;
  };
  'aten::max_unpool2d': {
    readonly self: Value;
    readonly indices: Value;
    readonly output_size: readonly (number | Expression)[];
  };
  'aten::max_unpool3d': {
    readonly self: Value;
    readonly indices: Value;
    readonly output_size: readonly (number | Expression)[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
  };
  'aten::maximum': { readonly self: Value; readonly other: Value };
  'aten::mean': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
  };
  'aten::median': { readonly self: Value; readonly dim: number | undefined; readonly keepdim: boolean | undefined };
  'aten::median.dim': { readonly self: Value; readonly dim: number; readonly keepdim: boolean };
  'aten::meshgrid': { readonly tensors: readonly Value[]; readonly indexing: string | undefined };
  'aten::min': {
    readonly self: Value;
    readonly other: Value | undefined;
    readonly dim: number | undefined;
    readonly keepdim: boolean | undefined;
  };
  'aten::min.dim': { readonly self: Value; readonly dim: number; readonly keepdim: boolean };
  'aten::min.other': { readonly self: Value; readonly other: Value };
  'aten::minimum': { readonly self: Value; readonly other: Value };
  'aten::mish': { readonly self: Value };
  'aten::mm': { readonly self: Value; readonly mat2: Value; readonly out_dtype: DataType | undefined };
  'aten::movedim': {
    readonly self: Value;
    readonly source: number | readonly number[];
    readonly destination: number | readonly number[];
  };
  'aten::mse_loss': { readonly self: Value; readonly target: Value; readonly reduction: number };
  'aten::msort': { readonly self: Value };
  'aten::mul': { readonly self: Value; readonly other: Value | Scalar };
  'aten::mv': { readonly self: Value; readonly vec: Value };
  'aten::nan_to_num': {
    readonly self: Value;
    readonly nan: number | undefined;
    readonly posinf: number | undefined;
    readonly neginf: number | undefined;
  };
  'aten::nanmean': {
    readonly self: Value;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean;
    readonly dtype: DataType | undefined;
  };
  'aten::nanmedian': { readonly self: Value; readonly dim: number | undefined; readonly keepdim: boolean | undefined };
  'aten::nanmedian.dim': { readonly self: Value; readonly dim: number; readonly keepdim: boolean };
  'aten::nansum': {
    readonly self: Value;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean;
    readonly dtype: DataType | undefined;
  };
  'aten::narrow': {
    readonly self: Value;
    readonly dim: number;
    readonly start: number | Expression | Value;
    readonly length: number | Expression;
  };
  'aten::native_batch_norm': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly running_mean: Value | undefined;
    readonly running_var: Value | undefined;
    readonly training: boolean;
    readonly momentum: number;
    readonly eps: number;
  };
  'aten::native_dropout': { readonly input: Value; readonly p: number; readonly train: boolean | undefined };
  'aten::native_group_norm': {
    readonly input: Value;
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly N: number | Expression;
    readonly C: number | Expression;
    readonly HxW: number | Expression;
    readonly group: number;
    readonly eps: number;
  };
  'aten::native_layer_norm': {
    readonly input: Value;
    readonly normalized_shape: readonly number[];
    readonly weight: Value | undefined;
    readonly bias: Value | undefined;
    readonly eps: number;
  };
  'aten::ne': { readonly self: Value; readonly other: Value | Scalar };
  'aten::neg': { readonly self: Value };
  'aten::new_empty': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::new_empty_strided': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[];
    readonly stride: readonly number[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::new_full': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[];
    readonly fill_value: Scalar | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::new_ones': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::new_zeros': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::nll_loss': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
    readonly ignore_index: number;
  };
  'aten::nll_loss2d': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
    readonly ignore_index: number;
  };
  'aten::nll_loss2d_forward': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
    readonly ignore_index: number;
  };
  'aten::nll_loss_forward': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
    readonly ignore_index: number;
  };
  'aten::nll_loss_nd': {
    readonly self: Value;
    readonly target: Value;
    readonly weight: Value | undefined;
    readonly reduction: number;
    readonly ignore_index: number;
  };
  'aten::nonzero': { readonly self: Value };
  'aten::norm': {
    readonly self: Value;
    readonly p: Scalar | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
    readonly dtype: DataType | undefined;
  };
  'aten::norm_except_dim': { readonly v: Value; readonly pow: number; readonly dim: number };
  'aten::numpy_T': { readonly self: Value };
  'aten::one_hot': { readonly self: Value; readonly num_classes: number | Expression };
  'aten::ones': {
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::ones_like': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::outer': { readonly self: Value; readonly vec2: Value };
  'aten::pad': {
    readonly self: Value;
    readonly pad: readonly (number | Expression)[];
    readonly mode: string;
    readonly value: number | undefined;
  };
  'aten::pad_sequence': {
    readonly sequences: readonly Value[];
    readonly batch_first: boolean;
    readonly padding_value: number;
    readonly padding_side: string;
  };
  'aten::pairwise_distance': {
    readonly x1: Value;
    readonly x2: Value;
    readonly p: number;
    readonly eps: number;
    readonly keepdim: boolean;
  };
  'aten::pdist': { readonly self: Value; readonly p: number };
  'aten::permute': { readonly self: Value; readonly dims: readonly number[] };
  'aten::pixel_shuffle': { readonly self: Value; readonly upscale_factor: number };
  'aten::pixel_unshuffle': { readonly self: Value; readonly downscale_factor: number };
  'aten::poisson_nll_loss': {
    readonly input: Value;
    readonly target: Value;
    readonly log_input: boolean;
    readonly full: boolean;
    readonly eps: number;
    readonly reduction: number;
  };
  'aten::polar': { readonly abs: Value; readonly angle: Value };
  'aten::positive': { readonly self: Value };
  'aten::pow': { readonly self: Value | Scalar; readonly exponent: Value | Scalar };
  'aten::prelu': { readonly self: Value; readonly weight: Value };
  'aten::prod': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly dim: number | undefined;
    readonly keepdim: boolean | undefined;
  };
  'aten::put': { readonly self: Value; readonly index: Value; readonly source: Value; readonly accumulate: boolean };
  'aten::quantile': {
    readonly self: Value;
    readonly q: Value | number;
    readonly dim: number | undefined;
    readonly keepdim: boolean;
    readonly interpolation: string;
  };
  'aten::rad2deg': { readonly self: Value };
  'aten::rand': {
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::rand_like': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::randint': {
    readonly high: number;
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly low: number | undefined;
  };
  'aten::randint_like': {
    readonly self: Value;
    readonly high: number | Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
    readonly low: number | undefined;
  };
  'aten::randn': {
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::randn_like': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::randperm': {
    readonly n: number | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::ravel': { readonly self: Value };
  'aten::real': { readonly self: Value };
  'aten::reciprocal': { readonly self: Value };
  'aten::reflection_pad1d': { readonly self: Value; readonly padding: readonly number[] };
  'aten::reflection_pad2d': { readonly self: Value; readonly padding: readonly number[] };
  'aten::reflection_pad3d': { readonly self: Value; readonly padding: readonly number[] };
  'aten::relu': { readonly self: Value };
  'aten::relu6': { readonly self: Value };
  'aten::remainder': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::renorm': { readonly self: Value; readonly p: Scalar; readonly dim: number; readonly maxnorm: Scalar };
  'aten::repeat': { readonly self: Value; readonly repeats: readonly (number | Expression)[] };
  'aten::repeat_interleave.Tensor': { readonly repeats: Value; readonly output_size: number | Expression | undefined };
  'aten::repeat_interleave.self_Tensor': {
    readonly self: Value;
    readonly repeats: Value;
    readonly dim: number | undefined;
    readonly output_size: number | Expression | undefined;
  };
  'aten::repeat_interleave.self_int': {
    readonly self: Value;
    readonly repeats: number | Expression;
    readonly dim: number | undefined;
    readonly output_size: number | Expression | undefined;
  };
  'aten::replication_pad1d': { readonly self: Value; readonly padding: readonly number[] };
  'aten::replication_pad2d': { readonly self: Value; readonly padding: readonly number[] };
  'aten::replication_pad3d': { readonly self: Value; readonly padding: readonly number[] };
  'aten::reshape': { readonly self: Value; readonly shape: readonly (number | Expression)[] };
  'aten::reshape_as': { readonly self: Value; readonly other: Value };
  'aten::resolve_conj': { readonly self: Value };
  'aten::resolve_neg': { readonly self: Value };
  'aten::rms_norm': {
    readonly input: Value;
    readonly normalized_shape: readonly number[];
    readonly weight: Value | undefined;
    readonly eps: number | undefined;
  };
  'aten::rnn_relu.input': {
    readonly input: Value;
    readonly hx: Value;
    readonly params: readonly Value[];
    readonly has_biases: boolean;
    readonly num_layers: number;
    readonly dropout: number;
    readonly train: boolean;
    readonly bidirectional: boolean;
    readonly batch_first: boolean;
  };
  'aten::rnn_relu_cell': {
    readonly input: Value;
    readonly hx: Value;
    readonly w_ih: Value;
    readonly w_hh: Value;
    readonly b_ih: Value | undefined;
    readonly b_hh: Value | undefined;
  };
  'aten::rnn_tanh.input': {
    readonly input: Value;
    readonly hx: Value;
    readonly params: readonly Value[];
    readonly has_biases: boolean;
    readonly num_layers: number;
    readonly dropout: number;
    readonly train: boolean;
    readonly bidirectional: boolean;
    readonly batch_first: boolean;
  };
  'aten::rnn_tanh_cell': {
    readonly input: Value;
    readonly hx: Value;
    readonly w_ih: Value;
    readonly w_hh: Value;
    readonly b_ih: Value | undefined;
    readonly b_hh: Value | undefined;
  };
  'aten::roll': {
    readonly self: Value;
    readonly shifts: readonly (number | Expression)[];
    readonly dims: readonly number[];
  };
  'aten::rot90': { readonly self: Value; readonly k: number; readonly dims: readonly number[] };
  'aten::round': { readonly self: Value; readonly decimals: number | undefined };
  'aten::rrelu': { readonly self: Value; readonly lower: Scalar; readonly upper: Scalar; readonly training: boolean };
  'aten::rsqrt': { readonly self: Value };
  'aten::rsub': { readonly self: Value; readonly other: Value | Scalar; readonly alpha: Scalar };
  'aten::scalar_tensor': {
    readonly s: Scalar | Expression;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::scaled_dot_product_attention': {
    readonly query: Value;
    readonly key: Value;
    readonly value: Value;
    readonly attn_mask: Value | undefined;
    readonly dropout_p: number;
    readonly is_causal: boolean;
    readonly scale: number | undefined;
    readonly enable_gqa: boolean;
  };
  'aten::scatter': {
    readonly self: Value;
    readonly dim: number;
    readonly index: Value;
    readonly value: Scalar | undefined;
    readonly src: Value | undefined;
    readonly reduce: string | undefined;
  };
  'aten::scatter_add': { readonly self: Value; readonly dim: number; readonly index: Value; readonly src: Value };
  'aten::scatter_reduce': {
    readonly self: Value;
    readonly dim: number;
    readonly index: Value;
    readonly src: Value;
    readonly reduce: string;
    readonly include_self: boolean;
  };
  'aten::searchsorted': {
    readonly sorted_sequence: Value;
    readonly self: Value | Scalar;
    readonly out_int32: boolean;
    readonly right: boolean;
    readonly side: string | undefined;
    readonly sorter: Value | undefined;
  };
  'aten::select': { readonly self: Value; readonly dim: number; readonly index: number | Expression };
  'aten::select_scatter': {
    readonly self: Value;
    readonly src: Value;
    readonly dim: number;
    readonly index: number | Expression;
  };
  'aten::selu': { readonly self: Value };
  'aten::sgn': { readonly self: Value };
  'aten::sigmoid': { readonly self: Value };
  'aten::sign': { readonly self: Value };
  'aten::signbit': { readonly self: Value };
  'aten::silu': { readonly self: Value };
  'aten::sin': { readonly self: Value };
  'aten::sinc': { readonly self: Value };
  'aten::sinh': { readonly self: Value };
  'aten::slice': {
    readonly self: Value;
    readonly dim: number;
    readonly start: number | Expression | undefined;
    readonly end: number | Expression | undefined;
    readonly step: number | Expression;
  };
  'aten::slice_scatter': {
    readonly self: Value;
    readonly src: Value;
    readonly dim: number;
    readonly start: number | Expression | undefined;
    readonly end: number | Expression | undefined;
    readonly step: number | Expression;
  };
  'aten::slogdet': { readonly self: Value };
  'aten::smooth_l1_loss': {
    readonly self: Value;
    readonly target: Value;
    readonly reduction: number;
    readonly beta: number;
  };
  'aten::soft_margin_loss': { readonly self: Value; readonly target: Value; readonly reduction: number };
  'aten::softmax': { readonly self: Value; readonly dim: number; readonly dtype: DataType | undefined };
  'aten::softplus': { readonly self: Value; readonly beta: Scalar; readonly threshold: Scalar };
  'aten::softshrink': { readonly self: Value; readonly lambd: Scalar };
  'aten::sort': {
    readonly self: Value;
    readonly dim: number;
    readonly descending: boolean;
    readonly stable: boolean | undefined;
  };
  'aten::special_entr': { readonly self: Value };
  'aten::special_ndtr': { readonly self: Value };
  'aten::special_xlog1py': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::split': {
    readonly self: Value;
    readonly split_size: number | Expression | readonly (number | Expression)[] | undefined;
    readonly dim: number;
    readonly split_sizes: readonly number[] | undefined;
  };
  'aten::split_with_sizes': {
    readonly self: Value;
    readonly split_sizes: readonly (number | Expression)[];
    readonly dim: number;
  };
  'aten::sqrt': { readonly self: Value };
  'aten::square': { readonly self: Value };
  'aten::squeeze': { readonly self: Value; readonly dim: number | readonly number[] | undefined };
  'aten::stack': { readonly tensors: readonly Value[]; readonly dim: number };
  'aten::std': {
    readonly self: Value;
    readonly unbiased: boolean | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
    readonly correction: Scalar | undefined;
  };
  'aten::std_mean': {
    readonly self: Value;
    readonly unbiased: boolean | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
    readonly correction: Scalar | undefined;
  };
  'aten::stft': {
    readonly self: Value;
    readonly n_fft: number;
    readonly hop_length: number | undefined;
    readonly win_length: number | undefined;
    readonly window: Value | undefined;
    readonly normalized: boolean;
    readonly onesided: boolean | undefined;
    readonly return_complex: boolean | undefined;
    readonly align_to_window: boolean | undefined;
    readonly center: boolean | undefined;
    readonly pad_mode: string | undefined;
  };
  'aten::stft.center': {
    readonly self: Value;
    readonly n_fft: number;
    readonly hop_length: number | undefined;
    readonly win_length: number | undefined;
    readonly window: Value | undefined;
    readonly center: boolean;
    readonly pad_mode: string;
    readonly normalized: boolean;
    readonly onesided: boolean | undefined;
    readonly return_complex: boolean | undefined;
    readonly align_to_window: boolean | undefined;
  };
  'aten::sub': { readonly self: Value; readonly other: Value | Scalar; readonly alpha: Scalar };
  'aten::sum': {
    readonly self: Value;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
    readonly dtype: DataType | undefined;
  };
  'aten::swapaxes': { readonly self: Value; readonly axis0: number; readonly axis1: number };
  'aten::sym_size.int': { readonly self: Value; readonly dim: number };
  'aten::t': { readonly self: Value };
  'aten::take': { readonly self: Value; readonly index: Value };
  'aten::take_along_dim': { readonly self: Value; readonly indices: Value; readonly dim: number | undefined };
  'aten::tan': { readonly self: Value };
  'aten::tanh': { readonly self: Value };
  'aten::tensor_split': {
    readonly self: Value;
    readonly sections: number | undefined;
    readonly dim: number;
    readonly indices: readonly number[] | undefined;
    readonly tensor_indices_or_sections: Value | undefined;
  };
  'aten::tensordot': {
    readonly self: Value;
    readonly other: Value;
    readonly dims_self: readonly number[];
    readonly dims_other: readonly number[];
  };
  'aten::threshold': { readonly self: Value; readonly threshold: Scalar; readonly value: Scalar };
  'aten::tile': { readonly self: Value; readonly dims: readonly (number | Expression)[] };
  'aten::to': {
    readonly self: Value;
    readonly dtype: DataType | number | undefined;
    readonly non_blocking: boolean;
    readonly copy: boolean;
    readonly other: Value | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::topk': {
    readonly self: Value;
    readonly k: number | Expression;
    readonly dim: number;
    readonly largest: boolean;
    readonly sorted: boolean;
  };
  'aten::trace': { readonly self: Value };
  'aten::transpose': { readonly self: Value; readonly dim0: number; readonly dim1: number };
  'aten::trapezoid': {
    readonly y: Value;
    readonly x: Value | undefined;
    readonly dim: number;
    readonly dx: Scalar | undefined;
  };
  'aten::trapz': {
    readonly y: Value;
    readonly x: Value | undefined;
    readonly dim: number;
    readonly dx: number | undefined;
  };
  'aten::tril': { readonly self: Value; readonly diagonal: number | Expression };
  'aten::tril_indices': {
    readonly row: number;
    readonly col: number;
    readonly offset: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::triu': { readonly self: Value; readonly diagonal: number | Expression };
  'aten::triu_indices': {
    readonly row: number;
    readonly col: number;
    readonly offset: number;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::true_divide': { readonly self: Value; readonly other: Value | Scalar };
  'aten::trunc': { readonly self: Value };
  'aten::type_as': { readonly self: Value; readonly other: Value };
  'aten::unbind': { readonly self: Value; readonly dim: number };
  'aten::unflatten': { readonly self: Value; readonly dim: number; readonly sizes: readonly (number | Expression)[] };
  'aten::unfold': { readonly self: Value; readonly dimension: number; readonly size: number; readonly step: number };
  'aten::unique_consecutive': {
    readonly self: Value;
    readonly return_inverse: boolean;
    readonly return_counts: boolean;
    readonly dim: number | undefined;
  };
  'aten::unique_dim': {
    readonly self: Value;
    readonly dim: number;
    readonly sorted: boolean;
    readonly return_inverse: boolean;
    readonly return_counts: boolean;
  };
  'aten::unsafe_chunk': { readonly self: Value; readonly chunks: number; readonly dim: number };
  'aten::unsafe_split': { readonly self: Value; readonly split_size: number | Expression; readonly dim: number };
  'aten::unsafe_split_with_sizes': {
    readonly self: Value;
    readonly split_sizes: readonly (number | Expression)[];
    readonly dim: number;
  };
  'aten::unsqueeze': { readonly self: Value; readonly dim: number };
  'aten::upsample_bicubic2d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly align_corners: boolean;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::upsample_bilinear2d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly align_corners: boolean;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::upsample_linear1d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly align_corners: boolean;
    readonly scales: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::upsample_nearest1d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly scales: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::upsample_nearest2d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::upsample_nearest3d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly scales_d: number | undefined;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::upsample_trilinear3d': {
    readonly self: Value | undefined;
    readonly output_size: readonly (number | Expression)[] | undefined;
    readonly align_corners: boolean;
    readonly scales_d: number | undefined;
    readonly scales_h: number | undefined;
    readonly scales_w: number | undefined;
    readonly input: Value | undefined;
    readonly scale_factors: readonly number[] | undefined;
  };
  'aten::var': {
    readonly self: Value;
    readonly unbiased: boolean | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
    readonly correction: Scalar | undefined;
  };
  'aten::var_mean': {
    readonly self: Value;
    readonly unbiased: boolean | undefined;
    readonly dim: readonly number[] | undefined;
    readonly keepdim: boolean | undefined;
    readonly correction: Scalar | undefined;
  };
  'aten::vdot': { readonly self: Value; readonly other: Value };
  'aten::view': {
    readonly self: Value;
    readonly size: readonly (number | Expression)[] | undefined;
    readonly dtype: DataType | undefined;
  };
  'aten::view_as': { readonly self: Value; readonly other: Value };
  'aten::view_as_complex': { readonly self: Value };
  'aten::view_as_real': { readonly self: Value };
  'aten::vsplit': {
    readonly self: Value;
    readonly sections: number | undefined;
    readonly indices: readonly number[] | undefined;
  };
  'aten::vstack': { readonly tensors: readonly Value[] };
  'aten::where.Scalar': { readonly condition: Value; readonly self: Scalar; readonly other: Scalar };
  'aten::where.ScalarOther': { readonly condition: Value; readonly self: Value; readonly other: Scalar };
  'aten::where.ScalarSelf': { readonly condition: Value; readonly self: Scalar; readonly other: Value };
  'aten::where.self': { readonly condition: Value; readonly self: Value; readonly other: Value };
  'aten::xlogy': { readonly self: Value | Scalar; readonly other: Value | Scalar };
  'aten::zero': { readonly self: Value };
  'aten::zeros': {
    readonly size: readonly (number | Expression)[];
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
  'aten::zeros_like': {
    readonly self: Value;
    readonly dtype: DataType | undefined;
    readonly pin_memory: boolean | undefined;
  };
}
