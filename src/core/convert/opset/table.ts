/** All adapters, by operator and step. */
import { activations } from './activations.ts';
import type { Adapter } from './adapter.ts';
import { bits } from './bits.ts';
import { blocks } from './blocks.ts';
import { col2im } from './col2im.ts';
import { comparisons } from './comparisons.ts';
import { constants } from './constants.ts';
import { DECOMPOSITIONS } from './decompositions/table.ts';
import { images } from './images.ts';
import { indexing } from './indexing.ts';
import { legacy } from './legacy.ts';
import { legacyDown } from './legacy-down.ts';
import { ML_ADAPTERS } from './ml/table.ts';
import { normalizations } from './normalizations.ts';
import { ordering } from './ordering.ts';
import { powers } from './powers.ts';
import { quantization } from './quantization.ts';
import { reducedScatter } from './reduced-scatter.ts';
import { reductions } from './reductions.ts';
import { renamed } from './renamed.ts';
import { shapes } from './shapes.ts';

/** Those of ai.onnx. */
export const ADAPTERS: readonly Adapter[] = [
  ...activations,
  ...comparisons,
  ...bits,
  ...constants,
  ...normalizations,
  ...reductions,
  ...shapes,
  ...blocks,
  ...indexing,
  ...ordering,
  ...reducedScatter,
  ...images,
  ...col2im,
  ...powers,
  ...quantization,
  ...renamed,
  ...legacy,
  ...legacyDown,
  ...DECOMPOSITIONS,
];

const byStep = new Map<string, Adapter>();
for (const adapter of [...ADAPTERS, ...ML_ADAPTERS]) {
  const { domain = '', from, to } = adapter;
  for (const op of adapter.operators) byStep.set(`${domain}.${op} ${from} ${to}`, adapter);
}

/** How an operator goes from an opset to its neighbour; undefined where no rule was written. */
export function adapterFor(op: string, from: number, to: number, domain = ''): Adapter | undefined {
  return byStep.get(`${domain}.${op} ${from} ${to}`);
}
