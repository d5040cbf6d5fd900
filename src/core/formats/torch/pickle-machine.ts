/** What a pickle is run on: a stack with marks, a memo, and bounded reading of operands. The opcodes are in pickle.ts. */
import { InputError } from '../../ir/errors.ts';
import type { PickledCall, PickledGlobal, PickleValue } from './archive.ts';

/** How the machine turns what a pickle asks for into records. None of it runs code of the file. */
export interface PickleMeaning {
  /** A class or function is named: throws where that is unsafe. */
  global(name: string, place: PicklePlace): PickleValue;
  /** A call: `callee(*args)`. */
  reduce(callee: PickledGlobal, args: readonly PickleValue[], place: PicklePlace): PickleValue;
  /** A call of what another call gave. */
  callAgain(callee: PickledCall, args: readonly PickleValue[], place: PicklePlace): PickleValue;
  /** An instance without its state. */
  instance(callee: PickledGlobal, args: readonly PickleValue[], place: PicklePlace): PickleValue;
  persistent(id: PickleValue, place: PicklePlace): PickleValue;
}

/** Where in which file the machine is, to raise errors. */
export interface PicklePlace {
  readonly file: string;
  readonly inside: string | undefined;
  readonly offset: number;
}

const MOST_INTEGER_BYTES = 4096;
const MOST_NAME = 1000;
/** A memo lets a few bytes ask for many items again: no honest model has so many. */
const MOST_ITEMS = 8_000_000;

export function pickleError(place: PicklePlace, message: string): InputError {
  const { file, inside, offset } = place;
  return new InputError(
    'file-malformed',
    `the pickle is damaged: ${message}`,
    { file, offset, ...(inside !== undefined && { inside }) },
    'The file is incomplete or damaged: fetch or save it again.',
  );
}

export function newCall(callee: string, args: readonly PickleValue[]): PickledCall {
  return { kind: 'call', callee, arguments: args, state: undefined, items: [], entries: [] };
}

export class PickleMachine {
  private at: number;
  private opcodeAt = 0;
  private spent = 0;
  private stack: PickleValue[] = [];
  private readonly marks: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();
  readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    readonly meaning: PickleMeaning,
    private readonly file: string,
    private readonly inside: string | undefined,
    start: number,
  ) {
    this.at = start;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The opcode that comes next; errors point at it. */
  nextOpcode(): number {
    this.opcodeAt = this.at;
    return this.byte();
  }

  get end(): number {
    return this.at;
  }

  get memoSize(): number {
    return this.memo.size;
  }

  protocol(): void {
    if (this.byte() > 5) throw this.error('its protocol is newer than 5');
  }

  /** Accounts for looking at items that a pickle need not write again. */
  spend(items: number): void {
    this.spent += items;
    if (this.spent > MOST_ITEMS) throw this.error(`it has more than ${MOST_ITEMS} items`);
  }

  named(module: string, name: string): PickleValue {
    if (module.length + name.length > MOST_NAME) throw this.error('a class has a name that is no name');
    return this.meaning.global(`${module}.${name}`, this.place());
  }

  namedOnStack(): PickleValue {
    const [module, name] = this.popMany(2);
    if (typeof module === 'string' && typeof name === 'string') return this.named(module, name);
    throw this.error('expected the name of a class');
  }

  persistent(id: PickleValue): PickleValue {
    return this.meaning.persistent(id, this.place());
  }

  /** Operands: what is called, a tuple of arguments (TorchScript gives an Enum its bare value), perhaps keyword arguments. */
  called(how: 'reduce' | 'instance', [callee, args = null, keywords]: readonly PickleValue[]): PickleValue {
    const items = isRecord(args) && args.kind === 'tuple' ? args.items : [args];
    this.spend(costOf(items));
    const all = keywords === undefined ? items : [...items, keywords];
    if (isRecord(callee) && callee.kind === 'global') return this.meaning[how](callee, all, this.place());
    if (isRecord(callee) && callee.kind === 'call') return this.meaning.callAgain(callee, all, this.place());
    throw this.error('it calls what is no function');
  }

  calledOnStack(): PickleValue {
    const [callee = null, ...items] = this.popMark();
    return this.instantiated(callee, items);
  }

  /** How protocols 0 and 1 make instances: a call, where there are arguments. */
  instantiated(callee: PickleValue, items: readonly PickleValue[]): PickleValue {
    return this.called(items.length > 0 ? 'reduce' : 'instance', [callee, { kind: 'tuple', items }]);
  }

  /** Gives the object on the stack its state; an object of a script class keeps it as attributes. */
  build(state: PickleValue): void {
    const target = this.top();
    const kind = kindOf(target);
    if (isRecord(target) && (target.kind === 'call' || target.kind === 'object')) target.state = state;
    // Dicts, parameters and functions may have attributes of their own, which mean nothing to us.
    else if (kind !== 'dict' && kind !== 'tensor' && kind !== 'global') {
      throw this.error('it gives a state to what has none');
    }
    if (!isRecord(target) || target.kind !== 'object') return;
    // Each is looked at and written down.
    this.spend(2 * costOf([state]));
    for (const [name, value] of stringEntries(state)) target.attributes.set(name, value);
  }

  append(items: readonly PickleValue[]): void {
    const target = this.top();
    const list = isRecord(target) && (target.kind === 'list' || target.kind === 'call') ? target.items : undefined;
    if (!list) throw this.error('it appends to what is no list');
    for (const item of items) list.push(item);
  }

  setItems(items: readonly PickleValue[]): void {
    const target = this.top();
    const pairs = this.pairs(items);
    if (!isRecord(target)) throw this.error('it sets an item of what is no dict');
    if (target.kind === 'dict' || target.kind === 'call') for (const pair of pairs) target.entries.push(pair);
    else throw this.error('it sets an item of what is no dict');
  }

  pairs(items: readonly PickleValue[]): [PickleValue, PickleValue][] {
    if (items.length % 2 !== 0) throw this.error('a key of a dict has no value');
    const pairs: [PickleValue, PickleValue][] = [];
    for (let k = 0; k < items.length; k += 2) pairs.push([items[k] ?? null, items[k + 1] ?? null]);
    return pairs;
  }

  mark(): void {
    this.marks.push(this.stack);
    this.stack = [];
  }

  drop(): void {
    if (this.stack.length > 0) this.stack.pop();
    else this.popMark();
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw this.error('it takes a value that is not there');
    return value;
  }

  top(): PickleValue {
    const value = this.stack[this.stack.length - 1];
    if (value === undefined) throw this.error('it takes a value that is not there');
    return value;
  }

  popMany(count: number): PickleValue[] {
    if (this.stack.length < count) throw this.error('it takes a value that is not there');
    return this.stack.splice(this.stack.length - count, count);
  }

  popMark(): PickleValue[] {
    const items = this.stack;
    const before = this.marks.pop();
    if (!before) throw this.error('it goes back to a mark that is not there');
    this.stack = before;
    return items;
  }

  remember(key: number): void {
    this.memo.set(key, this.top());
  }

  recall(key: number): PickleValue {
    const value = this.memo.get(key);
    if (value === undefined) throw this.error(`it recalls entry ${key}, which it never kept`);
    return value;
  }

  skip(count: number): number {
    const at = this.at;
    if (count > this.bytes.length - at) {
      const { file, inside } = this;
      throw new InputError(
        'file-truncated',
        `the pickle goes on for ${count} bytes, but only ${this.bytes.length - at} are left`,
        { file, offset: at, ...(inside !== undefined && { inside }) },
        'The file is incomplete or damaged: fetch or save it again.',
      );
    }
    this.at = at + count;
    return at;
  }

  take(count: number): Uint8Array {
    const at = this.skip(count);
    return this.bytes.subarray(at, at + count);
  }

  byte(): number {
    return this.bytes[this.skip(1)] ?? 0;
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  uint64(): number {
    const value = this.view.getBigUint64(this.skip(8), true);
    if (value > BigInt(this.bytes.length)) throw this.error(`it says that ${value} bytes follow`);
    return Number(value);
  }

  /** Little-endian two's complement. */
  integer(length: number): bigint {
    if (length > MOST_INTEGER_BYTES) throw this.error(`an integer has ${length} bytes`);
    const bytes = this.take(length);
    if (length === 0) return 0n;
    if (length === 4) return BigInt(viewOf(bytes).getInt32(0, true));
    return BigInt.asIntN(8 * length, BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`));
  }

  line(): Uint8Array {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.error('a line of text does not end');
    const line = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return line;
  }

  decimal(): bigint {
    const text = utf8(this.line()).replace(/L$/, '').trim();
    if (text.length > MOST_INTEGER_BYTES || !/^[+-]?\d+$/.test(text)) throw this.error('expected an integer');
    return BigInt(text);
  }

  oldInteger(): bigint | boolean {
    const at = this.at;
    const text = utf8(this.line());
    if (text === '00' || text === '01') return text === '01';
    this.at = at;
    return this.decimal();
  }

  oldFloat(): number {
    const text = utf8(this.line()).trim();
    if (/^[+-]?(inf|nan)$/.test(text))
      return text.endsWith('nan') ? Number.NaN : text.startsWith('-') ? -Infinity : Infinity;
    if (text === '' || Number.isNaN(Number(text))) throw this.error('expected a number');
    return Number(text);
  }

  oldString(): string {
    const text = latin1(this.line());
    const quote = text[0];
    if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote))
      throw this.error('expected a string');
    return text.slice(1, -1);
  }

  place(): PicklePlace {
    return { file: this.file, inside: this.inside, offset: this.opcodeAt };
  }

  error(message: string): InputError {
    return pickleError(this.place(), message);
  }
}

/** How many items a call may look at: its arguments and what lies within them. */
function costOf(args: readonly PickleValue[]): number {
  let cost = args.length;
  // The functions that are known take few arguments.
  for (const value of args.slice(0, 16)) {
    if (!isRecord(value)) continue;
    if (value.kind === 'tuple' || value.kind === 'list') cost += value.items.length;
    else if (value.kind === 'dict') cost += value.entries.length;
  }
  return cost;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type PickleRecord = Exclude<PickleValue, null | boolean | bigint | number | string | Uint8Array>;

/** Is a value one of the records (not None, a number, text or bytes)? */
export function isRecord(value: PickleValue | undefined): value is PickleRecord {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** The kind of a record; undefined for everything else. */
export function kindOf(value: PickleValue | undefined): PickleRecord['kind'] | undefined {
  return isRecord(value) ? value.kind : undefined;
}

/** The entries of a dict whose keys are text. */
export function* stringEntries(value: PickleValue | undefined): Iterable<[string, PickleValue]> {
  if (!isRecord(value) || value.kind !== 'dict') return;
  for (const [key, item] of value.entries) if (typeof key === 'string') yield [key, item];
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function utf8(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Text of protocol 0: Latin-1 with \uXXXX escapes. */
export function rawUnicode(bytes: Uint8Array): string {
  return latin1(bytes).replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
