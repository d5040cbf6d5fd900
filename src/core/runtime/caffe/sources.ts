/** Layers without a bottom: blobs that stand in the file, and constant data. */
import { type Blob, blobOf, type Layer, number, numbers, refusal, weights } from './blob.ts';

/**
 * Blobs of one number each: BVLC/caffe src/caffe/layers/dummy_data_layer.cpp. Other fillers draw numbers by chance, which no
 * reference can.
 */
const dummyData: Layer = (call) => {
  const { node, tops } = call;
  const read = (path: string) => numbers(node, `dummy_data_param.${path}`);
  const fillers = [...Array(tops).keys()].filter((k) =>
    [...node.attributes.keys()].some((path) => path.startsWith(`dummy_data_param.data_filler[${k}].`)),
  ).length;
  const shapes = [...Array(tops).keys()].map((k) => read(`shape[${k}].dim`));
  return shapes.map((own, k): Blob => {
    const filler = `dummy_data_param.data_filler[${fillers === 1 ? 0 : k}]`;
    const kind = node.string(`${filler}.type`, 'constant');
    if (kind !== 'constant') throw refusal(call, `a filler of type ${kind} gives other numbers each time`);
    const old = ['num', 'channels', 'height', 'width'].map((name) => read(name)[k] ?? read(name)[0]);
    const shape =
      own.length > 0 ? own : (shapes[0] ?? []).length > 0 ? (shapes[0] ?? []) : old.map((size) => size ?? 0);
    const blob = blobOf(shape);
    blob.data.fill(number(node, `${filler}.value`, 0));
    return blob;
  });
};

export const sourceLayers: Readonly<Record<string, Layer>> = {
  // OpenCV's.
  Const: (call) => weights(call, 0),
  DummyData: dummyData,
  Parameter: (call) => weights(call, 0),
};
