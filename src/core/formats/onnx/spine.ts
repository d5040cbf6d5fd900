/**
 * Walks an ONNX file without reading its weights: the messages that can be large are taken apart here, field by field,
 * and elements of tensors are kept as byte ranges. What remains of each message is small and goes to protobufjs.
 */
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { Slab } from './slab.ts';

/** Bytes of the file from `start` up to `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A message: its small fields in one, and its large ones by field number. */
export interface Spine {
  /** Where it starts in the file. */
  readonly offset: number;
  /** The fields that the generated code decodes. */
  readonly small: Uint8Array;
  /** The fields that are kept as they are, known or not; undefined where there are none. */
  readonly unknown: Uint8Array | undefined;
  readonly messages: ReadonlyMap<number, readonly Spine[]>;
  /** Elements of a tensor: packed fields stand as one range, others as one for each element. */
  readonly elements: ReadonlyMap<number, readonly Range[]>;
}

/** Which fields of a message are small, which are messages that are walked, and which are elements; the rest is kept. */
interface Shape {
  readonly small: ReadonlySet<number>;
  readonly messages: Readonly<Record<number, MessageName>>;
  readonly elements: ReadonlySet<number>;
}

type MessageName = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function';

/** Field numbers: proto/onnx.proto. */
const SHAPES: Readonly<Record<MessageName, Shape>> = {
  model: shape([1, 2, 3, 4, 5, 6, 8, 14], { 7: 'graph', 25: 'function' }),
  graph: shape([2, 10, 11, 12, 13, 16], { 1: 'node', 5: 'tensor', 15: 'sparse' }),
  node: shape([1, 2, 3, 4, 6, 7, 8, 9], { 5: 'attribute' }),
  attribute: shape([1, 2, 3, 4, 7, 8, 9, 13, 14, 15, 20, 21], {
    5: 'tensor',
    6: 'graph',
    10: 'tensor',
    11: 'graph',
    22: 'sparse',
    23: 'sparse',
  }),
  tensor: shape([1, 2, 6, 8, 12, 13, 14, 16], {}, [4, 5, 7, 9, 10, 11]),
  sparse: shape([3], { 1: 'tensor', 2: 'tensor' }),
  function: shape([1, 4, 5, 6, 8, 9, 10, 12, 13, 14], { 7: 'node', 11: 'attribute' }),
};

function shape(small: number[], messages: Record<number, MessageName>, elements: number[] = []): Shape {
  return { small: new Set(small), messages, elements: new Set(elements) };
}

/** Graphs within graphs, three messages to a level; protobuf's own readers stop at 100 messages. */
const DEEPEST = 300;
/** More messages than any real model has: a file must not fill the memory with empty ones. */
const MOST_MESSAGES = 10_000_000;
/** Texts, names and the like of one model. */
const MOST_SMALL_BYTES = 1 << 30;

/** Hears of a graph that is nested too deep, and is then left out. */
export type TooDeep = (offset: number, message: string) => void;

/**
 * Walks a whole file as a model. Throws InputError where lengths or fields are not those of a protobuf message, and where
 * graphs are nested too deep and nobody wants to hear of it.
 */
export function walkModel(source: ByteSource, tooDeep?: TooDeep): Spine {
  return new Walker(source, tooDeep).message('model', 0, source.size, 0);
}

/** As `walkModel`, for a file that holds nothing but a tensor. */
export function walkTensor(source: ByteSource): Spine {
  return new Walker(source, undefined).message('tensor', 0, source.size, 0);
}

const WINDOW_BYTES = 1 << 15;

class Walker {
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;
  private position = 0;
  // The field that was read last, from its tag on: a file has so many that none is made an object.
  private start = 0;
  private content = 0;
  private end = 0;
  private number = 0;
  private wire = 0;
  private messageCount = 0;
  private smallBytes = 0;
  private readonly slab = new Slab();

  constructor(
    private readonly source: ByteSource,
    private readonly tooDeep: TooDeep | undefined,
  ) {}

  message(name: MessageName, start: number, end: number, depth: number): Spine {
    if (++this.messageCount > MOST_MESSAGES) throw this.tooLarge(start, `more than ${MOST_MESSAGES} messages`);
    const { small, messages, elements } = SHAPES[name];
    const smallRanges: number[] = [];
    const unknownRanges: number[] = [];
    let inner: Map<number, Spine[]> | undefined;
    let found: Map<number, Range[]> | undefined;
    this.position = start;
    while (this.position < end) {
      this.field(end);
      const { number, content, end: fieldEnd } = this;
      const kind = messages[number];
      if (kind && this.wire === LENGTH_DELIMITED && depth === DEEPEST) {
        this.refuseDepth(content);
      } else if (kind && this.wire === LENGTH_DELIMITED) {
        inner = push(inner, number, this.message(kind, content, fieldEnd, depth + 1));
        this.position = fieldEnd;
      } else if (elements.has(number)) {
        found = push(found, number, { start: content, end: fieldEnd });
      } else {
        extend(small.has(number) ? smallRanges : unknownRanges, this.start, fieldEnd);
      }
    }
    return {
      offset: start,
      small: this.copy(smallRanges),
      unknown: unknownRanges.length > 0 ? this.copy(unknownRanges) : undefined,
      messages: inner ?? NONE,
      elements: found ?? NONE,
    };
  }

  /** Reads a tag and moves behind the field. */
  private field(limit: number): void {
    const start = this.position;
    const tag = this.varint(limit);
    const wire = tag % 8;
    const number = Math.floor(tag / 8);
    if (number === 0 || number >= 1 << 29) throw this.malformed(start, 'expected a field of a protobuf message');
    let content = this.position;
    let end: number;
    if (wire === VARINT) {
      this.varint(limit);
      end = this.position;
    } else if (wire === LENGTH_DELIMITED) {
      const length = this.varint(limit);
      content = this.position;
      end = content + length;
    } else if (wire === FIXED_32 || wire === FIXED_64) {
      end = content + (wire === FIXED_32 ? 4 : 8);
    } else throw this.malformed(start, `expected a field of a protobuf message, found wire type ${wire}`);
    if (end > limit) throw this.beyond(start, end, limit);
    this.position = end;
    this.start = start;
    this.content = content;
    this.end = end;
    this.number = number;
    this.wire = wire;
  }

  private varint(limit: number): number {
    const start = this.position;
    let value = 0;
    for (let scale = 1, k = 0; k < 10; k++, scale *= 128) {
      if (this.position >= limit) throw this.beyond(start, this.position + 1, limit);
      const byte = this.byte();
      // Beyond 2^53 only negative numbers are meant, whose value nobody needs here.
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw this.malformed(start, 'expected a number of at most ten bytes');
  }

  private byte(): number {
    const at = this.position - this.windowStart;
    const byte = this.window[at];
    if (byte !== undefined && at >= 0) {
      this.position++;
      return byte;
    }
    this.windowStart = this.position;
    this.window = this.source.read(this.position, Math.min(WINDOW_BYTES, this.source.size - this.position));
    return this.byte();
  }

  /** The bytes of some ranges, one behind the other, in memory of their own. A range is two numbers. */
  private copy(ranges: readonly number[]): Uint8Array {
    let length = 0;
    for (let k = 0; k < ranges.length; k += 2) length += (ranges[k + 1] ?? 0) - (ranges[k] ?? 0);
    this.smallBytes += length;
    if (this.smallBytes > MOST_SMALL_BYTES) {
      throw this.tooLarge(ranges[0] ?? 0, `more than ${MOST_SMALL_BYTES} bytes besides its tensors`);
    }
    const bytes = this.slab.take(length);
    let at = 0;
    for (let k = 0; k < ranges.length; k += 2) {
      const start = ranges[k] ?? 0;
      const end = ranges[k + 1] ?? 0;
      const from = start - this.windowStart;
      const inWindow = from >= 0 && end - this.windowStart <= this.window.length;
      bytes.set(inWindow ? this.window.subarray(from, from + end - start) : this.source.read(start, end - start), at);
      at += end - start;
    }
    return bytes;
  }

  private beyond(start: number, end: number, limit: number): InputError {
    if (limit < this.source.size && end <= this.source.size) {
      return this.malformed(start, `a field ends at byte ${end}, but the message around it at byte ${limit}`);
    }
    return new InputError(
      'file-truncated',
      `a field ends at byte ${end}, but the file at byte ${this.source.size}`,
      { file: this.source.name, offset: start },
      'The file is incomplete or damaged: fetch or save it again.',
    );
  }

  private refuseDepth(offset: number): void {
    const message = `graphs are nested more than ${DEEPEST / 3} deep`;
    if (!this.tooDeep) throw this.malformed(offset, message);
    this.tooDeep(offset, message);
  }

  private malformed(offset: number, message: string): InputError {
    return new InputError(
      'file-malformed',
      message,
      { file: this.source.name, offset },
      'The file is damaged or not an ONNX model: fetch or save it again.',
    );
  }

  private tooLarge(offset: number, what: string): InputError {
    const place = { file: this.source.name, offset };
    return new InputError('file-too-large', `the model has ${what}`, place, 'This is not a model that can be opened.');
  }
}

/** Wire types of protobuf. Groups are not used by any version of ONNX. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Most messages hold no others, so that their maps are made when they are needed. */
const NONE: ReadonlyMap<number, never> = new Map<number, never>();

function push<T>(map: Map<number, T[]> | undefined, key: number, item: T): Map<number, T[]> {
  if (!map) return new Map([[key, [item]]]);
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
  return map;
}

/** Adds bytes to ranges; those that follow on the last are joined to it. */
function extend(ranges: number[], start: number, end: number): void {
  if (ranges.length > 0 && ranges[ranges.length - 1] === start) ranges[ranges.length - 1] = end;
  else ranges.push(start, end);
}
