/** Graphs as ONNX text (onnx docs/Syntax.md), and the lines where nodes and values stand. */
import type { Attribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { ValueNames } from '../onnx/names.ts';
import { SparseSource } from '../onnx/sparse.ts';
import { LineWriter } from './line-writer.ts';
import { graphWord, MOST_IN_LINE, nameText, wordText } from './names.ts';
import { attributeNotes, type Note, noteOf } from './notes.ts';
import { functionHeader, modelHeader, operatorText } from './print-headers.ts';
import {
  type AttributePrinting,
  allElements,
  attributeText,
  type ElementsText,
  fewElements,
  sparseElements,
  typeToText,
} from './print-values.ts';

export interface PrintOptions {
  /** All constants with all their elements; otherwise large ones stand as `{...}`, which cannot be parsed again. */
  readonly inline?: boolean;
  /** Where the types of values in between stand: in the graph's header, or as a comment behind the node that makes them. */
  readonly types?: 'header' | 'comments';
  /** What stands for the elements of a large constant, so that it is found again; undefined for one that is printed. */
  readonly elide?: (tensor: Tensor) => string | undefined;
  /** What the syntax has no place for is written in lines `#@ {…}`; the function may put something short for a long one. */
  readonly notes?: (json: string) => string;
  /**
   * Names as they are, for a model that was read leniently: its values may share names, and what nothing defines is read.
   * Other models have every value under a name of its own.
   */
  readonly faulty?: boolean;
}

export interface PrintedModel {
  readonly text: string;
  /** The line where a node starts, counted from 1; undefined for a node of another model. */
  lineOf(node: Node): number | undefined;
  /** The line where a value gets its name: in the header of its graph, or where its node stands. */
  lineOfValue(value: Value): number | undefined;
  /** Nodes by the line where they start. */
  readonly nodes: ReadonlyMap<number, Node>;
}

/**
 * Prints a model of any dialect. Linear in the model; elements of constants that are left out are not read. Throws
 * InputError `file-too-large` where the text would be longer than one that can be read again.
 */
export function printModel(model: Model, options: PrintOptions = {}): PrintedModel {
  const printer = new Printer(model.dialect === 'onnx' ? 32 : 64, options);
  printer.printModel(model);
  return printer.result();
}

class Printer {
  private readonly writer = new LineWriter();
  private readonly nodes = new Map<number, Node>();
  private readonly lines = new Map<Node, number>();
  private readonly valueLines = new Map<Value, number>();
  private names: Pick<ValueNames, 'of'> | undefined;
  private indent = '';
  private readonly data: ElementsText;
  private readonly attributes: AttributePrinting;

  constructor(
    floatBits: 32 | 64,
    private readonly options: PrintOptions,
  ) {
    const { elide, inline } = options;
    const printed = inline || elide ? allElements : fewElements;
    this.data = (tensor) => {
      const elided = elide?.(tensor);
      // An element takes two characters at least.
      if (elided === undefined && printed === allElements) this.writer.checkRoom(2 * tensor.count);
      return elided ?? printed(tensor);
    };
    this.attributes = { data: this.data, floatBits, notes: options.notes !== undefined, graph: () => '' };
  }

  private namesOf(graph: Graph): Pick<ValueNames, 'of'> {
    return this.options.faulty ? { of: (value) => value?.name ?? '' } : new ValueNames(graph);
  }

  result(): PrintedModel {
    return {
      text: this.writer.text,
      lineOf: (node) => this.lines.get(node),
      lineOfValue: (value) => {
        return this.valueLines.get(value) ?? (value.producer && this.lines.get(value.producer));
      },
      nodes: this.nodes,
    };
  }

  printModel(model: Model): void {
    const entries = modelHeader(model);
    if (entries.length > 0) this.writeNote(noteOf({ unknown: model.unknown }));
    this.printHeader(entries);
    this.names = this.namesOf(model.graph);
    this.writeNote(noteOf(model.graph));
    this.printGraph(model.graph, nameText(model.graph.name));
    this.write('\n');
    for (const definition of model.functions) this.printFunction(definition);
  }

  private printHeader(entries: readonly string[]): void {
    if (entries.length > 0) this.write(`<\n  ${entries.join(',\n  ')}\n>\n`);
  }

  private printFunction(definition: FunctionDefinition): void {
    const { graph, attributes, attributeDefaults, metadata, unknown } = definition;
    this.write('\n');
    this.names = this.namesOf(graph);
    this.writeNote({ ...noteOf({ metadata, unknown }), ...attributeNotes(attributeDefaults) });
    this.printHeader(functionHeader(definition));
    this.write(nameText(definition.name));
    let before = ' <';
    for (const name of attributes) {
      this.write(`${before}${wordText(name)}`);
      before = ', ';
    }
    for (const [name, attribute] of attributeDefaults) {
      this.write(before);
      before = ', ';
      this.printAttribute(name, attribute);
    }
    if (before === ', ') this.write('>');
    this.write(' ');
    this.printSignature(graph);
    this.printBetween(graph, []);
    this.printNodes(graph, [...graph.initializers]);
    this.write('\n');
  }

  /** Inputs that are constants too have their type here and their elements in the header. */
  private printGraph(graph: Graph, name: string): void {
    this.write(`${name} `);
    this.printSignature(graph);
    this.printBetween(graph, [...graph.initializers]);
    this.printNodes(graph, []);
  }

  private printSignature(graph: Graph): void {
    this.printTyped(graph.inputs, () => true);
    this.write(' => ');
    // Outputs that no node here makes have their notes where they come from.
    this.printTyped(graph.outputs, (value) => value.producer?.graph === graph);
  }

  /** A line for each where something is to be noted, and where there are many. */
  private printTyped(values: readonly Value[], isNoted: (value: Value) => boolean): void {
    const notes = values.map((value) => (isNoted(value) ? this.noteText(noteOf(value)) : undefined));
    const lines = values.length > MOST_IN_LINE || notes.some((note) => note !== undefined);
    const before = lines ? `\n${this.indent}  ` : '';
    this.write('(');
    values.forEach((value, k) => {
      const note = notes[k];
      this.write(`${k === 0 ? '' : lines ? ',' : ', '}${note === undefined ? '' : `${before}${note}`}${before}`);
      this.note(value);
      this.write(this.typed(value.type, value));
    });
    this.write(lines ? `\n${this.indent})` : ')');
  }

  private typed(type: ValueType | undefined, value: Value): string {
    return `${type ? `${typeToText(type)} ` : ''}${this.nameOf(value)}`;
  }

  /** Constants, and types of values in between. */
  private printBetween(graph: Graph, constants: readonly Value[]): void {
    const typed = this.options.types === 'comments' ? [] : [...this.knownBetween(graph)];
    const separator = () => `\n${this.indent}`;
    if (constants.length + typed.length === 0) {
      this.write(separator());
      return;
    }
    this.write(`${separator()}<`);
    const inputs = new Set(graph.inputs);
    let comma = '';
    for (const value of [...constants, ...typed]) {
      const { constant } = value;
      const own = inputs.has(value) ? {} : noteOf(value);
      const note = this.noteText(constant ? { ...own, ...tensorNote(constant) } : own);
      this.write(`${comma}${note === undefined ? '' : `${separator()}  ${note}`}${separator()}  `);
      this.note(value);
      this.write(constant ? this.constantText(constant, value) : this.typed(value.type, value));
      comma = ',';
    }
    this.write(`${separator()}>${separator()}`);
  }

  private constantText(constant: Tensor, value: Value): string {
    const { dtype, shape, source } = constant;
    if (source instanceof SparseSource && this.options.notes) {
      const { values, indices } = source.sparse;
      const type = this.typed({ kind: 'sparse-tensor', dtype, shape }, value);
      return `${type} = ${sparseElements(values, indices, this.data)}`;
    }
    return `${this.typed({ kind: 'tensor', dtype, shape }, value)} = ${this.data(constant)}`;
  }

  /** Functions have their constants as nodes: their syntax has no other place for them. */
  private printNodes(graph: Graph, constants: readonly Value[]): void {
    this.write('{');
    const around = this.indent;
    this.indent += '  ';
    for (const value of constants) {
      if (!value.constant) continue;
      this.write(`\n${this.indent}`);
      this.note(value);
      const held = attributeText('value', { type: 'tensor', value: value.constant }, this.attributes);
      this.write(`${this.nameOf(value)} = Constant <${held}> ()`);
    }
    const separator = `\n${this.indent}`;
    for (const node of graph.nodes) {
      this.write(separator);
      this.printNode(node);
    }
    this.indent = around;
    this.write(`\n${this.indent}}`);
  }

  private printNode(node: Node): void {
    if (this.options.notes) this.writeNote({ ...noteOf(node), ...attributeNotes(node.attributes) });
    this.nodes.set(this.writer.line, node);
    this.lines.set(node, this.writer.line);
    const label = node.name === undefined ? '' : `[${nameText(node.name)}] `;
    const head = `${label}${this.namesText(node.outputs)} = ${operatorText(node)}`;
    const inputs = ` (${this.namesText(node.inputs)})`;
    if (node.subgraphs().length > 0) {
      this.write(head + inputs);
      this.printAttributes(node);
    } else if (node.attributes.size > 0) {
      this.write(head);
      this.printAttributes(node);
      this.write(inputs);
    } else this.write(head + inputs);
    if (this.options.types === 'comments') this.write(typesComment(node));
  }

  private printAttributes(node: Node): void {
    let before = ' <';
    for (const [name, attribute] of node.attributes) {
      this.write(before);
      before = ', ';
      this.printAttribute(name, attribute);
    }
    if (node.attributes.size > 0) this.write('>');
  }

  /** Graphs are printed in place, so that the lines of their nodes are known. */
  private printAttribute(name: string, attribute: Attribute): void {
    if (attribute.type !== 'graph' && attribute.type !== 'graphs') {
      this.write(attributeText(name, attribute, this.attributes));
      return;
    }
    this.write(`${wordText(name)}: ${attribute.type} =`);
    if (attribute.type === 'graph') {
      const { name: own } = attribute.value;
      this.printInner(attribute.value, ' ', this.options.notes ? graphWord(own) : nameText(own));
      return;
    }
    this.write(' [');
    attribute.value.forEach((graph, k) => {
      if (k > 0) this.write(',');
      this.printInner(graph, k > 0 ? ' ' : '', nameText(graph.name));
    });
    this.write(']');
  }

  /** A graph within an attribute, on a line of its own where it has a note. */
  private printInner(graph: Graph, space: string, name: string): void {
    const note = this.noteText(noteOf(graph));
    const line = `\n${this.indent}  `;
    this.write(note === undefined ? space : `${line}${note}${line}`);
    this.printGraph(graph, name);
  }

  /** Values that nodes make, that are no outputs of the graph, and about which something is known. */
  private *knownBetween(graph: Graph): Iterable<Value> {
    const outputs = new Set(graph.outputs);
    for (const node of graph.nodes) {
      for (const value of node.outputs) {
        const absent = value.name === '' && value.useCount === 0;
        const known = value.type || (this.options.notes && this.noteText(noteOf(value)) !== undefined);
        if (known && !absent && !outputs.has(value)) yield value;
      }
    }
  }

  private namesText(values: readonly (Value | undefined)[]): string {
    let text = '';
    for (let k = 0; k < values.length; k++) text += k === 0 ? this.nameOf(values[k]) : `, ${this.nameOf(values[k])}`;
    return text;
  }

  private nameOf(value: Value | undefined): string {
    return nameText(this.names?.of(value) ?? '');
  }

  private note(value: Value): void {
    if (!this.valueLines.has(value)) this.valueLines.set(value, this.writer.line);
  }

  /** A note before the statement that comes next. */
  private writeNote(note: Note): void {
    const text = this.noteText(note);
    if (text !== undefined) this.write(`${text}\n${this.indent}`);
  }

  private noteText(note: Note): string | undefined {
    const { notes } = this.options;
    if (!notes || Object.keys(note).length === 0) return undefined;
    return `#@ ${notes(JSON.stringify(note))}`;
  }

  private write(text: string): void {
    this.writer.write(text);
  }
}

function tensorNote({ info }: Tensor): Note {
  const note = noteOf(info);
  return Object.keys(note).length === 0 ? {} : { tensor: note };
}

function typesComment(node: Node): string {
  const types = node.outputs.map((value) => (value.type ? typeToText(value.type) : '?'));
  return types.some((type) => type !== '?') ? `  # ${types.join(', ').replaceAll('\n', ' ')}` : '';
}
