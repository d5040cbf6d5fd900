import { expect, test } from 'vitest';
import type { CustomOperator } from '../../../../src/core/custom/definition.ts';
import { type CallArgument, fitCall } from '../../../../src/core/custom/fit.ts';
import { parseOps } from '../../../../src/core/custom/read.ts';
import { float, int } from '../../../../src/core/ir/attribute.ts';

/** An entry `inputs | attributes`, such as `x bias? | scale:float=1 mode:string`. */
function entry(signature: string): CustomOperator {
  const [inputs = '', attributes = ''] = signature.split('|').map((part) => part.trim());
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  const described = words(attributes).map((word) => {
    const [, name = '', type = '', value] = /^(\w+):(\w+)(?:=(.+))?$/.exec(word) ?? [];
    return [name, { type, ...(value !== undefined && { default: JSON.parse(value) as unknown }) }];
  });
  const operator = {
    name: 'Op',
    domain: 'd',
    for: { operator: 'd::op' },
    inputs: words(inputs).map((word) => (word.endsWith('?') ? { name: word.slice(0, -1), optional: true } : word)),
    outputs: [{ name: 'y' }],
    attributes: Object.fromEntries(described) as object,
  };
  const [made] = parseOps(JSON.stringify({ version: 1, operators: [operator] }), 'ops.json');
  if (!made) throw new Error('no entry');
  return made;
}

/** Arguments such as `t1`, `[t1,t2]`, `None`, `1.5`, `2`, or by name `beta=1.5`. */
function args(text: string): CallArgument<string>[] {
  return text.split(' ').map((word) => {
    const [, name, value = ''] = /^(?:(\w+)=)?(.*)$/.exec(word) ?? [];
    if (value === 'None') return { name, content: { kind: 'none' } };
    if (/^\[?t/.test(value)) {
      const tensors = value.replace(/[[\]]/g, '').split(',');
      return { name, content: { kind: 'tensors', tensors } };
    }
    const attribute = /^-?\d+$/.test(value) ? int(Number(value)) : float(Number(value));
    return { name, content: { kind: 'attribute', attribute } };
  });
}

test.each([
  ['x | beta:float', 't1 1.5', 't1 | beta=1.5'],
  ['x | beta:float', 't1 2', 't1 | beta=2'],
  ['x | beta:float=0.5', 't1', 't1 | beta=0.5'],
  ['x | a:float b:int', 'b=3 x=t1 a=1.5', 't1 | b=3 a=1.5'],
  ['x w | ', 'w=t2 self=t1', 't1 t2 |'],
  ['x bias? y | ', 't1 None t2', 't1 - t2 |'],
  ['x bias? | ', 't1', 't1 - |'],
  ['x | scale:float', 't1 None', 't1 |'],
  ['x | scale:float=2', 't1 None', 't1 | scale=2'],
  ['x bias? | scale:float', 't1 None None', 't1 - |'],
  ['a b c | ', '[t1,t2] t3', 't1 t2 t3 |'],
])('an entry %s takes the call %s as %s', (signature, call, expected) => {
  const { inputs, attributes, misfits } = fitCall(entry(signature), args(call));
  expect(misfits).toEqual([]);
  const values = [...attributes].map(([name, { value }]) => `${name}=${String(value)}`);
  expect(`${inputs.map((input) => input ?? '-').join(' ')} | ${values.join(' ')}`.trim()).toBe(expected);
});

test.each([
  ['x | ', 't1 t2', 'the call gives 2 tensors, and the entry has 1 input (x)'],
  ['x y | ', 't1', 'the call gives nothing for the input y'],
  ['x y | ', 't1 None', 'the call gives None for the input y, which the entry does not say is optional'],
  ['x | ', 't1 1.5', 'the call gives 1.5, for which the entry has no attribute'],
  ['x | ', 't1 alpha=1.5', 'the call gives alpha, for which the entry has no attribute'],
  ['x | n:int', 't1 1.5', 'the call gives 1.5 for the attribute n, which the entry says is int'],
  ['x | n:int', 't1', 'the call gives nothing for the attribute n, and the entry has no default for it'],
  ['x bias? | scale:float=1 slope:float=1', 't1 None 2.5', 'the file does not name arguments, so one that is None'],
])('an entry %s does not take the call %s: %s', (signature, call, reason) => {
  const { misfits } = fitCall(entry(signature), args(call));
  expect(misfits).toHaveLength(1);
  expect(misfits[0]).toContain(reason);
});
