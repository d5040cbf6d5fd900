/** Adapters of gathering, scattering, searching and sampling. */
import { intsOf } from '../../dialects/onnx/data.ts';
import { type Adapter, adapter, constantNumber, down, operand, rankOf, sameIf, tooOld, up } from './adapter.ts';
import { gridSampled } from './decompositions/grid-sample.ts';

const scatter = sameIf(18, ['ScatterElements', 'ScatterND'], (node) => {
  const reduction = node.string('reduction', 'none');
  if (reduction === 'max' || reduction === 'min') tooOld(node, 18, `it keeps the ${reduction}imum`);
});

/** Scatter was renamed; the new one also counts indices from the end. */
const scatterUp = adapter(up(11, 'Scatter'), (node, onnx) =>
  onnx.ScatterElements(operand(node), operand(node, 1), operand(node, 2), { axis: node.int('axis', 0n) }),
);

/** A negative index is a row of off-values until 10, and counts from the end from 11 on. */
const oneHot = sameIf(11, ['OneHot'], (node) => {
  const indices = intsOf(operand(node));
  if (!indices?.every((index) => index >= 0)) tooOld(node, 11, 'a negative index means something else in older opsets');
});

/** k is an attribute until 9. */
const topKDown = adapter(down(10, 'TopK'), (node, onnx) => {
  const k = constantNumber(node, 1, 'k', 10) ?? tooOld(node, 10, 'it lacks k');
  return onnx.same([operand(node)], { k });
});
const topKUp = adapter(up(10, 'TopK'), (node, onnx) => {
  const k = node.int('k') ?? tooOld(node, 9, 'it lacks k');
  return onnx.same([operand(node), onnx.ints([k])], { k: undefined });
});

/** Until 19 the modes had the names of images, and there were only images. */
const MODES = [
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
] as const;
const gridSampleDown = adapter(down(20, 'GridSample'), (node, onnx) => {
  if (rankOf(node) !== 4) return gridSampled(node, onnx, 20);
  const mode = node.string('mode', 'linear');
  return onnx.same(node.inputs, { mode: MODES.find(([now]) => now === mode)?.[1] ?? mode });
});
const gridSampleUp = adapter(up(20, 'GridSample'), (node, onnx) => {
  const mode = node.string('mode', 'bilinear');
  return onnx.same(node.inputs, { mode: MODES.find(([, old]) => old === mode)?.[0] ?? mode });
});

export const indexing: readonly Adapter[] = [
  ...scatter,
  scatterUp,
  ...oneHot,
  topKDown,
  topKUp,
  gridSampleDown,
  gridSampleUp,
];
