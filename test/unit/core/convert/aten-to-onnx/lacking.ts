/** Why operators of PyTorch are not converted, by what they have in common. The page of operators lists them so. */

export interface Lack {
  readonly title: string;
  /** Completes "They are not converted: ...". */
  readonly reason: string;
  readonly operators: RegExp;
}

function of(names: string): RegExp {
  return new RegExp(`^(${names.trim().split(/\s+/).join('|')})$`);
}

/** The first that fits counts. */
export const LACKS: readonly Lack[] = [
  {
    title: 'Not asked for yet',
    reason: 'they are made of operators that are converted, and no model has needed them',
    operators: of(`multi_margin_loss multilabel_margin_loss\\w*
      triplet_margin_loss corrcoef cov cumulative_trapezoid nanquantile vander
      linalg_vander range sum_to_size fill_diagonal_ _is_(all|any)_true _dim_arange __i\\w+__ _trilinear native_norm
      linalg__powsum nonzero_numpy nonzero_static unique_dim_consecutive fft_i?hfft[2n] mH matrix_H _conj_copy
      view_as_complex_copy view_as_real_copy _logcumsumexp _reshape_copy as_strided_copy as_strided_scatter
      linalg_tensorinv linalg_tensorsolve linalg_solve_triangular triangular_solve`),
  },
  {
    title: 'Special functions',
    reason: 'ONNX has no such functions, and no composition of its operators is exact',
    operators: of(`lgamma digamma polygamma mvlgamma erfinv i0 igamma igammac
      special_(airy_ai|digamma|erfcx|erfinv|gammainc|gammaincc|gammaln|log_ndtr|multigammaln|ndtri|polygamma|psi|zeta)
      special_i[01]e? special_\\w*bessel_\\w+`),
  },
  {
    title: 'Polynomials of a degree that a tensor holds',
    reason: 'each element has a degree of its own, and so a recurrence of its own length',
    operators: of('special_\\w*polynomial_\\w+'),
  },
  {
    title: 'Factorisations and what needs them',
    reason: 'ONNX has determinants only; eigenvalues and factors come from iterations',
    operators:
      of(`cholesky\\w* _cholesky\\w+ geqrf qr svd lu_\\w+ orgqr ormqr pinverse triangular_solve nuclear_norm matrix_exp
      linalg_(?!vander|_powsum)\\w+`),
  },
  {
    title: 'Random numbers',
    reason: 'no two runs give the same: pass them in as an input of the model',
    operators: of(`binomial cauchy exponential geometric log_normal multinomial normal normal_functional poisson random
      uniform _philox_\\w+ rrelu_with_noise\\w* _fused_dropout _fill_mem_eff_dropout_mask_ fractional_max_pool[23]d`),
  },
  {
    title: 'Training',
    reason: 'they change statistics, make gradients or watch ranges, which a converted model does not',
    operators: of(`_batch_norm_(impl_index|with_update\\w*) batch_norm_(elemt|gather_stats\\w*|stats|update_stats)
      _native_batch_norm_legit_functional embedding_renorm fused_moving_avg_obs_fake_quant _fused_moving_avg_obs\\w+
      _fake_quantize_learnable\\w+ fake_quantize_\\w+_cachemask _fake_quantize_\\w+_cachemask\\w* choose_qparams_optimized
      glu_jvp grad gradient`),
  },
  {
    title: 'Sequences of different lengths',
    reason: 'their results are packed by lengths that only the data tells, in an order that ONNX has no words for',
    operators: of(`_pack_padded_sequence _pack_sequence _pad_packed_sequence segment_reduce to_padded_tensor _grouped_mm
      _chunk_cat ctc_loss`),
  },
  {
    title: 'Statistics',
    reason: 'where bins or ranks lie follows from rounding, or the result among equals is left open',
    operators: of('histc histogram histogramdd _histogramdd\\w+ mode'),
  },
  {
    title: 'Whole numbers and bits',
    reason: "Euclid's algorithm and the bits of a float have no operators in ONNX",
    operators: of('gcd lcm nextafter frexp hash_tensor'),
  },
  {
    title: 'Kernels',
    reason: 'programs name what they stand for: convolutions, interpolations, norms',
    operators: of(`_conv_depthwise2d conv_depthwise3d convolution_overrideable slow_conv\\w+ _slow_conv\\w+ thnn_conv2d
      _grid_sampler_2d_cpu_fallback _scaled_dot_product_fused_attention_overrideable
      _upsample_lanczos2d_aa __interpolate __upsample\\w*`),
  },
  {
    title: 'Memory and its layout',
    reason: 'what shares memory, or where it is, means nothing in a graph of values',
    operators: of(`chalf cpu cuda data from_file resize set slice_inverse _neg_view\\w*
      _reshape_from_tensor _index_put_impl _new_zeros_with_same_feature_meta _efficientzerotensor
      _(indices|values)_copy indices values indices_copy values_copy smm _spdiags flatten_dense_tensors
      unflatten_dense_tensors _ncf_\\w+ _foobar _shape_as_tensor sorted`),
  },
];
