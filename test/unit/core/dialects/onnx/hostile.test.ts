/** Whatever nodes a file holds, checking, inferring and stepping end with problems and never with a fault of our own. */
import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import {
  formalAt,
  operatorNames,
  operatorSchema,
  operatorVersions,
} from '../../../../../src/core/dialects/onnx/operators.ts';
import * as attribute from '../../../../../src/core/ir/attribute.ts';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { Expression } from '../../../../../src/core/ir/expression.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { elementCount } from '../../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import type { Value } from '../../../../../src/core/ir/value.ts';
import { generator } from '../../../../../src/core/runtime/inputs.ts';

const DTYPES: readonly DataType[] = ['float32', 'int64', 'bool', 'float16', 'int32', 'string', 'uint8', 'int4'];
const INTEGERS = [0, 1, 2, 3, -1, -2, 7, 64, -100, 2 ** 31, -(2 ** 62)];

class Maker {
  constructor(private readonly random: () => number) {}

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  list<T>(make: () => T, most = 5): T[] {
    return Array.from({ length: Math.floor(this.random() * most) }, make);
  }

  tensor(): Tensor {
    const shape = this.list(() => this.pick([0, 1, 2, 3]), 3);
    const count = elementCount(shape);
    if (this.random() < 0.1) return Tensor.ofStrings(shape, Array(count).fill(new Uint8Array()));
    const values = Array.from({ length: count }, () => this.pick(INTEGERS));
    return Tensor.of(this.pick(['int64', 'int64', 'int64', 'float32', 'bool', 'int32']), shape, values);
  }

  attribute(type: string): attribute.Attribute {
    switch (this.random() < 0.05 ? this.pick(['int', 'ints', 'string', 'float']) : type) {
      case 'float':
        return attribute.float(this.pick([0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]));
      case 'floats':
        return attribute.floats(this.list(() => this.pick([0, 1, -1, 2.5])));
      case 'ints':
        return attribute.ints(this.list(() => this.pick(INTEGERS)));
      case 'string':
        return attribute.string(
          this.pick(['', 'SAME_UPPER', 'none', 'linear', 'bidirectional', 'ij,jk->ik', '...,...']),
        );
      case 'strings':
        return attribute.strings(['a']);
      case 'tensor':
        return attribute.tensor(this.tensor());
      case 'graph':
        return attribute.graph(new Graph('body'));
      default:
        return attribute.int(this.pick(INTEGERS));
    }
  }

  input(graph: Graph): Value | undefined {
    const kind = this.random();
    if (kind < 0.1) return undefined;
    if (kind < 0.4) return graph.addInitializer({ name: `c${graph.initializers.size}`, constant: this.tensor() });
    const dims = [1, 2, 3, 8, 0, undefined, Expression.symbol('N'), Expression.symbol('M')];
    const shape =
      kind < 0.5
        ? undefined
        : Array.from({ length: this.pick([0, 1, 2, 3, 4, 4, 5]) }, () => dims[Math.floor(this.random() * dims.length)]);
    const dtype = this.random() < 0.6 ? 'float32' : this.pick(DTYPES);
    const type = kind < 0.95 ? ({ kind: 'tensor', dtype, shape } as const) : undefined;
    return graph.addInput({ name: `x${graph.inputs.length}`, type });
  }

  model(op: string, opset: number, domain = ''): Model {
    const graph = new Graph('g');
    const schema = operatorSchema(domain, op, opset);
    const count = Math.max(0, (schema?.inputs.length ?? 0) - Math.floor(this.random() * 2));
    const inputs = Array.from({ length: count }, () => this.input(graph));
    const attributes: [string, attribute.Attribute][] = [];
    for (const [name, facts] of schema?.attributes ?? []) {
      if (facts.required || this.random() < 0.5) attributes.push([name, this.attribute(facts.type)]);
    }
    const outputs = 1 + Math.floor(this.random() * 3);
    const names = Array.from({ length: outputs }, (_, k) => ({ name: `y${k}` })).filter(
      (_, k) => k === 0 || (schema && formalAt(schema.outputs, k)),
    );
    const node = new Node(op, inputs, { domain, attributes, outputs: names });
    graph.nodes.append(node);
    const next = new Node('Relu', [node.output()], { outputs: [{ name: 'z' }] });
    graph.nodes.append(next);
    graph.addOutput(next.output());
    const imports = new Map([
      ['', 22],
      [domain, opset],
    ]);
    return makeModel('onnx', graph, { irVersion: 10, opsetImports: imports });
  }
}

test('random nodes of every operator at every version', () => {
  const maker = new Maker(generator(11));
  let sound = 0;
  for (const op of operatorNames('')) {
    for (const version of operatorVersions('', op)) {
      for (let round = 0; round < 6; round++) {
        const before = maker.model(op, Math.max(1, version));
        // Nobody says what types the random graphs have.
        const errors = checkOnnx(before).filter((each) => each.severity === 'error' && each.code !== 'type-missing');
        if (errors.length === 0) sound++;
        for (const { message } of inferModel(before)) expect(message).not.toContain('undefined');
        const { problems } = convertOpset(before, maker.pick([7, 9, 12, 13, 16, 18, 20, 22, 24]));
        for (const { message } of problems) expect(message).not.toContain('undefined');
      }
    }
  }
  // Some must be valid, or nothing but the checks of arity was tried.
  expect(sound).toBeGreaterThan(300);
});

test('random nodes of the other domains of the standard', () => {
  const maker = new Maker(generator(12));
  for (const domain of ['ai.onnx.ml', 'ai.onnx.preview', 'ai.onnx.preview.training']) {
    for (const op of operatorNames(domain)) {
      for (const version of operatorVersions(domain, op)) {
        for (let round = 0; round < 10; round++) {
          const model = maker.model(op, version, domain);
          for (const { message } of [...inferModel(model), ...checkOnnx(model)])
            expect(message).not.toContain('undefined');
        }
      }
    }
  }
});

test('names of objects are no operators', () => {
  const maker = new Maker(generator(1));
  for (const op of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const model = maker.model(op, 20);
    expect(checkOnnx(model).length).toBeGreaterThan(0);
    expect(inferModel(model)).toEqual([]);
    expect(convertOpset(model, 17).model).toBe(model);
  }
});
