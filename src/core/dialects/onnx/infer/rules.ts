/** The rule of every operator of the ONNX domains, by family. */
import type { OperatorSchema } from '../operators.ts';
import { control } from './control.ts';
import { convolution } from './convolution.ts';
import { creation } from './creation.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import { learning } from './learning.ts';
import { matrices } from './matrices.ts';
import { normalization } from './normalization.ts';
import { parts } from './parts.ts';
import { pooling } from './pooling.ts';
import { quantization } from './quantization.ts';
import { reductions } from './reductions.ts';
import { reshaping } from './reshaping.ts';
import { resizing } from './resizing.ts';
import type { Rule, Rules } from './rule.ts';
import { sequences } from './sequences.ts';
import { signals } from './signals.ts';
import { text } from './text.ts';
import { training } from './training.ts';
import { transformers } from './transformers.ts';

const RULES: Readonly<Record<string, Rules>> = {
  '': {
    ...elementwise,
    ...creation,
    ...quantization,
    ...normalization,
    ...reductions,
    ...convolution,
    ...pooling,
    ...matrices,
    ...transformers,
    ...reshaping,
    ...parts,
    ...resizing,
    ...indexing,
    ...signals,
    ...text,
    ...sequences,
    ...control,
  },
  'ai.onnx.ml': learning,
  'ai.onnx.preview': { FlexAttention: transformers.FlexAttention as Rule },
  'ai.onnx.preview.training': training,
};

/** The rule of an operator; undefined where its outputs have the types of its schema and nothing more is known. */
export function ruleOf({ domain, name }: Pick<OperatorSchema, 'domain' | 'name'>): Rule | undefined {
  const rules = RULES[domain];
  return rules && Object.hasOwn(rules, name) ? rules[name] : undefined;
}
