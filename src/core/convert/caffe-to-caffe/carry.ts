/**
 * Layers by the schema of another framework: each field under the number and name that it has there, what is not said and
 * would mean something else said, and a problem where the framework's layer does not read it, or does not take it.
 */
import { isIgnored, isUnsaid } from '../../dialects/caffe/as-read.ts';
import { type CaffeField, type CaffeMessage, type CaffeSchema, fieldAt } from '../../dialects/caffe/schema.ts';
import { type CaffeVocabulary, layerFacts } from '../../dialects/caffe/vocabulary.ts';
import { isUnknown } from '../../formats/caffe/attributes.ts';
import { schemaFor, schemaOf } from '../../formats/caffe/dialects.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { refuse } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { limitBroken } from '../../targets/layer-limits.ts';
import { numbersAt, ofInt } from './wording.ts';

export class Carrier {
  private readonly schemas: { readonly from: CaffeSchema; readonly to: CaffeSchema };

  constructor(
    private readonly graph: Graph,
    private readonly from: CaffeBackend,
    private readonly to: CaffeBackend,
  ) {
    this.schemas = { from: schemaFor(from), to: schemaFor(to) };
  }

  /** `made`: whether a rule has put it there, so that what it does not say means what BVLC's schema says. */
  layer(node: Node, { made = false, defaults = true } = {}): void {
    this.unsaid(node);
    if (node.op === 'Pooling') this.pooling(node);
    if (this.to.limits.lists !== undefined) sayApart(node);
    for (const [path, attribute] of node.attributes) this.attribute(node, path, attribute);
    this.spell(node);
    this.pair(node);
    this.countFromFront(node);
    this.limits(node);
    for (const value of node.inputs) {
      const { dtype } = value?.constant ?? {};
      // Every Caffe reads single precision, which half and double become; integers mean nothing there.
      if (dtype !== undefined && !dtype.startsWith('float'))
        refuse('dtype-not-taken', node, { target: targetName(this.to), dtype });
    }
    if (defaults) this.defaults(node, made ? schemaOf('bvlc') : this.schemas.from);
  }

  /** Says what a framework takes for said, whatever its schema says. */
  private unsaid(node: Node): void {
    for (const { type, path, dialect, value } of UNSAID) {
      if (type !== node.op || node.attributes.has(path)) continue;
      const own = this.from.base === dialect ? value : undefined;
      const field = fieldAt(this.schemas.from.layer, path);
      const meant = own ?? (this.to.base === dialect ? field?.otherwise : undefined);
      if (meant !== undefined) node.setAttribute(path, attributeOf(meant, field));
    }
  }

  private refuse(node: Node, attribute: string, reason: string): never {
    refuse('unsupported-attribute', node, { target: targetName(this.to), attribute, reason });
  }

  private attribute(node: Node, path: string, attribute: Attribute): void {
    if (isUnknown(path)) this.refuse(node, path, `nothing is known of it in ${this.from.title}`);
    const field = fieldAt(this.schemas.to.layer, path);
    const before = fieldAt(this.schemas.from.layer, path);
    if (!field && isEngine(path)) {
      node.deleteAttribute(path);
      return;
    }
    if (!field) this.refuse(node, path, 'it has no such field');
    if (before && !sameKind(before, field) && !isWhole(attribute, field))
      this.refuse(node, path, 'it is something else there');
    this.single(node, path, attribute, field);
    const { type } = field;
    if (type.kind === 'enum' && attribute.type === 'string' && !type.numbers.has(String(attribute.value)))
      this.refuse(node, path, `${attribute.value} is none of ${[...type.numbers.keys()].join(', ')}`);
    if (isIgnored(this.to.limits, node.op, path) && !isDefault(before, attribute))
      this.refuse(node, path, 'its layer does not read it');
  }

  /** Where the target takes one value, a list of one, or of the same value for each axis, is that value. */
  private single(node: Node, path: string, attribute: Attribute, { repeated }: CaffeField): void {
    if (repeated || attribute.type !== 'ints') return;
    const [first] = attribute.value;
    if (first === undefined || attribute.value.some((value) => value !== first))
      this.refuse(node, path, `it takes one value, not ${attribute.value.join(', ')}`);
    node.setAttribute(path, { type: 'int', value: first });
  }

  /** Rounding has several names: the one of the target takes the place of the one of the source. */
  private pooling(node: Node): void {
    const [own, other] = [this.from.limits.floorPooling, this.to.limits.floorPooling];
    if (!own || own.path === other?.path) return;
    const said = node.attributes.get(own.path);
    if (!said) return;
    node.deleteAttribute(own.path);
    if (String(said.value) !== String(own.value)) return;
    if (!other) this.refuse(node, own.path, 'pooling rounds up there');
    node.setAttribute(other.path, attributeOf(other.value));
  }

  /** What is not said means what the schema says: where the target's says something else, it has to be said. */
  private defaults(node: Node, source: CaffeSchema): void {
    const { parameters } = layerFacts(this.from as Pick<CaffeVocabulary, 'own'>, node.op) ?? {};
    if (parameters === undefined) return;
    const [before, after] = [messageOf(source, parameters), messageOf(this.schemas.to, parameters)];
    for (const [name, field] of before?.fields ?? []) {
      const path = `${parameters}.${name}`;
      const there = after?.fields.get(name);
      if (!there || field.otherwise === there.otherwise || field.repeated || node.attributes.has(path)) continue;
      const meant = field.otherwise ?? ABSENT[path];
      if (meant === undefined) this.refuse(node, path, `it would mean ${there.otherwise} where it is not given`);
      if (meant !== there.otherwise) node.setAttribute(path, attributeOf(meant, field));
    }
  }

  /** Fields for whose absence the framework has values of its own. */
  private spell(node: Node): void {
    const { parameters } = layerFacts(this.from as Pick<CaffeVocabulary, 'own'>, node.op) ?? {};
    for (const path of Object.keys(this.to.limits.unsaid ?? {})) {
      const meant = fieldAt(this.schemas.from.layer, path)?.otherwise;
      if (typeof meant === 'number' && isUnsaid(node.attributes, parameters, path))
        node.setAttribute(path, ofInt(meant));
    }
  }

  /** What is said for one of height and width alone is said for the other too: for both, or nothing. */
  private pair(node: Node): void {
    const { parameters } = layerFacts(this.from as Pick<CaffeVocabulary, 'own'>, node.op) ?? {};
    if (!this.to.limits.readsPairs || parameters === undefined) return;
    for (const name of PAIRED) {
      const path = `${parameters}.${name}`;
      const sides = [`${path}_h`, `${path}_w`];
      const [given] = sides.filter((side) => node.attributes.has(side));
      const other = sides.find((side) => !node.attributes.has(side));
      if (given === undefined || other === undefined) continue;
      node.setAttribute(other, ofInt(numbersAt(node, path)[0] ?? 0));
    }
  }

  private countFromFront(node: Node): void {
    for (const path of this.to.limits.countsFromFront ?? []) {
      const value = Number(node.attributes.get(path)?.value ?? 0);
      const rank = node.input(0)?.shape?.length;
      if (value < 0 && rank !== undefined) node.setAttribute(path, { type: 'int', value: BigInt(value + rank) });
    }
  }

  /** What the framework's layer does not take of one like this, as far as the sizes of its bottoms are known. */
  private limits(node: Node): void {
    const { never, ...held } = this.to.limits.takes?.[node.op] ?? {};
    if (never !== undefined) this.refuse(node, 'this layer', never);
    // Products flatten what they are given (meanings.ts).
    const { axes: _, ...flattening } = held;
    const limits = node.op === 'InnerProduct' ? flattening : held;
    const given = node.inputs.filter((value) => value !== undefined);
    const bottoms = given.filter((value) => !this.graph.initializers.has(value)).map(({ shape }) => shape);
    const blobs = given.flatMap((value) =>
      this.graph.initializers.has(value) && value.constant ? [value.constant.shape] : [],
    );
    if (bottoms.length === 0 || !bottoms.every(isStatic)) return;
    const parameters = Object.fromEntries(
      [...node.attributes].map(([path, { value }]) => [path.split('.').at(-1), plain(value)]),
    );
    const broken = limitBroken(limits, { type: node.op, bottoms, blobs, parameters });
    if (broken !== undefined) this.refuse(node, 'what it is given', broken);
  }
}

export function targetName(to: CaffeBackend): string {
  return `Caffe (${to.title})`;
}

function messageOf(schema: CaffeSchema, field: string): CaffeMessage | undefined {
  const type = schema.layer.fields.get(field)?.type;
  return type?.kind === 'message' ? type.message : undefined;
}

/** Two sizes of a convolution's windows by the fields for height and width. */
function sayApart(node: Node): void {
  for (const [list, name] of [
    ['kernel_size', 'kernel'] as const,
    ['stride', 'stride'] as const,
    ['pad', 'pad'] as const,
  ]) {
    const path = `convolution_param.${list}`;
    const [high, wide, ...more] = numbersAt(node, path);
    if (high === undefined || wide === undefined || more.length > 0 || high === wide) continue;
    node.deleteAttribute(path);
    node.setAttribute(`convolution_param.${name}_h`, ofInt(high));
    node.setAttribute(`convolution_param.${name}_w`, ofInt(wide));
  }
}

/** Fields that may be said for height and width apart, and are nothing where they are not said. */
const PAIRED = ['pad'];

/** What frameworks make of fields that are absent, against their own schemas. */
const UNSAID: readonly { type: string; path: string; dialect: string; value: number | boolean }[] = [
  // OpenCV 4.12, modules/dnn/src/layers/lrn_layer.cpp.
  { type: 'LRN', path: 'lrn_param.alpha', dialect: 'opencv', value: 1e-4 },
  // NVIDIA/caffe, src/caffe/layers/batch_norm_layer.cpp: phase TEST takes what is stored.
  { type: 'BatchNorm', path: 'batch_norm_param.use_global_stats', dialect: 'nvcaffe', value: true },
];

/** Whole numbers as numbers, which limits are. */
function plain(value: unknown): unknown {
  return Array.isArray(value) ? value.map(plain) : typeof value === 'bigint' ? Number(value) : value;
}

/** What fields mean that are absent and have no default: BVLC/caffe, src/caffe/layers/batch_norm_layer.cpp, phase TEST. */
const ABSENT: Readonly<Record<string, boolean>> = { 'batch_norm_param.use_global_stats': true };

/** Whether values of one field can stand in the other. */
function sameKind(a: CaffeField, b: CaffeField): boolean {
  if (a.type.kind !== b.type.kind) return false;
  if (a.type.kind !== 'scalar' || b.type.kind !== 'scalar' || a.type.name === b.type.name) return true;
  return isInteger(a.type.name)
    ? isInteger(b.type.name) || isFloat(b.type.name)
    : isFloat(a.type.name) && isFloat(b.type.name);
}

const isInteger = (name: string) => /^u?int/.test(name);
const isFloat = (name: string) => name === 'float' || name === 'double';

/** What a rule has put there: a whole number, where the source has others too. */
function isWhole(attribute: Attribute, { type }: CaffeField): boolean {
  return attribute.type === 'int' && type.kind === 'scalar' && isInteger(type.name);
}

function isDefault(field: CaffeField | undefined, { value }: Attribute): boolean {
  return field?.otherwise !== undefined && String(field.otherwise) === String(value);
}

function attributeOf(value: string | number | boolean, field?: CaffeField): Attribute {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  const whole = field?.type.kind === 'scalar' && isInteger(field.type.name);
  return whole ? { type: 'int', value: BigInt(value) } : { type: 'float', value };
}

/**
 * Which implementation computes a layer, of which another framework has others: LayerParameter.engine of intel/caffe, `engine` of the
 * parameters in BVLC's. Where one computes something else, meanings.ts says so before.
 */
function isEngine(path: string): boolean {
  return path === 'engine' || path.endsWith('_param.engine');
}
