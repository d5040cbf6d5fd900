/** HardSigmoid and HardSwish out of the sums, bounds and quotients that stand for them. Rules: the ONNX operator specification. */
import type { PatternRule } from '../pass.ts';
import { textRule } from '../pattern/text-rule.ts';
import { alternatives, clips, FLOATS } from './numbers.ts';

/** relu6(x + 3). */
const SIX = clips('Add (x, 3.0)', '0.0', '6.0');
const CLIP_OF_OLD = 'Clip <min = 0.0, max = 6.0> (Add (x, 3.0))';

export const hardSigmoidOfSix = textRule({
  name: 'relu6-hard-sigmoid',
  title: 'Makes one HardSigmoid of relu6(x + 3) / 6',
  reassociates: true,
  rule: `${alternatives([...SIX, CLIP_OF_OLD].flatMap((six) => [`Div (${six}, 6.0)`, `Mul (${six}, 1 / 6)`]))}
    where ${FLOATS} => y = HardSigmoid <alpha = 1 / 6, beta = 0.5> (x)`,
});

export const hardSigmoid = textRule({
  name: 'hard-sigmoid',
  title: 'Makes one HardSigmoid of alpha * x + beta between 0 and 1',
  reassociates: true,
  rule: `${alternatives(clips('Add (Mul (x, a), b)', '0.0', '1.0'))}
    where ${FLOATS}, rank(a) <= rank(x), rank(b) <= rank(x)
    => y = HardSigmoid <alpha = value(a), beta = value(b)> (x)`,
});

export const hardSwish = textRule({
  name: 'hard-swish',
  title: 'Makes one HardSwish of x * hardsigmoid(x) and of x * relu6(x + 3) / 6',
  opsets: { from: 14 },
  reassociates: true,
  rule: `${alternatives([
    'Mul (x, HardSigmoid <alpha = 1 / 6, beta = 0.5> (x))',
    ...SIX.flatMap((six) => [
      `Div (Mul (x, ${six}), 6.0)`,
      `Mul (Mul (x, ${six}), 1 / 6)`,
      `Mul (x, Div (${six}, 6.0))`,
      `Mul (x, Mul (${six}, 1 / 6))`,
      `Mul (Div (x, 6.0), ${six})`,
      `Mul (Mul (x, 1 / 6), ${six})`,
    ]),
  ])} where ${FLOATS} => y = HardSwish (x)`,
});

export const hardFusions: readonly PatternRule[] = [hardSigmoidOfSix, hardSigmoid, hardSwish];
