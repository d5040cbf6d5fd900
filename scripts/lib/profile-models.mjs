/** Models of one node, as bytes: see scripts/profile-onnxruntime.mjs. */
import proto from '../../generated/onnx.js';
import { attributeOf } from './profile-probe.mjs';

const { ModelProto, AttributeProto } = proto.onnx;

const CODES = {
  ...{ float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10 },
  ...{ float64: 11, uint32: 12, uint64: 13, complex64: 14, complex128: 15, bfloat16: 16, float8e4m3fn: 17 },
  ...{ float8e4m3fnuz: 18, float8e5m2: 19, float8e5m2fnuz: 20, uint4: 21, int4: 22, float4e2m1: 23, float8e8m0: 24 },
  ...{ uint2: 25, int2: 26, float6e2m3: 27, float6e3m2: 28 },
};

/** Attributes without which a schema or its inference refuses a node. */
const ATTRIBUTES = {
  Einsum: { equation: 'i->i' },
  GRU: { hidden_size: 1 },
  LSTM: { hidden_size: 1 },
  RNN: { hidden_size: 1 },
  Loop: { body: ['loop'] },
  Scan: { body: ['scan'], num_scan_inputs: 1 },
  If: { then_branch: ['condition'], else_branch: ['condition'] },
  SequenceMap: { body: ['same'] },
  Constant: { value: 'tensor' },
  // Left out, it ends the process of a release before 1.10.
  NegativeLogLikelihoodLoss: { reduction: 'mean' },
  SoftmaxCrossEntropyLoss: { reduction: 'mean' },
  Upsample: { scales: [1, 1, 1, 1], width_scale: 1, height_scale: 1 },
  DepthToSpace: { blocksize: 2 },
  SpaceToDepth: { blocksize: 2 },
  RandomNormal: { shape: [1] },
  RandomUniform: { shape: [1] },
  LabelEncoder: { keys_int64s: [1], values_int64s: [1] },
  TreeEnsemble: {
    ...{ nodes_featureids: [0], nodes_falseleafs: [1], nodes_falsenodeids: [0], nodes_trueleafs: [1] },
    ...{ nodes_truenodeids: [0], leaf_targetids: [0], tree_roots: [0], n_targets: 1, aggregate_function: 1 },
    ...{ leaf_weights: 'tensor', nodes_splits: 'tensor', nodes_modes: 'bytes', post_transform: 0 },
  },
};
/** Optional inputs without which inference refuses a node. */
const GIVEN = { Optional: ['V'], Loop: ['I', 'B'] };
/** How many variadic inputs fit the bodies below; 1, or as many as there must be, where absent. */
const VARIADIC = { SequenceMap: () => 0, Scan: (opset) => (opset < 9 ? 2 : 1) };

/** Scan had a state and a sequence by themselves until opset 9. */
function isOldScan(name, opset) {
  return name === 'Scan' && opset < 9;
}

/** Inputs of an operator that has a rank, so that inference does not stumble over a scalar. */
const RANKED = { Scan: [2, 3], Loop: [], SequenceMap: [1] };

/**
 * The bytes of a model of one node, whose type variables are as `wish` says. Optional inputs are left out, but for those
 * of `variable`. A constant is read by another node: a few releases end over a graph that computes nothing.
 */
export function modelOf({ domain, name, opset, irVersion, imports = {}, further = [] }, schema, wish, variable) {
  const typeOf = ({ type }) => wish[type] ?? (schema.types[type] ? schema.types[type][0] : type);
  const inputs = schema.inputs.flatMap((formal, k) => {
    if (formal.kind === 'optional' && formal.type !== variable && !GIVEN[name]?.includes(formal.type))
      return [undefined];
    const count = formal.kind === 'variadic' ? (VARIADIC[name]?.(opset) ?? Math.max(formal.least, 1)) : 1;
    return Array.from({ length: count }, (_, n) => ({ name: `i${k}_${n}`, type: typeOf(formal) }));
  });
  while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop();
  const outputs = isOldScan(name, opset)
    ? ['o0', 'o1']
    : schema.outputs.filter(({ kind }) => kind !== 'optional').map((_, k) => `o${k}`);
  const given = inputs.filter((each) => each !== undefined);
  const isGiven = (each) => further.some((other) => other.name === each.name);
  const node = {
    opType: name,
    domain,
    input: inputs.map((each) => each?.name ?? ''),
    output: outputs.length > 0 ? outputs : ['o0'],
    attribute: [...attributesOf(name, schema, wish, opset).filter((each) => !isGiven(each)), ...further],
  };
  const nodes = name === 'Constant' ? [node, { opType: 'Identity', input: ['o0'], output: ['read'] }] : [node];
  const versions = { '': 7, ...(domain === '' ? {} : { [domain]: opset }), ...imports };
  if (domain === '') versions[''] = opset;
  const model = {
    irVersion,
    opsetImport: Object.entries(versions).map(([key, version]) => ({ domain: key, version })),
    graph: {
      name: 'g',
      node: nodes,
      input: given.map((each) => ({ name: each.name, type: typeProto(each.type, RANKED[name]) })),
      output: nodes.at(-1).output.map((each) => ({ name: each })),
    },
  };
  return ModelProto.encode(model).finish();
}

function attributesOf(name, schema, wish, opset) {
  const special = ATTRIBUTES[name] ?? {};
  const made = [];
  const typed = attributeOf(schema);
  for (const { name: key, type, required } of schema.attributes) {
    const value = special[key];
    if (key === typed && outputType(schema, wish)) made.push(intOf(key, CODES[outputType(schema, wish)]));
    else if (value !== undefined) made.push(specialOf(key, value, type, wish, opset));
    else if (required) made.push(plainOf(key, type));
  }
  return made;
}

/** The type of a variable that no input has. */
function outputType(schema, wish) {
  const only = schema.outputs.find(
    ({ type }) => schema.types[type] && !schema.inputs.some((each) => each.type === type),
  );
  return only && wish[only.type]?.replace(/^seq\((.*)\)$/, '$1');
}

export function intOf(name, i) {
  return { name, type: AttributeProto.AttributeType.INT, i };
}

export function plainOf(name, type) {
  const { AttributeType } = AttributeProto;
  switch (type) {
    case 'int':
      return intOf(name, 1);
    case 'float':
      return { name, type: AttributeType.FLOAT, f: 1 };
    case 'string':
      return { name, type: AttributeType.STRING, s: Buffer.from('a') };
    case 'ints':
      return { name, type: AttributeType.INTS, ints: [1, 1] };
    case 'floats':
      return { name, type: AttributeType.FLOATS, floats: [1] };
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: [Buffer.from('a')] };
    default:
      return { name, type: AttributeType.TENSOR, t: { dims: [1], dataType: 1, floatData: [1] } };
  }
}

function specialOf(name, value, type, wish, opset) {
  const { AttributeType } = AttributeProto;
  if (type === 'graph') return { name, type: AttributeType.GRAPH, g: bodyOf(value[0], wish, opset) };
  if (value === 'bytes') return { name, type: AttributeType.TENSOR, t: { dims: [1], dataType: 2, int32Data: [0] } };
  if (value === 'tensor' && wish.T === 'float64')
    return { name, type: AttributeType.TENSOR, t: { dims: [1], dataType: 11, doubleData: [1] } };
  if (value === 'tensor') return plainOf(name, 'tensor');
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (typeof value === 'number' && type === 'float') return { name, type: AttributeType.FLOAT, f: value };
  if (typeof value === 'number') return intOf(name, value);
  if (type === 'floats') return { name, type: AttributeType.FLOATS, floats: value };
  return { name, type: AttributeType.INTS, ints: value };
}

/** The smallest graph that an operator with a body takes. */
function bodyOf(kind, wish, opset) {
  const type = wish.V ?? 'float32';
  const same = (from, to) => ({ opType: 'Identity', input: [from], output: [to] });
  const value = (name, each, dims) => ({ name, type: each && typeProto(each, dims) });
  switch (kind) {
    // Constants in a branch are refused by releases before 1.10 where the IR version is 3.
    case 'condition':
      return { name: 'b', node: [same('i0_0', 'c')], output: [value('c', 'bool')] };
    case 'loop':
      return {
        name: 'b',
        node: [same('going', 'on')],
        input: [value('n', 'int64', []), value('going', 'bool', []), value('v', type)],
        output: [value('on', 'bool', []), value('v', type)],
      };
    case 'scan':
      return opset < 9
        ? {
            name: 'b',
            node: [same('s', 't'), same('v', 'w')],
            input: [value('s', type), value('v', type)],
            output: [value('t', type), value('w', type)],
          }
        : { name: 'b', node: [same('v', 'w')], input: [value('v', type)], output: [value('w', type)] };
    default: {
      const element = /^seq\((.*)\)$/.exec(wish.S ?? '')?.[1] ?? 'float32';
      return { name: 'b', node: [same('v', 'w')], input: [value('v', element)], output: [value('w', element)] };
    }
  }
}

function typeProto(type, dims) {
  const [, kind, inner] = /^(seq|optional|map)\((.*)\)$/.exec(type) ?? [];
  if (kind === 'seq') return { sequenceType: { elemType: typeProto(inner) } };
  if (kind === 'optional') return { optionalType: { elemType: typeProto(inner) } };
  if (kind === 'map') {
    const [key, value] = inner.split(',').map((each) => each.trim());
    return { mapType: { keyType: CODES[key], valueType: typeProto(value) } };
  }
  return {
    tensorType: { elemType: CODES[type], ...(dims && { shape: { dim: dims.map((dimValue) => ({ dimValue })) } }) },
  };
}
