/** Reshape, Transpose and Reshape that are one operator. Rules: the ONNX operator specification, where these are written out. */
import { Tensor } from '../../ir/tensor.ts';
import type { PatternRule } from '../pass.ts';
import type { Match } from '../pattern/match.ts';
import type { Made } from '../pattern/replace.ts';
import { textRule } from '../pattern/text-rule.ts';

const around = (perm: string) => `
    t = Reshape <...> (x, apart)
    y = Reshape <...> (Transpose <perm = ${perm}> (t), together)`;

/** Which of the six axes are the block's; where height, width and channels stand; at which opsets there is the mode. */
const TO_SPACE = {
  DCR: { perm: '[0, 3, 4, 1, 5, 2]', block: [1, 2], opsets: { from: 7 }, attributes: '' },
  CRD: { perm: '[0, 1, 4, 2, 5, 3]', block: [2, 3], opsets: { from: 11 }, attributes: ', mode = "CRD"' },
};

export const depthToSpace: readonly PatternRule[] = Object.entries(TO_SPACE).map(
  ([
    mode,
    {
      perm,
      block: [a, b],
      opsets,
      attributes,
    },
  ]) =>
    textRule({
      name: `depth-to-space-${mode.toLowerCase()}`,
      title: `Makes one DepthToSpace (mode ${mode}) of Reshape, Transpose and Reshape`,
      opsets,
      reassociates: false,
      rule: `${around(perm)}
        where rank(x) == 4, rank(t) == 6, rank(y) == 4, dim(t, ${a}) == dim(t, ${b}), dim(t, 0) == dim(x, 0),
          dim(t, 4) == dim(x, 2), dim(t, 5) == dim(x, 3), dim(y, 0) == dim(x, 0),
          dim(y, 2) == dim(x, 2) * dim(t, ${a}), dim(y, 3) == dim(x, 3) * dim(t, ${a})
        => y = DepthToSpace <blocksize = dim(t, ${a})${attributes}> (x)`,
    }),
);

/** ONNX has the one order of channels: the place within the block comes first. */
export const spaceToDepth = textRule({
  name: 'space-to-depth',
  title: 'Makes one SpaceToDepth of Reshape, Transpose and Reshape',
  reassociates: false,
  rule: `${around('[0, 3, 5, 1, 2, 4]')}
    where rank(x) == 4, rank(t) == 6, rank(y) == 4, dim(t, 3) == dim(t, 5), dim(t, 0) == dim(x, 0),
      dim(t, 1) == dim(x, 1), dim(t, 2) * dim(t, 3) == dim(x, 2), dim(t, 4) * dim(t, 5) == dim(x, 3),
      dim(y, 0) == dim(x, 0), dim(y, 2) == dim(t, 2), dim(y, 3) == dim(t, 4)
    => y = SpaceToDepth <blocksize = dim(t, 3)> (x)`,
});

/** Channel k of the result is channel k // groups of group k % groups. */
function shuffled({ value }: Match): Made | string {
  const [, groups, size] = value('t')?.shape ?? [];
  if (typeof groups !== 'number' || typeof size !== 'number') return 'the number of channels is not known';
  const order = Array.from({ length: groups * size }, (_, k) => (k % groups) * size + Math.floor(k / groups));
  return { order: Tensor.of('int64', [order.length], order) };
}

/** Frameworks know the three operators; Gather is for targets that have no axes to exchange. */
export const channelShuffle = textRule({
  name: 'channel-shuffle',
  title: 'Makes one Gather of the three operators that exchange channels between groups',
  reassociates: false,
  rule: `${around('[0, 2, 1, 3, 4]')} or ${around('[0, 2, 1, 3]')}
    where rank(x) >= 3, dim(t, 0) == dim(x, 0), dim(t, 1) * dim(t, 2) == dim(x, 1), shape(y) == shape(x)
    => y = Gather <axis = 1> (x, order)`,
  make: { names: ['order'], from: shuffled },
});

export const rearrangementFusions: readonly PatternRule[] = [...depthToSpace, spaceToDepth];
