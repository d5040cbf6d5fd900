/** Operators that nothing older says, each with the reason. Reviewed against the ONNX operator changelog. */
import { type Adapter, adapter, down, tooOld } from '../adapter.ts';

const REASONS: readonly (readonly [version: number, operators: string, reason: string])[] = [
  [20, 'ImageDecoder', 'older opsets decode no images'],
  [20, 'RegexFullMatch StringConcat StringSplit', 'older opsets do not look into texts'],
  [15, 'Optional OptionalGetElement OptionalHasElement', 'older opsets have no optional values'],
  [10, 'StringNormalizer', 'older opsets do not look into texts'],
  [7, 'Acos Asin Atan Cos Sin Tan', 'older opsets have no functions of angles'],
  [7, 'Multinomial', 'older opsets draw from no list of probabilities'],
];

export const refused: readonly Adapter[] = REASONS.map(([version, operators, reason]) =>
  adapter(down(version, ...operators.split(/\s+/)), (node) => tooOld(node, version, reason)),
);
