/** What single operators ask of their nodes beyond what a schema can say (onnx/defs: NumOutputs, and the text of the operators). */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { dtypeOfCode } from './dtype-codes.ts';
import type { OperatorSchema } from './operators.ts';

type NodeRule = (node: Node, schema: OperatorSchema) => Problem | undefined;

const RULES: Readonly<Record<string, NodeRule>> = {
  // In training it gives all of its statistics, else none of them.
  BatchNormalization(node, schema) {
    const most = schema.outputs.length;
    if (node.outputs.length === 1 || node.outputs.length >= most) return undefined;
    const reason = `has ${node.outputs.length} outputs, but gives either 1 or ${most}`;
    return problem('wrong-arity', node, { reason }, { kind: 'output', index: 1 });
  },

  // From version 11 on its value may come in any of several attributes, each of them optional for that.
  Constant(node, schema) {
    const given = [...node.attributes.keys()].filter((name) => schema.attributes.has(name));
    const names = [...schema.attributes.keys()].join(', ');
    if (given.length === 0 && schema.attributes.size > 1) {
      return problem(
        'attribute-missing',
        node,
        { attribute: 'value', wanted: `or one of ${names}` },
        { kind: 'operator' },
      );
    }
    const [, second] = given;
    if (second === undefined) return undefined;
    const reason = `Constant has the attributes ${given.join(' and ')}, but has one value`;
    return problem('attribute-malformed', node, { attribute: second, reason }, { kind: 'attribute', name: second });
  },

  // From version 13 on an empty list stands for one that is not there (onnx/defs/tensor/utils.cc).
  Resize(node, schema) {
    if (schema.since < 13) return undefined;
    const given = [2, 3].filter((index) => node.input(index) && !isEmpty(node.input(index))).length;
    if (given === 1) return undefined;
    const reason = given === 0 ? 'has neither scales nor sizes' : 'has scales and sizes, but takes one of them';
    return problem('wrong-arity', node, { reason }, given === 0 ? { kind: 'operator' } : { kind: 'input', index: 3 });
  },
};

function isEmpty(value: Value | undefined): boolean {
  return value?.shape?.length === 1 && value.shape[0] === 0;
}

/** Attributes that name an element type by its number, whatever the operator. */
const TYPE_ATTRIBUTES = ['to', 'dtype'];

function checkTypeNumber(node: Node, name: string): Problem | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.type !== 'int' || dtypeOfCode(attribute.value) !== undefined) return undefined;
  const reason = `The attribute ${name} of ${node.operator} is ${attribute.value}, which is the number of no element type`;
  return problem('attribute-malformed', node, { attribute: name, reason }, { kind: 'attribute', name });
}

/** What an operator's own rule finds wrong with a node. */
export function checkOwnRule(node: Node, schema: OperatorSchema): Problem[] {
  if (schema.domain !== '') return [];
  const rule = Object.hasOwn(RULES, schema.name) ? RULES[schema.name] : undefined;
  const numbers = TYPE_ATTRIBUTES.map((name) =>
    schema.attributes.has(name) ? checkTypeNumber(node, name) : undefined,
  );
  return [rule?.(node, schema), ...numbers].filter((found) => found !== undefined);
}
