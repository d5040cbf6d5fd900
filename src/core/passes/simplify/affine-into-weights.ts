/**
 * Scales and shifts of channels that become part of the weights of the operator before them: convolutions, matrix
 * products, normalisations. Regroups floating point, nothing else; weights that would overflow stay as they are.
 */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { type Affine, affineOf, perChannel } from './affine.ts';
import { CARRIERS, type Carrier, carrierOf } from './carriers.ts';
import { instead, named, producerOf, type Replacement, type Site, simplification } from './rule.ts';

function rule(name: string, title: string, operators: string): PatternRule {
  return simplification({ name, title, operators, reassociates: true, replace: intoWeights });
}

function intoWeights(node: Node, site: Site): Replacement | undefined {
  for (const input of node.op === 'BatchNormalization' ? node.inputs.slice(0, 1) : node.inputs) {
    const before = producerOf(input, node, ...CARRIERS);
    if (!before || !input) continue;
    const carrier = carrierOf(before);
    const affine = carrier && affineOf(node, carrier.rank);
    if (!affine || affine.x !== input) continue;
    if (input.useCount !== 1) return site.missed(`what ${named(before)} gives is read elsewhere too`, before, node);
    const value = carried(carrier, affine, site);
    if (value)
      return instead(node, value, `${named(node)} scales and shifts channels by constants: ${named(before)} can`);
  }
  return undefined;
}

function carried(carrier: Carrier, affine: Affine, site: Site): Value | undefined {
  const { rank, axis, channels, node } = carrier;
  const scale = perChannel(affine.scale, 1, rank, axis, channels);
  const shift = perChannel(affine.shift, 0, rank, axis, channels);
  if (!scale || !shift)
    return site.missed('its constants vary along other axes than the channels, or are not finite', node);
  return (
    carrier.build(scale, shift, site) ??
    site.missed('its weights are not finite, would overflow, or are read elsewhere', node)
  );
}

export const foldBatchNormalization = rule(
  'fold-batch-normalization',
  'Makes BatchNormalization part of the weights before it',
  'BatchNormalization',
);

export const affineRules: readonly PatternRule[] = [
  foldBatchNormalization,
  rule('scale-into-weights', 'Makes factors of channels part of the weights before them', 'Mul Div Neg'),
  rule('shift-into-weights', 'Makes what is added to channels part of the bias before it', 'Add Sub'),
];
