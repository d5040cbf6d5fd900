/** What making a graph out of a syntax tree shares: the text, where things stand in it, and what is found wrong. */

import { InputError, type InputErrorCode, type Place } from '../../ir/errors.ts';
import type { Dialect } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Frame } from '../../ir/origin.ts';
import type { TensorSource } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { ExternalFiles } from '../onnx/external.ts';
import type { NameSyntax, NodeSyntax, Span, Statement } from './syntax.ts';

/** Something of the tree with the statement that it is a part of: its place stays right when the text before it changes. */
export interface Placed<T> {
  readonly syntax: T;
  /** The statement that it stands in; undefined for one that stands in the text itself. */
  readonly within: Placed<Statement> | undefined;
}

/** Where the positions of something count from, in the text. */
export function baseOf({ within }: Placed<unknown>): number {
  let base = 0;
  for (let around = within; around; around = around.within) base += around.syntax.start;
  return base;
}

/** Something that the text says and that cannot be. */
export interface BuildFault extends Span {
  readonly code: InputErrorCode;
  readonly message: string;
}

/** Bytes by their hash (the first 32 hexadecimal digits of their SHA-256) and how many there are. */
export interface TensorStore {
  find(hash: string, byteLength: number): TensorSource | undefined;
  /** The text of a long note. */
  note(hash: string): string | undefined;
}

export interface BuildOptions {
  /** Names the text in messages and origins; data in other files is looked for beside it. */
  readonly fileName: string;
  readonly dialect?: Dialect;
  /** Where constants are that stand in the text by their hash only. */
  readonly store?: TensorStore | undefined;
  /** Makes what can be made and lists what is wrong, instead of ending with the first fault. */
  readonly lenient?: boolean;
}

export class Building {
  readonly faults: BuildFault[] = [];
  readonly nodes = new Map<Node, Placed<NodeSyntax>>();
  readonly nodeOf = new Map<NodeSyntax, Node>();
  /** Inputs and constants by where they get their names; what a node gives has its name there. */
  readonly values = new Map<Value, Placed<NameSyntax>>();
  /** Initializers whose elements are wrong: they have a type, and nothing makes them. */
  readonly broken = new Set<Value>();
  dialect: Dialect;
  /** The statement that is built, and where it starts. */
  statement: Placed<Statement> | undefined;
  base = 0;
  private lines: number[] | undefined;

  constructor(
    readonly text: string,
    readonly files: ExternalFiles,
    readonly options: BuildOptions,
  ) {
    this.dialect = options.dialect ?? 'onnx';
  }

  /** Builds the parts of a statement: places in it count from its start. */
  within<T>(syntax: Statement, build: () => T): T {
    const { statement, base } = this;
    this.statement = { syntax, within: statement };
    this.base += syntax.start;
    const built = build();
    this.statement = statement;
    this.base = base;
    return built;
  }

  /** Notes a fault; without leniency it ends the building. */
  fault(at: Span, message: string, code: InputErrorCode = 'syntax-error'): void {
    const fault = { start: this.base + at.start, end: this.base + at.end, code, message };
    if (!this.options.lenient) throw this.error(fault);
    this.faults.push(fault);
  }

  /** A fault of the kind `expected …`, with what stands there instead. */
  unexpected(at: Span, expected: string): void {
    const found = this.textOf(at).replace(/^"([\s\S]*)"$/, '$1');
    this.fault(at, `expected ${expected}, found '${found.length > 40 ? `${found.slice(0, 40)}…` : found}'`);
  }

  /** The text of a part of the statement. */
  textOf({ start, end }: Span): string {
    return this.text.slice(this.base + start, this.base + end);
  }

  /** Runs what looks for data in other files: what is wrong there is wrong in the text that asks for it. */
  reading<T>(at: Span, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { message, code, place, next } = error;
      const file = place && place.file !== this.options.fileName ? ` (${place.file})` : '';
      const start = this.base + at.start;
      const fault = { start, end: this.base + at.end, code, message: `${message}${file}` };
      if (!this.options.lenient) throw new InputError(code, fault.message, this.placeAt(start), next);
      this.faults.push(fault);
      return undefined;
    }
  }

  error({ start, message, code }: { start: number; message: string; code?: InputErrorCode }): InputError {
    return this.errorAt(this.placeAt(start), message, code);
  }

  errorAt(place: Place, message: string, code: InputErrorCode = 'syntax-error'): InputError {
    return new InputError(code, message, place, 'Correct the text there.');
  }

  placeAt(offset: number): Place {
    return { file: this.options.fileName, ...this.position(offset) };
  }

  /** The place of what a node comes from. */
  frameAt(offset: number): Frame {
    const line = this.lineAt(offset);
    return { kind: 'onnxtxt', file: this.options.fileName, line: line + 1, column: this.columnIn(line, offset) };
  }

  /** Line and column of an offset, both counted from 1. */
  position(offset: number): { line: number; column: number } {
    const line = this.lineAt(offset);
    return { line: line + 1, column: this.columnIn(line, offset) };
  }

  private columnIn(line: number, offset: number): number {
    return offset - (this.lines?.[line] ?? 0) + 1;
  }

  /** The line of an offset, counted from 0. */
  private lineAt(offset: number): number {
    this.lines ??= lineStarts(this.text);
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lines[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  place<T>(syntax: T): Placed<T> {
    return { syntax, within: this.statement };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
