/** A custom operator as its user declares it in graphwright.ops.json: the whole truth of one operator, as data. */
import type { Attribute } from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import type { ValueType } from '../ir/type.ts';
import type { PatternRule } from '../passes/pass.ts';
import type { CustomForward } from './forwards.ts';
import { liveOperatorOf } from './live.ts';
import type { ShapeRule } from './shape-rule.ts';

export type CustomAttributeType = 'float' | 'int' | 'string' | 'floats' | 'ints' | 'strings' | 'bool';

export interface CustomInput {
  readonly name: string;
  readonly optional: boolean;
}

export interface CustomOutput {
  readonly name: string;
  /** A type by name, or that of an input; undefined where the source records it. */
  readonly dtype: DataType | { readonly input: number } | undefined;
  /** Undefined where the source records shapes. */
  readonly shape: ShapeRule | undefined;
}

export interface CustomAttribute {
  readonly name: string;
  readonly type: CustomAttributeType;
  readonly default: Attribute | undefined;
}

/**
 * What an entry stands for: an operator of the source, a Python function or autograd Function that live capture records as an
 * operator, a PyTorch module class, or a Caffe layer type.
 */
export type StandsFor =
  | { readonly kind: 'operator'; readonly operator: string }
  | { readonly kind: 'function'; readonly python: string }
  | { readonly kind: 'module'; readonly className: string }
  | { readonly kind: 'layer'; readonly layer: string };

/** A function in ONNX text, or one among several. */
export interface CustomBody {
  readonly text: string;
  /** Where the text stands, for messages. */
  readonly file: string;
  /** Which function it is; the one of the operator's name by default. */
  readonly name: string | undefined;
}

export interface CustomOperator {
  readonly domain: string;
  readonly name: string;
  readonly standsFor: StandsFor;
  readonly inputs: readonly CustomInput[];
  readonly outputs: readonly CustomOutput[];
  readonly attributes: readonly CustomAttribute[];
  /** A function body in ONNX text; undefined for an operator that only the runtime knows. */
  readonly body: CustomBody | undefined;
  /** The file and line of the entry, for messages. */
  readonly file: string;
  readonly line: number;
}

/** What an entry stands for, in words: `acme::swish`, `the function acme.swish`, `the module class acme.Gate`. */
export function standsForText({ standsFor }: CustomOperator): string {
  switch (standsFor.kind) {
    case 'operator':
      return standsFor.operator;
    case 'function':
      return `the function ${standsFor.python}`;
    case 'module':
      return `the module class ${standsFor.className}`;
    case 'layer':
      return `the layer type ${standsFor.layer}`;
  }
}

/** All definitions that hold for a model; later files win. */
export class CustomOperators {
  private readonly byOperator = new Map<string, CustomOperator>();
  private readonly byModule = new Map<string, CustomOperator>();
  private readonly byLayer = new Map<string, CustomOperator>();
  private readonly byName = new Map<string, CustomOperator>();

  constructor(
    readonly all: readonly CustomOperator[] = [],
    /** Forwards of pickled modules; later ones win. */
    readonly forwards: readonly CustomForward[] = [],
    /** Rewrite rules, for simplification. */
    readonly rules: readonly PatternRule[] = [],
  ) {
    for (const definition of all) {
      this.byName.set(`${definition.domain}::${definition.name}`, definition);
      const { standsFor } = definition;
      const operator = standsFor.kind === 'operator' ? standsFor.operator : liveOperatorOf(standsFor);
      if (operator !== undefined) this.byOperator.set(operator, definition);
      if (standsFor.kind === 'module') this.byModule.set(standsFor.className, definition);
      if (standsFor.kind === 'layer') this.byLayer.set(standsFor.layer, definition);
    }
  }

  /** The definition for an operator of the source, such as `acme::swish` (without its overload), or one of live capture. */
  forOperator(operator: string): CustomOperator | undefined {
    return this.byOperator.get(operator);
  }

  /** The definition for a module class, such as `my.net.Swish`. */
  forModule(className: string): CustomOperator | undefined {
    return this.byModule.get(className);
  }

  /** The definition for a Caffe layer type. */
  forLayer(type: string): CustomOperator | undefined {
    return this.byLayer.get(type);
  }

  /** The definition of an operator of the result, such as `acme::Swish`. */
  named(operator: string): CustomOperator | undefined {
    return this.byName.get(operator);
  }
}

export const NO_CUSTOM_OPERATORS = new CustomOperators();

/**
 * The types of the outputs by the definition's own rules; undefined where it has no rule and only the source can say.
 * `inputs` are the types of the inputs in the order of the definition; `attributes` are those of the node.
 */
export function outputTypes(
  definition: CustomOperator,
  inputs: readonly (ValueType | undefined)[],
  attributes: ReadonlyMap<string, Attribute>,
): (ValueType | undefined)[] {
  const shapes = inputs.map((type) => (type?.kind === 'tensor' ? type.shape : undefined));
  const integer = (name: string) => {
    const found = attributes.get(name) ?? definition.attributes.find((each) => each.name === name)?.default;
    return found?.type === 'int' ? Number(found.value) : undefined;
  };
  return definition.outputs.map(({ dtype, shape }) => {
    const from = typeof dtype === 'object' ? inputs[dtype.input] : undefined;
    const resolved = typeof dtype === 'string' ? dtype : from?.kind === 'tensor' ? from.dtype : undefined;
    return resolved && { kind: 'tensor', dtype: resolved, shape: shape?.evaluate({ shapes, integer }) };
  });
}
