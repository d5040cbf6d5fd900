/**
 * Two convolutions, or two matrix products, with constant weights one behind the other: one with the weights of both, where
 * these are not more than before. Regroups floating point, nothing else. Rules: the ONNX operator specification.
 */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { perChannel } from './affine.ts';
import { type Composed, composed, type LinearMap } from './linear-maps.ts';
import { isAllOf, isComputable, mapped, type Numbers, numbersOf, tensorOf } from './numbers.ts';
import { instead, named, producerOf, type Site, simplification } from './rule.ts';

const MOST_CHANNELS = 1 << 16;

/** A constant that nobody else reads: it goes when its reader does. */
function ownWeight(value: Value | undefined, rank?: number) {
  const constant = value?.useCount === 1 ? constantOf(value) : undefined;
  const fits = constant && isComputable(constant.dtype) && constant.count > 0;
  return fits && (rank === undefined || constant.shape.length === rank) ? constant : undefined;
}

const convolutions = simplification({
  name: 'convolution-chain',
  title: 'Makes one of two convolutions, one of which has windows of one element, where that takes no more weights',
  operators: 'Conv ConvTranspose',
  reassociates: true,
  replace(node, site) {
    const inner = producerOf(node.input(0), node, 'Conv', 'ConvTranspose');
    const [first, second] = [inner && convolution(inner), convolution(node)];
    if (!inner || !first || !second || inner.output().useCount !== 1) return undefined;
    const kept = isPointwise(node) ? inner : isPointwise(inner) ? node : undefined;
    if (!kept) return undefined;
    const reason = unfit(inner, node, kept, first);
    if (reason) return site.missed(reason, inner, node);
    const both = composed(first, second, first.weight.dtype);
    const { inputs } = first;
    const { outputs } = second;
    const kernel = (kept === inner ? first : second).weight.shape.slice(2);
    const window = first.window * second.window;
    const weight =
      kept.op === 'ConvTranspose'
        ? both?.weight([inputs, outputs, ...kernel], { output: window, input: outputs * window })
        : both?.weight([outputs, inputs / both.groups, ...kernel], {
            output: (inputs / both.groups) * window,
            input: window,
          });
    if (!both || !weight) return site.missed('both have fewer weights than one would have', inner, node);
    const strides = (kept.ints('strides') ?? kernel.map(() => 1n)).map(
      (stride, k) => Number(stride) * (kept === inner ? strideOf(node, k) : 1),
    );
    const onnx = site.from(kept);
    const [value] = onnx.same(
      [inner.input(0), graphConstant(site, node.input(1), weight), biasValue(site, both, first)],
      {
        group: both.groups === 1 ? undefined : both.groups,
        strides: strides.every((k) => k === 1) ? undefined : strides,
      },
    );
    return value && instead(node, value, `${named(inner)} and ${named(node)} are one convolution`);
  },
});

/** Why two convolutions are not one, of which one has windows of one element; undefined where they are. */
function unfit(inner: Node, node: Node, kept: Node, first: LinearMap): string | undefined {
  const groups = [inner, node].some((each) => each.int('group', 1n) !== 1n);
  if (kept.op === 'ConvTranspose' && groups) return 'its channels are in groups';
  if (kept === inner) {
    const strides = node.ints('strides', []).some((stride) => stride !== 1n);
    const known = inner.op === 'Conv' && !padsBySize(inner);
    return strides && !known ? 'the second leaves places out' : undefined;
  }
  if (inner.ints('strides', []).some((stride) => stride !== 1n)) return 'the first leaves places out';
  // At the border the windows of the second see zeros, not what the first adds.
  const pads = node.op !== 'Conv' || padsBySize(node) || node.ints('pads', []).some((pad) => pad !== 0n);
  return first.bias && pads ? 'what the first adds is missing at the border' : undefined;
}

function padsBySize(node: Node): boolean {
  return node.string('auto_pad', 'NOTSET').startsWith('SAME');
}

function strideOf(node: Node, axis: number): number {
  return Number(node.ints('strides')?.[axis] ?? 1n);
}

/** A convolution that looks at one element of each channel and pads nothing. */
function isPointwise(node: Node): boolean {
  const weight = node.input(1);
  const window = weight && constantOf(weight)?.shape.slice(2);
  return (
    node.op === 'Conv' &&
    (window?.every((size) => size === 1) ?? false) &&
    node.ints('pads', []).every((pad) => pad === 0n)
  );
}

function convolution(node: Node): LinearMap | undefined {
  const weight = ownWeight(node.input(1));
  const [rows = 1, columns = 1, ...kernel] = weight?.shape ?? [];
  const groups = Number(node.int('group', 1n));
  const transposed = node.op === 'ConvTranspose';
  const bias = biasOf(node.input(2), 1, transposed ? columns * groups : rows);
  if (!weight || !bias || weight.shape.length < 3) return undefined;
  const window = kernel.reduce((product, size) => product * size, 1);
  return transposed
    ? {
        weight,
        places: { output: window, input: columns * window },
        outputs: columns * groups,
        inputs: rows,
        groups,
        window,
        bias: bias.numbers,
      }
    : {
        weight,
        places: { output: columns * window, input: window },
        outputs: rows,
        inputs: columns * groups,
        groups,
        window,
        bias: bias.numbers,
      };
}

/** What an input adds to each channel, times `factor`: no numbers where it adds nothing, nothing where that is not known. */
function biasOf(
  value: Value | undefined,
  factor: number,
  channels: number,
): { readonly numbers?: Numbers } | undefined {
  if (!value) return {};
  const given = numbersOf(value, MOST_CHANNELS);
  const values = given && perChannel(given, 0, given.shape.length, given.shape.length - 1, channels);
  if (!values) return undefined;
  const numbers = mapped({ shape: [channels], values }, (each) => each * factor);
  return isAllOf(numbers, 0) ? {} : { numbers };
}

function biasValue(site: Site, { bias }: Composed, { weight }: LinearMap): Value | undefined {
  return bias && site.onnx.constant(tensorOf(bias, weight.dtype));
}

function graphConstant(site: Site, named: Value | undefined, constant: LinearMap['weight']): Value {
  return site.onnx.initializer(named?.name, constant);
}

const products = simplification({
  name: 'product-chain',
  title: 'Makes one of two products with constant matrices, where that takes no more weights',
  operators: 'MatMul Gemm',
  reassociates: true,
  replace(node, site) {
    const before = matrixBefore(node);
    const second = before && matrix(node);
    if (!before || !second || node.int('transA', 0n) !== 0n) return undefined;
    const { product, first, reader } = before;
    const x = product.input(0);
    const both = composed(first, second, first.weight.dtype);
    const weight = both?.weight([first.inputs, second.outputs], { output: 1, input: second.outputs });
    if (!both || !weight) return site.missed('both have fewer weights than one would have', product, node);
    const gemm = [product, node].some(({ op }) => op === 'Gemm');
    // Gemm had to be given something to add.
    if (!x || (gemm && !both.bias && site.onnx.opset < 11)) return undefined;
    const [matrixValue, bias] = [graphConstant(site, node.input(1), weight), biasValue(site, both, first)];
    const reason = `${[product, ...reader, node].map(named).join(', ')} are one product`;
    if (gemm) {
      const transA = Number(product.int('transA', 0n));
      const inputs = [x, matrixValue, ...(bias ? [bias] : [])] as const;
      return instead(node, site.onnx.Gemm(...inputs, transA === 0 ? {} : { transA }), reason);
    }
    const value = site.onnx.MatMul(x, matrixValue);
    return instead(node, bias ? site.onnx.Add(value, bias) : value, reason);
  },
});

/** The product whose rows a product reads, and the Add between them. */
function matrixBefore(node: Node) {
  const product = producerOf(node.input(0), node, 'MatMul', 'Gemm');
  if (product) {
    const first = product.output().useCount === 1 ? matrix(product) : undefined;
    return first && { product, first, reader: [] };
  }
  const add = producerOf(node.input(0), node, 'Add');
  if (add?.output().useCount !== 1) return undefined;
  for (const index of [0, 1]) {
    const inner = producerOf(add.input(index), node, 'MatMul');
    const map = inner?.output().useCount === 1 ? matrix(inner) : undefined;
    const added = map && biasOf(add.input(1 - index), 1, map.outputs);
    const rank = add.input(1 - index)?.rank ?? Number.POSITIVE_INFINITY;
    if (inner && map && added && rank <= (inner.output().rank ?? 0))
      return { product: inner, first: { ...map, bias: added.numbers }, reader: [add] };
  }
  return undefined;
}

function matrix(node: Node): LinearMap | undefined {
  const weight = ownWeight(node.input(1), 2);
  const [rows = 1, columns = 1] = weight?.shape ?? [];
  // A vector on the left has no rows.
  if (!weight || (node.input(0)?.rank ?? 0) < 2) return undefined;
  const shared = { weight, groups: 1, window: 1 };
  if (node.op === 'MatMul')
    return { ...shared, places: { output: 1, input: columns }, outputs: columns, inputs: rows, bias: undefined };
  const turned = node.int('transB', 0n) !== 0n;
  const outputs = turned ? rows : columns;
  const bias = biasOf(node.input(2), node.float('beta', 1), outputs);
  if (!bias || node.float('alpha', 1) !== 1) return undefined;
  return {
    ...shared,
    places: turned ? { output: columns, input: 1 } : { output: 1, input: columns },
    outputs,
    inputs: turned ? columns : rows,
    bias: bias.numbers,
  };
}

export const linearChainRules: readonly PatternRule[] = [convolutions, products];
