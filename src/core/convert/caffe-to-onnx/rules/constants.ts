/** Layers without bottoms that hold numbers: BVLC/caffe, src/caffe/layers/parameter_layer.cpp and dummy_data_layer.cpp; Const of OpenCV. */
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import type { Layer } from '../layer.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

const HOLDER = 'dummy_data_param';

const held: LayerRule = (layer) => {
  const sizes = layer.numbers('parameter_param.shape.dim');
  return sizes.length > 0 ? layer.weight(0, sizes) : layer.weight(0);
};

/** The sizes of a top of DummyData: once for all tops or once for each, by shape or by four numbers of old. */
function dummyShape(layer: Layer, top: number): StaticShape {
  const shapes = layer.count(`${HOLDER}.shape`);
  if (shapes > 0) return layer.numbers(`${HOLDER}.shape[${shapes === 1 ? 0 : top}].dim`);
  return ['num', 'channels', 'height', 'width'].map((name) => {
    const sizes = layer.numbers(`${HOLDER}.${name}`);
    return (sizes.length === 1 ? sizes[0] : sizes[top]) ?? layer.invalid(`it does not say ${name} of top ${top}`);
  });
}

export const constants: LayerRules = {
  Const: held,

  DummyData(layer) {
    const fillers = layer.count(`${HOLDER}.data_filler`);
    return layer.node.outputs.map((_, top) => {
      const filler = `${HOLDER}.data_filler[${fillers > 1 ? top : 0}]`;
      const type = layer.text(`${filler}.type`, 'constant');
      if (type !== 'constant') layer.refuse(`a filler ${type}`, 'it makes other numbers in every run');
      const shape = dummyShape(layer, top);
      const value = layer.number(`${filler}.value`, 0);
      return layer.made(`top_${top}`, shape, () => new Float32Array(elementCount(shape)).fill(value));
    });
  },

  Parameter: held,
};

/** NART's tools take the blob as it is; sizes are there for others. */
const nart: LayerRules = {
  Parameter(layer) {
    for (const name of ['batch', 'm', 'n', 'channel', 'height', 'width', 'shape.dim'])
      layer.numbers(`parameter_param.${name}`);
    return layer.weight(0);
  },
};

export const constantsOf: Readonly<Record<string, LayerRules>> = { nart };
