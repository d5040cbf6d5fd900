/**
 * An inert pickle machine (protocols 0 to 5): it builds records and calls nothing. Opcodes: Lib/pickletools.py of CPython.
 * What globals mean is the business of a `PickleMeaning`; a pickle of n bytes costs O(n) time and memory.
 */
import type { PickleValue } from './archive.ts';
import { latin1, newCall, PickleMachine, type PickleMeaning, rawUnicode, utf8 } from './pickle-machine.ts';

export interface PickleResult {
  readonly value: PickleValue;
  /** Where the pickle ends: another may follow. */
  readonly end: number;
}

/** More steps than any honest model needs; each may make one object. */
const MOST_STEPS = 8_000_000;
const STOP = 0x2e;

/** Runs the pickle that begins at `start`; throws InputError `file-malformed`, `file-truncated`, or what the meaning throws. */
export function readPickle(
  bytes: Uint8Array,
  meaning: PickleMeaning,
  where: { readonly file: string; readonly inside?: string | undefined },
  start = 0,
): PickleResult {
  const machine = new PickleMachine(bytes, meaning, where.file, where.inside, start);
  for (let step = 0; step < MOST_STEPS; step++) {
    const opcode = machine.nextOpcode();
    if (opcode === STOP) return { value: machine.pop(), end: machine.end };
    const run = OPCODES[opcode];
    if (!run) throw machine.error(`0x${opcode.toString(16)} is no instruction of a pickle`);
    run(machine);
  }
  throw machine.error(`it has more than ${MOST_STEPS} steps`);
}

type Run = (m: PickleMachine) => void;

const push =
  (make: (m: PickleMachine) => PickleValue): Run =>
  (m) =>
    m.push(make(m));

const tuple = (items: readonly PickleValue[]): PickleValue => ({ kind: 'tuple', items });
const list = (items: PickleValue[]): PickleValue => ({ kind: 'list', items, type: undefined });
const dict = (entries: [PickleValue, PickleValue][]): PickleValue => ({ kind: 'dict', entries, type: undefined });

const refused =
  (reason: string): Run =>
  (m) => {
    throw m.error(reason);
  };

/** Each opcode by its number, with its name in CPython. */
const OPCODES: Readonly<Record<number, Run>> = {
  // Framing
  128: (m) => m.protocol(), // PROTO
  149: (m) => m.skip(8), // FRAME
  // Stack and memo
  40: (m) => m.mark(), // MARK
  48: (m) => m.drop(), // POP
  49: (m) => m.popMark(), // POP_MARK
  50: push((m) => m.top()), // DUP
  112: (m) => m.remember(Number(m.decimal())), // PUT
  113: (m) => m.remember(m.byte()), // BINPUT
  114: (m) => m.remember(m.uint32()), // LONG_BINPUT
  148: (m) => m.remember(m.memoSize), // MEMOIZE
  103: push((m) => m.recall(Number(m.decimal()))), // GET
  104: push((m) => m.recall(m.byte())), // BINGET
  106: push((m) => m.recall(m.uint32())), // LONG_BINGET
  // Numbers
  78: push(() => null), // NONE
  136: push(() => true), // NEWTRUE
  137: push(() => false), // NEWFALSE
  73: push((m) => m.oldInteger()), // INT
  76: push((m) => m.decimal()), // LONG
  74: push((m) => BigInt(m.view.getInt32(m.skip(4), true))), // BININT
  75: push((m) => BigInt(m.byte())), // BININT1
  77: push((m) => BigInt(m.view.getUint16(m.skip(2), true))), // BININT2
  138: push((m) => m.integer(m.byte())), // LONG1
  139: push((m) => m.integer(m.uint32())), // LONG4
  70: push((m) => m.oldFloat()), // FLOAT
  71: push((m) => m.view.getFloat64(m.skip(8), false)), // BINFLOAT
  // Text and bytes
  83: push((m) => m.oldString()), // STRING
  84: push((m) => latin1(m.take(m.uint32()))), // BINSTRING
  85: push((m) => latin1(m.take(m.byte()))), // SHORT_BINSTRING
  86: push((m) => rawUnicode(m.line())), // UNICODE
  88: push((m) => utf8(m.take(m.uint32()))), // BINUNICODE
  140: push((m) => utf8(m.take(m.byte()))), // SHORT_BINUNICODE
  141: push((m) => utf8(m.take(m.uint64()))), // BINUNICODE8
  66: push((m) => m.take(m.uint32())), // BINBYTES
  67: push((m) => m.take(m.byte())), // SHORT_BINBYTES
  142: push((m) => m.take(m.uint64())), // BINBYTES8
  150: push((m) => m.take(m.uint64())), // BYTEARRAY8
  151: refused('it keeps data outside of itself'), // NEXT_BUFFER
  152: () => {}, // READONLY_BUFFER
  // Containers
  41: push(() => tuple([])), // EMPTY_TUPLE
  116: push((m) => tuple(m.popMark())), // TUPLE
  133: push((m) => tuple(m.popMany(1))), // TUPLE1
  134: push((m) => tuple(m.popMany(2))), // TUPLE2
  135: push((m) => tuple(m.popMany(3))), // TUPLE3
  93: push(() => list([])), // EMPTY_LIST
  108: push((m) => list(m.popMark())), // LIST
  97: (m) => m.append(m.popMany(1)), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  144: (m) => m.append(m.popMark()), // ADDITEMS
  125: push(() => dict([])), // EMPTY_DICT
  100: push((m) => dict(m.pairs(m.popMark()))), // DICT
  115: (m) => m.setItems(m.popMany(2)), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  143: push(() => newCall('builtins.set', [])), // EMPTY_SET
  145: push((m) => ({ ...newCall('builtins.frozenset', []), items: m.popMark() })), // FROZENSET
  // Classes, functions, objects
  99: push((m) => m.named(utf8(m.line()), utf8(m.line()))), // GLOBAL
  147: push((m) => m.namedOnStack()), // STACK_GLOBAL
  82: push((m) => m.called('reduce', m.popMany(2))), // REDUCE
  129: push((m) => m.called('instance', m.popMany(2))), // NEWOBJ
  146: push((m) => m.called('instance', m.popMany(3))), // NEWOBJ_EX
  111: push((m) => m.calledOnStack()), // OBJ
  105: push((m) => m.instantiated(m.named(utf8(m.line()), utf8(m.line())), m.popMark())), // INST
  98: (m) => m.build(m.pop()), // BUILD
  80: push((m) => m.persistent(utf8(m.line()))), // PERSID
  81: push((m) => m.persistent(m.pop())), // BINPERSID
  130: refused('it uses the extension registry of a Python process'), // EXT1
  131: refused('it uses the extension registry of a Python process'), // EXT2
  132: refused('it uses the extension registry of a Python process'), // EXT4
};
