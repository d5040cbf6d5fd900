/**
 * Which new versions of operators mean something else although their signatures say the same, and which mean the same
 * although they have more attributes. Reviewed against the operator changelog of ONNX (versions 1 to 28). Everything that
 * is not listed and whose signature changed needs an adapter.
 */

/** Versions above this were not reviewed: nothing passes there without an adapter. */
export const REVIEWED_UP_TO = 28;

/**
 * `Operator@version`: the same inputs, outputs and attributes as the version before, but a change in what is computed or
 * in the values that an attribute takes. Each has an adapter that tells the cases apart, or is refused.
 */
export const MEANING_CHANGED: ReadonlySet<string> = new Set([
  // A slope for each channel lines up from the right.
  'PRelu@7',
  // Broadcasting among any number of inputs.
  'Max@8',
  'Mean@8',
  'Min@8',
  'Sum@8',
  // Negative indices count from the end; before, they gave a row of off-values.
  'OneHot@11',
  // SAME_UPPER and SAME_LOWER changed places.
  'ConvTranspose@11',
  // Resizing without sizes, regions of interest made optional.
  'Resize@13',
  // `max` and `min`.
  'ScatterElements@18',
  'ScatterND@18',
  // `wrap`.
  'Pad@19',
  // `half_pixel_symmetric`.
  'Resize@19',
  // Windows that would start in the padding at the end are ignored.
  'AveragePool@22',
  'LpPool@22',
  'MaxPool@22',
  // Where a causal mask begins.
  'Attention@24',
  // Half floats, which are added up in float32.
  'Range@27',
  // Shifting signed integers, and by more than there are bits.
  'BitShift@28',
  // The remainder of floats that has the sign of the divisor.
  'Mod@28',
]);

/**
 * `Operator@version`: attributes that this version brought, whose defaults are what the version before did. Going up
 * nothing changes; going down they may be left out where they have their default.
 */
export const ATTRIBUTES_ADDED: Readonly<Record<string, readonly string[]>> = {
  'AveragePool@7': ['count_include_pad'],
  'MaxPool@8': ['storage_order'],
  'AveragePool@10': ['ceil_mode'],
  'MaxPool@10': ['ceil_mode', 'dilations'],
  'DepthToSpace@11': ['mode'],
  'TopK@11': ['largest', 'sorted'],
  'ArgMax@12': ['select_last_index'],
  'ArgMin@12': ['select_last_index'],
  'GatherND@12': ['batch_dims'],
  'Reshape@14': ['allowzero'],
  'GRU@14': ['layout'],
  'LSTM@14': ['layout'],
  'RNN@14': ['layout'],
  'Shape@15': ['start', 'end'],
  'ScatterElements@16': ['reduction'],
  'ScatterND@16': ['reduction'],
  'LpPool@18': ['ceil_mode', 'dilations'],
  'Cast@19': ['saturate'],
  'CastLike@19': ['saturate'],
  'QuantizeLinear@19': ['saturate'],
  'AveragePool@19': ['dilations'],
  'DequantizeLinear@21': ['block_size'],
  'QuantizeLinear@21': ['block_size', 'output_dtype'],
  'DequantizeLinear@23': ['output_dtype'],
  'QuantizeLinear@23': ['precision'],
  'Cast@24': ['round_mode'],
  'CastLike@24': ['round_mode'],
};

/** `Operator@version`: the type variables were rearranged, or inputs made optional, and nothing else. */
export const ONLY_REARRANGED: ReadonlySet<string> = new Set([
  'Gemm@11',
  'Loop@11',
  'BatchNormalization@15',
  'Identity@14',
  'DequantizeLinear@19',
  'QuantizeLinear@19',
  'OptionalHasElement@18',
  'QLinearMatMul@21',
]);
