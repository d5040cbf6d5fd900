/** Operators that newer opsets brought, said in a few lines of ONNX text by the operators of the opset before. */
import { compileRule } from '../../../passes/pattern/compile.ts';
import { matchRule } from '../../../passes/pattern/match.ts';
import { patternOperators } from '../../../passes/pattern/operators.ts';
import { parseRule } from '../../../passes/pattern/parse.ts';
import { makeReplacement, NotMade } from '../../../passes/pattern/replace.ts';
import { type Adapter, adapter, down, tooOld } from '../adapter.ts';

/**
 * The adapter of an operator that `version` brought. Each text is a rule as docs/simplification.md describes it: the
 * operator with its attributes, the conditions, and what says the same. The first that fits is taken; where none does, the
 * problem says what the last one wanted.
 */
export function decomposed(version: number, ...texts: readonly string[]): Adapter {
  const opsets = { from: version - 1, to: version };
  const compile = () => texts.map((text) => compileRule(parseRule(text), { opsets }));
  let rules: ReturnType<typeof compile> | undefined;
  return adapter(down(version, operatorOf(texts)), (node, onnx) => {
    rules ??= compile();
    let reason = '';
    for (const rule of rules) {
      const match = matchRule(rule, node, version, (failure) => {
        reason = failure.reason;
      });
      if (!match) continue;
      try {
        const made = makeReplacement(rule, match, {}, onnx, () => undefined);
        return node.outputs.map((output) => made.get(output) ?? output);
      } catch (error) {
        if (error instanceof NotMade) tooOld(node, version, error.message);
        throw error;
      }
    }
    return tooOld(node, version, reason);
  });
}

function operatorOf(texts: readonly string[]): string {
  const [operator = ''] = patternOperators(texts[0] ?? '').flatMap(({ roots }) => roots);
  return operator;
}
