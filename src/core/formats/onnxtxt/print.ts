/** Graphs as ONNX text (onnx docs/Syntax.md), and the lines where nodes and values stand. */
import type { Graph } from '../../ir/graph.ts';
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { ValueNames } from '../onnx/names.ts';
import { dottedText, nameText, quoted } from './names.ts';
import { attributeText, tensorDataText, typeToText } from './print-values.ts';

export interface PrintOptions {
  /** All constants with all their elements; otherwise large ones stand as `{...}`, which cannot be parsed again. */
  readonly inline?: boolean;
  /** Where the types of values in between stand: in the graph's header, or as a comment behind the node that makes them. */
  readonly types?: 'header' | 'comments';
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

/** Prints a model of any dialect. Linear in the model; elements of constants that are left out are not read. */
export function printModel(model: Model, options: PrintOptions = {}): PrintedModel {
  const printer = new Printer(model.dialect === 'onnx' ? 32 : 64, options);
  printer.printModel(model);
  return printer.result();
}

class Printer {
  private readonly parts: string[] = [];
  private line = 1;
  private readonly nodes = new Map<number, Node>();
  private readonly lines = new Map<Node, number>();
  private readonly valueLines = new Map<Value, number>();
  private names: ValueNames | undefined;
  private indent = '';

  constructor(
    private readonly floatBits: 32 | 64,
    private readonly options: PrintOptions,
  ) {}

  result(): PrintedModel {
    return {
      text: this.parts.join(''),
      lineOf: (node) => this.lines.get(node),
      lineOfValue: (value) => {
        return this.valueLines.get(value) ?? (value.producer && this.lines.get(value.producer));
      },
      nodes: this.nodes,
    };
  }

  printModel(model: Model): void {
    this.printHeader(modelHeader(model));
    this.names = new ValueNames(model.graph);
    this.printGraph(model.graph);
    this.write('\n');
    for (const definition of model.functions) this.printFunction(definition);
  }

  private printHeader(entries: readonly string[]): void {
    if (entries.length > 0) this.write(`<\n  ${entries.join(',\n  ')}\n>\n`);
  }

  private printFunction(definition: FunctionDefinition): void {
    const { graph, attributes, attributeDefaults } = definition;
    this.write('\n');
    this.printHeader(functionHeader(definition));
    this.names = new ValueNames(graph);
    this.write(nameText(definition.name));
    const listed = [
      ...attributes.map(nameText),
      ...Array.from(attributeDefaults, ([name, value]) =>
        attributeText(name, value, this.options.inline ?? false, this.floatBits, () => '...'),
      ),
    ];
    if (listed.length > 0) this.write(` <${listed.join(', ')}>`);
    this.write(' ');
    this.printTyped(graph.inputs);
    this.write(' => ');
    this.printTyped(graph.outputs);
    this.printBetween(graph, []);
    this.printNodes(graph, [...graph.initializers]);
    this.write('\n');
  }

  /** Inputs that are constants too have their type here and their elements in the header. */
  private printGraph(graph: Graph): void {
    this.write(`${nameText(graph.name)} `);
    this.printTyped(graph.inputs);
    this.write(' => ');
    this.printTyped(graph.outputs);
    this.printBetween(graph, [...graph.initializers]);
    this.printNodes(graph, []);
  }

  private printTyped(values: readonly Value[]): void {
    this.write('(');
    values.forEach((value, k) => {
      this.note(value);
      this.write(`${k > 0 ? ', ' : ''}${this.typed(value.type, value)}`);
    });
    this.write(')');
  }

  private typed(type: ValueType | undefined, value: Value): string {
    return `${type ? `${typeToText(type)} ` : ''}${this.nameOf(value)}`;
  }

  /** Constants, and types of values in between. */
  private printBetween(graph: Graph, constants: readonly Value[]): void {
    const typed = this.options.types === 'comments' ? [] : [...typedBetween(graph)];
    const separator = () => `\n${this.indent}`;
    if (constants.length + typed.length === 0) {
      this.write(separator());
      return;
    }
    this.write(`${separator()}<`);
    let comma = '';
    for (const value of constants) {
      if (!value.constant) continue;
      this.write(`${comma}${separator()}  `);
      this.note(value);
      this.write(this.constantText(value.constant, value));
      comma = ',';
    }
    for (const value of typed) {
      this.write(`${comma}${separator()}  ${this.typed(value.type, value)}`);
      comma = ',';
    }
    this.write(`${separator()}>${separator()}`);
  }

  private constantText(constant: Tensor, value: Value): string {
    const type: ValueType = { kind: 'tensor', dtype: constant.dtype, shape: constant.shape };
    return `${this.typed(type, value)} = ${tensorDataText(constant, this.options.inline ?? false)}`;
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
      const held = attributeText('value', { type: 'tensor', value: value.constant }, true, this.floatBits, () => '');
      this.write(`${this.nameOf(value)} = Constant <${held}> ()`);
    }
    for (const node of graph.nodes) {
      this.write(`\n${this.indent}`);
      this.printNode(node);
    }
    this.indent = around;
    this.write(`\n${this.indent}}`);
  }

  private printNode(node: Node): void {
    this.nodes.set(this.line, node);
    this.lines.set(node, this.line);
    const label = node.name === undefined ? '' : `[${nameText(node.name)}] `;
    const outputs = node.outputs.map((value) => this.nameOf(value)).join(', ');
    this.write(`${label}${outputs} = ${operatorText(node)}`);
    const inputs = ` (${node.inputs.map((value) => this.nameOf(value)).join(', ')})`;
    const hasGraphs = [...node.subgraphs()].length > 0;
    if (hasGraphs) this.write(inputs);
    this.printAttributes(node);
    if (!hasGraphs) this.write(inputs);
    if (this.options.types === 'comments') this.write(typesComment(node));
  }

  private printAttributes(node: Node): void {
    let before = ' <';
    for (const [name, attribute] of node.attributes) {
      this.write(before);
      before = ', ';
      const { inline = false } = this.options;
      if (attribute.type !== 'graph' && attribute.type !== 'graphs') {
        this.write(attributeText(name, attribute, inline, this.floatBits, () => ''));
        continue;
      }
      // Graphs are printed in place, so that the lines of their nodes are known.
      this.write(`${nameText(name)}: ${attribute.type} = `);
      if (attribute.type === 'graph') this.printGraph(attribute.value);
      else {
        this.write('[');
        attribute.value.forEach((graph, k) => {
          if (k > 0) this.write(', ');
          this.printGraph(graph);
        });
        this.write(']');
      }
    }
    if (node.attributes.size > 0) this.write('>');
  }

  private nameOf(value: Value | undefined): string {
    return nameText(this.names?.of(value) ?? '');
  }

  private note(value: Value): void {
    if (!this.valueLines.has(value)) this.valueLines.set(value, this.line);
  }

  private write(text: string): void {
    this.parts.push(text);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.line++;
  }
}

function modelHeader(model: Model): string[] {
  const entries: string[] = [];
  const text = (key: string, value: string) => {
    if (value !== '') entries.push(`${key}: ${quoted(value)}`);
  };
  if (model.dialect !== 'onnx') text('dialect', model.dialect);
  if (model.irVersion > 0) entries.push(`ir_version: ${model.irVersion}`);
  if (model.opsetImports.size > 0) entries.push(`opset_import: ${opsetsText(model.opsetImports)}`);
  text('producer_name', model.producerName);
  text('producer_version', model.producerVersion);
  text('domain', model.domain);
  if (model.modelVersion !== 0n) entries.push(`model_version: ${model.modelVersion}`);
  text('doc_string', model.doc);
  if (model.metadata.size > 0) {
    const pairs = Array.from(model.metadata, ([key, value]) => `${quoted(key)} : ${quoted(value)}`);
    entries.push(`metadata_props: [${pairs.join(', ')}]`);
  }
  return entries;
}

function functionHeader(definition: FunctionDefinition): string[] {
  const entries = [`domain: ${quoted(definition.domain)}`];
  if (definition.overload !== '') entries.push(`overload: ${quoted(definition.overload)}`);
  entries.push(`opset_import: ${opsetsText(definition.opsetImports)}`);
  if (definition.doc) entries.push(`doc_string: ${quoted(definition.doc)}`);
  return entries;
}

function opsetsText(opsets: ReadonlyMap<string, number>): string {
  return `[${Array.from(opsets, ([domain, version]) => `${quoted(domain)} : ${version}`).join(', ')}]`;
}

function operatorText(node: Node): string {
  const domain = node.domain === '' ? '' : `${dottedText(node.domain)}.`;
  return `${domain}${nameText(node.op)}${node.overload === '' ? '' : `:${nameText(node.overload)}`}`;
}

function typesComment(node: Node): string {
  const types = node.outputs.map((value) => (value.type ? typeToText(value.type) : '?'));
  return types.some((type) => type !== '?') ? `  # ${types.join(', ').replaceAll('\n', ' ')}` : '';
}

/** Values that nodes make, that are no outputs of the graph, and whose type is known. */
function* typedBetween(graph: Graph): Iterable<Value> {
  const outputs = new Set(graph.outputs);
  for (const node of graph.nodes) {
    for (const value of node.outputs) {
      const absent = value.name === '' && value.useCount === 0;
      if (value.type && !absent && !outputs.has(value)) yield value;
    }
  }
}
