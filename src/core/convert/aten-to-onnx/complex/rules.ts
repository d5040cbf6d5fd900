/** The rules of nodes that take or give complex numbers, by operator. */
import type { Node } from '../../../ir/node.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { ORIGINALS } from '../aliases.ts';
import { complexArithmetic } from './arithmetic.ts';
import type { ComplexLowering, Parts } from './complex.ts';
import { fourier } from './fourier.ts';
import { isPartwise, type LooseArguments, partwise } from './partwise.ts';
import { shortTimeTransforms } from './short-time.ts';

export const COMPLEX_RULES: ReadonlyMap<string, ComplexLowering<never>> = new Map(
  [complexArithmetic, fourier, shortTimeTransforms].flatMap((family) => Object.entries<ComplexLowering<never>>(family)),
);

type ComplexRule = (args: LooseArguments, onnx: OnnxBuilder, node: Node) => Parts | readonly Parts[];

/** The rule of a node on complex numbers; undefined where ONNX cannot say it with real ones, or nobody has said how. */
export function complexRuleOf(node: Node): ComplexRule | undefined {
  if (node.domain !== 'aten') return undefined;
  const op = ORIGINALS.get(node.op) ?? node.op;
  const name = `aten::${op}`;
  // The arguments are read by the schema that the rule is typed by.
  const own = (COMPLEX_RULES.get(`${name}.${node.overload}`) ?? COMPLEX_RULES.get(name)) as ComplexRule | undefined;
  return own ?? (isPartwise(node.op) || isPartwise(op) ? partwise : undefined);
}
