/** Windows, normalisations and resizing of pictures. */
import type { AttributeGiven, Grow } from '../grow.ts';
import type { Known } from '../program.ts';
import { filled, tensorOf } from '../tensors.ts';
import { type Recipe, someAttributes } from './recipe.ts';

/** A picture: a batch of channels of rows of columns. */
export function picture(grow: Grow): Known {
  const found = grow.find(
    ({ dtype, shape: own }) => dtype === 'float32' && own.length === 4 && own.every((size) => size > 0),
  );
  if (found && grow.chance.flip(0.8)) return found;
  return grow.source(
    filled(grow.chance, 'float32', [
      grow.chance.int(1, 2),
      grow.chance.pick([1, 2, 4]),
      grow.chance.int(3, 7),
      grow.chance.int(3, 7),
    ]),
  );
}

export const conv: Recipe = async (grow) => {
  const x = picture(grow);
  const channels = x.tensor.shape[1] ?? 1;
  const group = grow.chance.flip(0.3) ? channels : 1;
  const out = group * grow.chance.int(1, 3);
  const kernel = [grow.chance.pick([1, 1, 2, 3]), grow.chance.pick([1, 1, 2, 3])];
  const w = grow.constant(filled(grow.chance, 'float32', [out, channels / group, ...kernel]));
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', [out])) : undefined;
  return grow.add('Conv', [x, w, bias], { attributes: { group, ...window(grow, kernel) } });
};

export const convTranspose: Recipe = async (grow) => {
  const x = picture(grow);
  const channels = x.tensor.shape[1] ?? 1;
  const group = grow.chance.flip(0.3) ? channels : 1;
  const per = grow.chance.int(1, 2);
  const w = grow.constant(filled(grow.chance, 'float32', [channels, per, 2, 2]));
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', [per * group])) : undefined;
  return grow.add('ConvTranspose', [x, w, bias], {
    attributes: {
      group,
      strides: grow.chance.pick([undefined, [2, 2]]),
      pads: grow.chance.pick([undefined, [0, 1, 1, 0]]),
    },
  });
};

function window(grow: Grow, kernel: readonly number[]): Record<string, AttributeGiven | undefined> {
  const auto = grow.chance.flip(0.15);
  return {
    kernel_shape: grow.chance.flip(0.8) ? kernel : undefined,
    strides: grow.chance.pick([undefined, undefined, [1, 1], [2, 2], [1, 2]]),
    pads: auto ? undefined : grow.chance.pick([undefined, [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]]),
    auto_pad: auto ? grow.chance.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) : undefined,
  };
}

export const pool: Recipe = async (grow) => {
  const op = grow.chance.pick(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool']);
  const x = picture(grow);
  if (op.startsWith('Global')) return grow.add(op, [x]);
  const kernel = [grow.chance.int(1, 3), grow.chance.int(1, 3)];
  const ceil_mode = grow.opset >= 10 ? grow.chance.pick([undefined, 1]) : undefined;
  return grow.add(op, [x], {
    attributes: {
      ...window(grow, kernel),
      kernel_shape: kernel,
      ceil_mode,
      count_include_pad: grow.chance.pick([undefined, 1]),
    },
  });
};

export const batchNorm: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const channels = x.tensor.shape[1] ?? 1;
  const vector = (positive = false) => {
    const made = filled(grow.chance, 'float32', [channels]);
    return grow.constant(
      positive
        ? tensorOf(
            'float32',
            [channels],
            made.numbers().map((each) => Math.abs(each) + 0.5),
          )
        : made,
    );
  };
  return grow.add('BatchNormalization', [x, vector(), vector(), vector(), vector(true)], {
    attributes: someAttributes(grow, 'BatchNormalization'),
  });
};

export const layerNorm: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const size = [x.tensor.shape.at(-1) ?? 1];
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', size)) : undefined;
  return grow.add('LayerNormalization', [x, grow.constant(filled(grow.chance, 'float32', size)), bias]);
};

export const instanceNorm: Recipe = async (grow) => {
  const x = picture(grow);
  const size = [x.tensor.shape[1] ?? 1];
  return grow.add('InstanceNormalization', [
    x,
    grow.constant(filled(grow.chance, 'float32', size)),
    grow.constant(filled(grow.chance, 'float32', size)),
  ]);
};

export const shuffle: Recipe = async (grow) => {
  const x = picture(grow);
  const op = grow.chance.pick(['DepthToSpace', 'SpaceToDepth']);
  return grow.add(op, [x], {
    attributes: {
      blocksize: grow.chance.pick([1, 2, 2]),
      mode: op === 'DepthToSpace' ? grow.chance.pick([undefined, 'CRD']) : undefined,
    },
  });
};

export const resize: Recipe = async (grow) => {
  const x = picture(grow);
  const scales = { values: [1, 1, grow.chance.pick([1, 2]), grow.chance.pick([1, 1.5, 2])], dtype: 'float32' as const };
  const mode = grow.chance.pick(['nearest', 'linear', undefined]);
  if (grow.opset < 10) return grow.add('Upsample', [x], { settings: { scales }, attributes: { mode } });
  const roi = grow.opset >= 11 && grow.opset < 13 ? grow.constant(tensorOf('float32', [0], [])) : undefined;
  return grow.add('Resize', [x, roi], {
    settings: { scales },
    attributes: { mode, coordinate_transformation_mode: grow.chance.pick([undefined, 'asymmetric', 'align_corners']) },
  });
};
