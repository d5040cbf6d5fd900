/**
 * Brings the arguments of a call into the form of an entry: tensors become its inputs, other arguments its attributes, by
 * name where the source names them and the entry knows the name, else in order. Nothing is lost in silence.
 */
import type { Attribute } from '../ir/attribute.ts';
import type { CustomAttributeType, CustomOperator } from './definition.ts';

export interface CallArgument<T> {
  /** The source's own name for it; undefined where the file only has its position. */
  readonly name: string | undefined;
  readonly content: ArgumentContent<T>;
}

export type ArgumentContent<T> =
  /** One tensor, or a list of them; undefined for None among them. */
  | { readonly kind: 'tensors'; readonly tensors: readonly (T | undefined)[] }
  /** `usual` says that it has its default, so that an entry need not speak of it. */
  | { readonly kind: 'attribute'; readonly attribute: Attribute; readonly usual?: boolean }
  | { readonly kind: 'none' }
  /** Something that no attribute holds, in words. */
  | { readonly kind: 'other'; readonly what: string };

/** A call in the form of an entry. */
export interface Fit<T> {
  /** One for each input of the entry. */
  readonly inputs: readonly (T | undefined)[];
  readonly attributes: Map<string, Attribute>;
  /** Why the call does not fit, in words; empty where it does. */
  readonly misfits: readonly string[];
}

/** Fits a call to an entry. Where it does not fit, what does is there all the same, so that more can be looked at. */
export function fitCall<T>(definition: CustomOperator, args: readonly CallArgument<T>[]): Fit<T> {
  const fitting = new Fitting<T>(definition);
  fitting.inOrder(args.filter((argument) => !fitting.byName(argument)));
  fitting.finish();
  return fitting;
}

class Fitting<T> implements Fit<T> {
  readonly attributes = new Map<string, Attribute>();
  readonly misfits: string[] = [];
  private readonly slots: { tensor: T | undefined; taken: boolean }[];
  /** Attributes that have a value, or None. */
  private readonly settled = new Set<string>();

  constructor(private readonly definition: CustomOperator) {
    this.slots = definition.inputs.map(() => ({ tensor: undefined, taken: false }));
  }

  get inputs(): readonly (T | undefined)[] {
    return this.slots.map((slot) => slot.tensor);
  }

  /** Places an argument whose name the entry knows; false where it does not. */
  byName({ name, content }: CallArgument<T>): boolean {
    if (name === undefined) return false;
    const slot = this.definition.inputs.findIndex((input) => input.name === name);
    const attribute = this.definition.attributes.find((each) => each.name === name);
    switch (content.kind) {
      case 'tensors':
        if (slot < 0 || slot + content.tensors.length > this.slots.length) return false;
        content.tensors.forEach((tensor, k) => {
          this.place(slot + k, tensor);
        });
        return true;
      case 'attribute':
        if (!attribute) return false;
        this.settle(attribute.name, attribute.type, content.attribute);
        return true;
      case 'none':
        if (slot >= 0) this.place(slot, undefined);
        if (attribute) this.settled.add(attribute.name);
        return slot >= 0 || attribute !== undefined;
      case 'other':
        return false;
    }
  }

  /** Places the others: tensors in the inputs, values in the attributes that are left. */
  inOrder(args: readonly CallArgument<T>[]): void {
    const slots = [...this.slots.keys()].filter((k) => !this.slots[k]?.taken);
    const names = this.definition.attributes.filter(({ name }) => !this.settled.has(name));
    const noneIsInput = this.meaningOfNone(args, slots.length, names.length);
    for (const { name, content } of args) {
      switch (content.kind) {
        case 'tensors':
          for (const tensor of content.tensors) this.place(slots.shift(), tensor);
          break;
        case 'attribute': {
          const next = content.usual ? undefined : names.shift();
          if (next) this.settle(next.name, next.type, content.attribute);
          else if (!content.usual) {
            const which = name ?? valueText(content.attribute);
            this.misfits.push(`the call gives ${which}, for which the entry has no attribute`);
          }
          break;
        }
        case 'none': {
          const slot = noneIsInput ? slots.shift() : undefined;
          if (slot !== undefined) this.place(slot, undefined);
          else {
            const next = names.shift();
            if (next) this.settled.add(next.name);
          }
          break;
        }
        case 'other':
          this.misfits.push(`the call gives ${content.what}, which no attribute can hold`);
      }
    }
  }

  /** Fills in defaults, and looks for what is missing. */
  finish(): void {
    const { inputs, attributes } = this.definition;
    const surplus = this.slots.length - inputs.length;
    if (surplus > 0) {
      const count = this.slots.filter((slot) => slot.tensor !== undefined).length;
      const names = inputs.length === 0 ? '' : ` (${inputs.map((input) => input.name).join(', ')})`;
      this.misfits.push(
        `the call gives ${counted(count, 'tensor')}, and the entry has ${counted(inputs.length, 'input')}${names}`,
      );
      this.slots.length = inputs.length;
    }
    inputs.forEach(({ name, optional }, k) => {
      const slot = this.slots[k];
      if (slot?.tensor !== undefined || optional) return;
      this.misfits.push(
        slot?.taken
          ? `the call gives None for the input ${name}, which the entry does not say is optional`
          : `the call gives nothing for the input ${name}`,
      );
    });
    for (const { name, default: value } of attributes) {
      if (this.settled.has(name) && (this.attributes.has(name) || !value)) continue;
      if (value) this.attributes.set(name, value);
      else this.misfits.push(`the call gives nothing for the attribute ${name}, and the entry has no default for it`);
    }
  }

  /**
   * Whether None among arguments without names stands for an input. Where some of both are missing that cannot be told,
   * which matters when something follows.
   */
  private meaningOfNone(args: readonly CallArgument<T>[], slots: number, names: number): boolean {
    const count = (kind: ArgumentContent<T>['kind']) => args.filter(({ content }) => content.kind === kind).length;
    if (count('none') === 0) return true;
    const tensors = args.reduce(
      (sum, { content }) => sum + (content.kind === 'tensors' ? content.tensors.length : 0),
      0,
    );
    const [inputsLeft, attributesLeft] = [slots - tensors, names - count('attribute')];
    const first = args.findIndex(({ content }) => content.kind === 'none');
    const followed = args.slice(first).some(({ content }) => content.kind !== 'none');
    if (inputsLeft > 0 && attributesLeft > 0 && followed) {
      const reason = 'the file does not name arguments, so one that is None could be an input or an attribute';
      this.misfits.push(`${reason}: declare every argument of the operator that is not None, and no other`);
    }
    return inputsLeft > 0;
  }

  private place(slot: number | undefined, tensor: T | undefined): void {
    if (slot === undefined) {
      if (tensor !== undefined) this.slots.push({ tensor, taken: true });
      return;
    }
    this.slots[slot] = { tensor, taken: true };
  }

  private settle(name: string, type: CustomAttributeType, value: Attribute): void {
    this.settled.add(name);
    const converted = CONVERSIONS[type](value);
    if (converted) this.attributes.set(name, converted);
    else {
      this.misfits.push(
        `the call gives ${valueText(value)} for the attribute ${name}, which the entry says is ${type}`,
      );
    }
  }
}

/** A value as an attribute of the declared type, where that keeps it exactly. */
const CONVERSIONS: Readonly<Record<CustomAttributeType, (value: Attribute) => Attribute | undefined>> = {
  float(value) {
    if (value.type === 'int' && Number.isSafeInteger(Number(value.value)))
      return { type: 'float', value: Number(value.value) };
    return value.type === 'float' ? value : undefined;
  },
  int(value) {
    if (value.type === 'bool') return { type: 'int', value: value.value ? 1n : 0n };
    return value.type === 'int' ? value : undefined;
  },
  bool: (value) => (value.type === 'bool' ? value : undefined),
  string(value) {
    if (value.type === 'dtype') return { type: 'string', value: value.value };
    return value.type === 'string' ? value : undefined;
  },
  floats(value) {
    if (value.type === 'ints') return { type: 'floats', value: value.value.map(Number) };
    return value.type === 'floats' ? value : undefined;
  },
  ints(value) {
    if (value.type === 'bools') return { type: 'ints', value: value.value.map((each) => (each ? 1n : 0n)) };
    return value.type === 'ints' ? value : undefined;
  },
  // An empty list has no type of its own.
  strings: (value) =>
    value.type === 'ints' && value.value.length === 0
      ? { type: 'strings', value: [] }
      : value.type === 'strings'
        ? value
        : undefined,
};

function valueText(attribute: Attribute): string {
  const { value } = attribute;
  if (attribute.type === 'string') return JSON.stringify(String(value));
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
