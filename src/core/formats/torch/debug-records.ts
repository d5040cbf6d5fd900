/**
 * The debug records of a code file (`*.py.debug_pkl`): for each stretch of the generated text, the place in the user's
 * Python that it came from. Layout: torch/csrc/jit/serialization/source_range_serialization.cpp, both with a table of
 * strings (since PyTorch 1.8) and, before, with the text in each record.
 */
import type { Frame } from '../../ir/origin.ts';
import type { PickleValue } from './archive.ts';
import { framesOfTrace, userFramesFirst } from './frames.ts';
import { isRecord } from './pickle-machine.ts';
import { lastAtMost, lineStarts } from './text.ts';

/** The Python frames of a byte offset into the generated text. */
export type FramesAt = (byteOffset: number) => readonly Frame[];

/** All texts of a file's records: pieces of source that many records share may be put together again and again. */
const MOST_TEXT = 1 << 26;
const STRING_TABLE = 'FORMAT_WITH_STRING_TABLE';

/** Records that cannot be understood are left out: origins help, but nothing depends on them. */
export function readDebugRecords(pickle: PickleValue): FramesAt {
  const top = itemsOf(pickle);
  const [format, table, records] = top[0] === STRING_TABLE ? top : [undefined, undefined, pickle];
  const strings = format === undefined ? undefined : itemsOf(table);
  const texts: Texts = { strings, left: MOST_TEXT };
  const starts: number[] = [];
  const ranges: PickleValue[] = [];
  for (const record of itemsOf(records)) {
    const [offset, range] = itemsOf(record);
    if (typeof offset !== 'bigint' || range === undefined) continue;
    starts.push(Number(offset));
    ranges.push(range);
  }
  const sources = new Map<PickleValue, RecordedSource>();
  const known = new Map<PickleValue, readonly Frame[]>();
  return (offset) => {
    if (starts.length === 0 || offset < (starts[0] ?? 0)) return [];
    const range = ranges[lastAtMost(starts, offset)];
    if (range === undefined) return [];
    const found = known.get(range) ?? framesOf(range, texts, sources);
    known.set(range, found);
    return found;
  };
}

interface Texts {
  readonly strings: readonly PickleValue[] | undefined;
  /** How much more text may be put together. */
  left: number;
}

/** A piece of Python source, or a stack of the tracer in its place. */
interface RecordedSource {
  readonly text: string;
  readonly file: string;
  /** The line of the file where the text begins, counted from 1. */
  readonly line: number;
  readonly lines: readonly number[];
  readonly stack: readonly Frame[];
}

function framesOf(range: PickleValue, texts: Texts, sources: Map<PickleValue, RecordedSource>): readonly Frame[] {
  const [record, start] = itemsOf(range);
  if (record === undefined || typeof start !== 'bigint') return [];
  const source = sources.get(record) ?? readSource(record, texts);
  sources.set(record, source);
  if (source.stack.length > 0) return userFramesFirst(source.stack);
  // `<string>` is PyTorch's own TorchScript text.
  if (source.text === '' || source.file === '' || source.file.startsWith('<')) return [];
  const index = lastAtMost(source.lines, Number(start));
  const from = source.lines[index] ?? 0;
  const text = source.text.slice(from, source.lines[index + 1] ?? source.text.length).trim();
  const name = /^\s*def\s+(\w+)/m.exec(source.text)?.[1];
  return [
    {
      kind: 'python',
      file: source.file,
      line: source.line + index,
      column: Number(start) - from + 1,
      ...(name && { function: name }),
      ...(text && { text }),
    },
  ];
}

/** `(text, file, line)`; with a table of strings the text is a list of indices into it, and the file one index. */
function readSource(record: PickleValue, texts: Texts): RecordedSource {
  const [text, file, line] = itemsOf(record);
  const lookUp = (value: PickleValue | undefined): string => {
    const found = typeof value === 'bigint' ? texts.strings?.[Number(value)] : value;
    return typeof found === 'string' ? found : '';
  };
  let whole = '';
  for (const part of isRecord(text) ? itemsOf(text) : [text]) {
    const piece = lookUp(part);
    texts.left -= piece.length + 1;
    if (texts.left < 0) return { text: '', file: '', line: 1, lines: [0], stack: [] };
    whole += piece;
  }
  return {
    text: whole,
    file: lookUp(file),
    line: typeof line === 'bigint' ? Number(line) : 1,
    lines: lineStarts(whole),
    stack: framesOfTrace(whole),
  };
}

function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  return isRecord(value) && (value.kind === 'tuple' || value.kind === 'list') ? value.items : [];
}
