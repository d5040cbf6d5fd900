/**
 * The values that some attributes are limited to. Source: the attribute descriptions in the operator schemas of ONNX 1.23.1
 * (docs/Operators.md and docs/Operators-ml.md; of older versions, docs/Changelog.md and docs/Changelog-ml.md, in the
 * section of the operator), and for the activations of RNN, GRU and LSTM the list in the operator's own description.
 */
import type { OperatorSchema } from './operators.ts';

/** A row holds from a version of the operator on, until the next row of the same operator. */
interface Row<Values> {
  readonly domain?: string;
  readonly operators: readonly string[];
  readonly attribute: string;
  readonly since?: number;
  readonly values: Values;
}

const PADDED = ['AveragePool', 'Conv', 'ConvInteger', 'ConvTranspose', 'LpPool', 'MaxPool', 'QLinearConv'];
const RECURRENT = ['GRU', 'LSTM', 'RNN'];
const LOSSES = ['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'];
const SCATTERS = ['ScatterElements', 'ScatterND'];
const TREES = ['TreeEnsembleClassifier', 'TreeEnsembleRegressor'];
const SCORED = ['LinearClassifier', 'LinearRegressor', 'SVMClassifier', 'SVMRegressor', ...TREES];
const ML = 'ai.onnx.ml';

/** Attributes of one text, or of a list of texts that are each limited so. */
export const WORDS: readonly Row<readonly string[]>[] = [
  { operators: PADDED, attribute: 'auto_pad', values: ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'] },
  { operators: ['BitShift'], attribute: 'direction', values: ['LEFT', 'RIGHT'] },
  { operators: ['Cast', 'CastLike'], attribute: 'round_mode', since: 24, values: ['up', 'down', 'nearest'] },
  {
    operators: ['Cast'],
    attribute: 'to',
    values: [
      'FLOAT',
      'UINT8',
      'INT8',
      'UINT16',
      'INT16',
      'INT32',
      'INT64',
      'STRING',
      'BOOL',
      'FLOAT16',
      'DOUBLE',
      'UINT32',
      'UINT64',
      'COMPLEX64',
      'COMPLEX128',
    ],
  },
  { operators: ['CausalConvWithState'], attribute: 'activation', values: ['none', 'silu', 'swish'] },
  { operators: ['DepthToSpace'], attribute: 'mode', since: 11, values: ['DCR', 'CRD'] },
  { operators: ['SpaceToDepth'], attribute: 'mode', since: 28, values: ['DCR', 'CRD'] },
  { operators: ['Gelu'], attribute: 'approximate', values: ['none', 'tanh'] },
  { operators: ['GridSample'], attribute: 'mode', values: ['bilinear', 'nearest', 'bicubic'] },
  { operators: ['GridSample'], attribute: 'mode', since: 20, values: ['linear', 'nearest', 'cubic'] },
  { operators: ['GridSample'], attribute: 'padding_mode', values: ['zeros', 'border', 'reflection'] },
  { operators: ['ImageDecoder'], attribute: 'pixel_format', values: ['RGB', 'BGR', 'Grayscale'] },
  { operators: ['LinearAttention'], attribute: 'update_rule', values: ['linear', 'gated', 'delta', 'gated_delta'] },
  { operators: LOSSES, attribute: 'reduction', values: ['none', 'sum', 'mean'] },
  { operators: ['Pad'], attribute: 'mode', values: ['constant', 'reflect', 'edge'] },
  { operators: ['Pad'], attribute: 'mode', since: 19, values: ['constant', 'reflect', 'edge', 'wrap'] },
  { operators: RECURRENT, attribute: 'direction', values: ['forward', 'reverse', 'bidirectional'] },
  {
    operators: RECURRENT,
    attribute: 'activations',
    values: [
      'Relu',
      'Tanh',
      'Sigmoid',
      'Affine',
      'LeakyRelu',
      'ThresholdedRelu',
      'ScaledTanh',
      'HardSigmoid',
      'Elu',
      'Softsign',
      'Softplus',
    ],
  },
  { operators: ['Resize'], attribute: 'mode', values: ['nearest', 'linear'] },
  { operators: ['Resize'], attribute: 'mode', since: 11, values: ['nearest', 'linear', 'cubic'] },
  {
    operators: ['Resize'],
    attribute: 'nearest_mode',
    since: 11,
    values: ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
  },
  {
    operators: ['Resize'],
    attribute: 'coordinate_transformation_mode',
    since: 11,
    values: [
      'half_pixel',
      'pytorch_half_pixel',
      'align_corners',
      'asymmetric',
      'tf_half_pixel_for_nn',
      'tf_crop_and_resize',
    ],
  },
  {
    operators: ['Resize'],
    attribute: 'coordinate_transformation_mode',
    since: 13,
    values: ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'tf_crop_and_resize'],
  },
  {
    operators: ['Resize'],
    attribute: 'coordinate_transformation_mode',
    since: 19,
    values: [
      'half_pixel',
      'half_pixel_symmetric',
      'pytorch_half_pixel',
      'align_corners',
      'asymmetric',
      'tf_crop_and_resize',
    ],
  },
  {
    operators: ['Resize'],
    attribute: 'keep_aspect_ratio_policy',
    since: 18,
    values: ['stretch', 'not_larger', 'not_smaller'],
  },
  { operators: ['RoiAlign'], attribute: 'mode', values: ['avg', 'max'] },
  {
    operators: ['RoiAlign'],
    attribute: 'coordinate_transformation_mode',
    since: 16,
    values: ['half_pixel', 'output_half_pixel'],
  },
  { operators: SCATTERS, attribute: 'reduction', since: 16, values: ['none', 'add', 'mul'] },
  { operators: SCATTERS, attribute: 'reduction', since: 18, values: ['none', 'add', 'mul', 'max', 'min'] },
  { operators: ['StringNormalizer'], attribute: 'case_change_action', values: ['NONE', 'LOWER', 'UPPER'] },
  { operators: ['TensorScatter'], attribute: 'mode', values: ['linear', 'circular'] },
  { operators: ['TfIdfVectorizer'], attribute: 'mode', values: ['TF', 'IDF', 'TFIDF'] },
  { operators: ['Upsample'], attribute: 'mode', values: ['nearest', 'bilinear'] },
  { operators: ['Upsample'], attribute: 'mode', since: 7, values: ['nearest', 'linear'] },
  { domain: ML, operators: ['CastMap'], attribute: 'cast_to', values: ['TO_FLOAT', 'TO_STRING', 'TO_INT64'] },
  { domain: ML, operators: ['CastMap'], attribute: 'map_form', values: ['DENSE', 'SPARSE'] },
  { domain: ML, operators: ['Normalizer'], attribute: 'norm', values: ['MAX', 'L1', 'L2'] },
  {
    domain: ML,
    operators: SCORED,
    attribute: 'post_transform',
    values: ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'],
  },
  {
    domain: ML,
    operators: ['SVMClassifier', 'SVMRegressor'],
    attribute: 'kernel_type',
    values: ['LINEAR', 'POLY', 'RBF', 'SIGMOID'],
  },
  {
    domain: ML,
    operators: TREES,
    attribute: 'nodes_modes',
    values: ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ', 'LEAF'],
  },
  {
    domain: ML,
    operators: ['TreeEnsembleRegressor'],
    attribute: 'aggregate_function',
    values: ['AVERAGE', 'SUM', 'MIN', 'MAX'],
  },
  {
    domain: 'ai.onnx.preview.training',
    operators: ['Momentum'],
    attribute: 'mode',
    values: ['standard', 'nesterov'],
  },
];

/** Integers that stand for something: what each means. */
export const NUMBERS: readonly Row<Readonly<Record<number, string>>>[] = [
  {
    operators: ['Attention'],
    attribute: 'qk_matmul_output_mode',
    since: 23,
    values: { 0: 'scores', 1: 'after the softcap', 2: 'after the mask', 3: 'after softmax' },
  },
  { operators: RECURRENT, attribute: 'layout', since: 14, values: { 0: 'sequence first', 1: 'batch first' } },
  {
    operators: ['NonMaxSuppression'],
    attribute: 'center_point_box',
    values: { 0: 'y1, x1, y2, x2', 1: 'centre x, centre y, width, height' },
  },
  { operators: ['MaxPool'], attribute: 'storage_order', since: 8, values: { 0: 'row major', 1: 'column major' } },
  { operators: ['Mod'], attribute: 'fmod', values: { 0: 'sign of the divisor', 1: 'sign of the dividend' } },
  { operators: ['LpNormalization'], attribute: 'p', values: { 1: 'L1', 2: 'L2' } },
  {
    domain: ML,
    operators: ['TreeEnsemble'],
    attribute: 'aggregate_function',
    values: { 0: 'average', 1: 'sum', 2: 'minimum', 3: 'maximum' },
  },
  {
    domain: ML,
    operators: ['TreeEnsemble'],
    attribute: 'post_transform',
    values: { 0: 'none', 1: 'softmax', 2: 'logistic', 3: 'softmax zero', 4: 'probit' },
  },
];

/** Integers that mean no where they are 0 and yes where they are 1, whatever the operator. */
export const FLAGS: ReadonlySet<string> = new Set([
  'align_corners',
  'allowzero',
  'antialias',
  'broadcast',
  'ceil_mode',
  'count_include_pad',
  'detect_negative',
  'detect_positive',
  'exclude_outside',
  'exclusive',
  'input_forget',
  'interleaved',
  'inverse',
  'is_case_sensitive',
  'is_causal',
  'is_test',
  'keepdims',
  'largest',
  'linear_before_reset',
  'multi_class',
  'new_axis',
  'noop_with_empty_axes',
  'one_class',
  'onesided',
  'output_sequence',
  'periodic',
  'reverse',
  'saturate',
  'select_last_index',
  'sorted',
  'spatial',
  'training_mode',
  'transA',
  'transB',
  'upper',
  'zeros',
]);

/** Integers that are codes of element types (dtype-codes.ts), whatever the operator. */
export const ELEMENT_TYPES: ReadonlySet<string> = new Set([
  'dtype',
  'output_datatype',
  'output_dtype',
  'precision',
  'softmax_precision',
  'stash_type',
  'to',
]);

const FLAG = { 0: 'no', 1: 'yes' } as const;

/** The texts that an attribute, or each item of it, may be in this version; undefined where any will do. */
export function allowedWords(schema: OperatorSchema, attribute: string): readonly string[] | undefined {
  const type = schema.attributes.get(attribute)?.type;
  return type === 'string' || type === 'strings' ? valuesOf(words, schema, attribute) : undefined;
}

/** What the integers that an attribute may be in this version mean; undefined where any will do. */
export function numberMeanings(
  schema: OperatorSchema,
  attribute: string,
): Readonly<Record<number, string>> | undefined {
  if (schema.attributes.get(attribute)?.type !== 'int') return undefined;
  return valuesOf(numbers, schema, attribute) ?? (FLAGS.has(attribute) ? FLAG : undefined);
}

/** Whether an attribute is an integer that names an element type. */
export function holdsElementType(schema: OperatorSchema, attribute: string): boolean {
  return ELEMENT_TYPES.has(attribute) && schema.attributes.get(attribute)?.type === 'int';
}

type Index<Values> = ReadonlyMap<string, readonly Row<Values>[]>;

const words = indexed(WORDS);
const numbers = indexed(NUMBERS);

function indexed<Values>(rows: readonly Row<Values>[]): Index<Values> {
  const index = new Map<string, Row<Values>[]>();
  for (const row of rows) {
    for (const operator of row.operators) {
      const key = keyOf(row.domain ?? '', operator, row.attribute);
      index.set(key, [...(index.get(key) ?? []), row]);
    }
  }
  return index;
}

function keyOf(domain: string, operator: string, attribute: string): string {
  return `${domain}:${operator}:${attribute}`;
}

/** Of the rows, oldest first, the last that this version has reached. */
function valuesOf<Values>(index: Index<Values>, schema: OperatorSchema, attribute: string): Values | undefined {
  const rows = index.get(keyOf(schema.domain, schema.name, attribute));
  return rows?.findLast(({ since = 1 }) => since <= schema.since)?.values;
}
