/** What a prototxt means: the dialect that it is of, its network as the reader would link it, and all that is wrong with it. */
import { inferCaffe } from '../../dialects/caffe/infer.ts';
import { type CaffeMessage, fieldAt } from '../../dialects/caffe/schema.ts';
import { type CaffeVocabulary, layerFacts } from '../../dialects/caffe/vocabulary.ts';
import { nearestName, suggestionOf } from '../../dialects/onnx/spelling.ts';
import { LayerCheck } from '../../formats/caffe/check-layer.ts';
import type { DialectScore } from '../../formats/caffe/detect-dialect.ts';
import { oldLayer } from '../../formats/caffe/evidence.ts';
import { Findings, placeOf } from '../../formats/caffe/findings.ts';
import { linkNet } from '../../formats/caffe/link.ts';
import { dialectNote } from '../../formats/caffe/read.ts';
import type { Tree } from '../../formats/caffe/tree.ts';
import { upgradeNet } from '../../formats/caffe/upgrade.ts';
import { V1_TYPES } from '../../formats/caffe/v1-types.ts';
import { type LayerEntry, layersOf } from '../../formats/caffe/weights.ts';
import { InputError, type Place } from '../../ir/errors.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import type { Problem } from '../../problems/problem.ts';
import { Binder, type Misfit } from './bind.ts';
import type { Choice } from './dialect-choice.ts';
import type { LayerSyntax } from './layers.ts';
import { type FieldSyntax, isMessage, type PrototxtSyntax } from './syntax.ts';
import type { WeightsBeside } from './weights-beside.ts';

export interface AnalysisGiven extends Choice {
  readonly text: string;
  readonly path: string;
  readonly layers: readonly LayerSyntax[];
  /** All dialects that there are, the more common first. */
  readonly dialects: readonly CaffeVocabulary[];
  /** The dialect that the user has chosen, by its name. */
  readonly chosen: string | undefined;
  readonly weights: WeightsBeside | undefined;
}

/** The network of a text. */
export interface Network extends Choice {
  readonly layers: readonly LayerSyntax[];
  /** Undefined where the text as a whole is none that could be linked. */
  readonly graph: Graph | undefined;
  /** The nodes of layers that count. */
  readonly nodes: ReadonlyMap<LayerSyntax, Node>;
  readonly findings: readonly Problem[];
  readonly misfits: readonly Misfit[];
}

export function analyse(syntax: PrototxtSyntax, given: AnalysisGiven): Network {
  return new Analyser(syntax, given).run();
}

/** What is said of layers that do not count when the network runs. */
const OF_FIELDS: ReadonlySet<string> = new Set(['field-unknown', 'parameter-unread']);

class Analyser {
  private readonly findings = new Findings();
  private readonly byPlace = new Map<string, LayerSyntax>();
  private readonly nodes = new Map<LayerSyntax, Node>();

  constructor(
    private readonly syntax: PrototxtSyntax,
    private readonly given: AnalysisGiven,
  ) {}

  run(): Network {
    const { dialect, scores, layers, text } = this.given;
    for (const layer of layers) this.byPlace.set(placeKey(layer.field), layer);
    const binder = new Binder(text);
    const bound = binder.bind(this.syntax.fields, dialect.schema.net);
    const graph = this.link(bound, dialect);
    this.unknownTypes(layers, dialect);
    this.note(dialect, scores);
    const found = { findings: this.findings.problems, misfits: binder.misfits };
    return { dialect, scores, layers, graph, nodes: this.nodes, ...found };
  }

  private link(bound: Tree, dialect: CaffeVocabulary): Graph | undefined {
    const { path, dialects, weights } = this.given;
    const { findings } = this;
    try {
      const { net, age } = upgradeNet(bound, dialect.schema, path);
      const entries = layersOf(net);
      const [first] = entries;
      if (age !== 'V2' && first)
        findings.add('layers-upgraded', undefined, placeOf(first.entry, path), {
          year: age === 'V1' ? '2014' : '2013',
        });
      const check = new LayerCheck(dialect, dialects, path, findings);
      check.net(net);
      const counted = new Set<LayerEntry['layer']>();
      const graph = linkNet({
        ...{ net, file: path, dialect, findings, lenient: true, stages: [] },
        weights: weights?.under(dialect),
        seen: (node, layer) => {
          counted.add(layer.layer);
          const written = this.byPlace.get(placeKey(layer.entry));
          if (written) this.nodes.set(written, node);
          check.check(node, layer);
        },
      });
      inferCaffe(graph, dialect);
      this.others(entries, counted, dialect);
      return graph;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.failed(error);
      return undefined;
    }
  }

  /** Checks the fields of layers that do not count, and of inputs. */
  private others(entries: readonly LayerEntry[], counted: ReadonlySet<Tree>, dialect: CaffeVocabulary): void {
    const found = new Findings();
    const check = new LayerCheck(dialect, this.given.dialects, this.given.path, found);
    for (const each of entries) {
      if (counted.has(each.layer)) continue;
      const [type = '', name = ''] = [each.layer.string('type'), each.layer.string('name')];
      check.check(new Node(type, [], { domain: 'caffe', name }), each);
    }
    this.findings.problems.push(...found.problems.filter(({ code }) => OF_FIELDS.has(code)));
  }

  /** What the reader stops at. */
  private failed({ message, place }: InputError): void {
    this.findings.add('net-malformed', undefined, place as Place, { reason: message });
  }

  private unknownTypes(layers: readonly LayerSyntax[], dialect: CaffeVocabulary): void {
    const { dialects, path } = this.given;
    for (const layer of layers) {
      const { type, op, field } = layer;
      if (!type || (op !== undefined && dialect.layers.has(op)) || layer.inner !== layer.body) continue;
      // A problem of its own says so.
      if (op !== undefined && layerFacts(dialect, op)?.training) continue;
      const old = field.name.text === 'layers';
      const word = op ?? type.text;
      const having = dialects.filter((each) => each !== dialect && each.layers.has(word)).map(({ id }) => id);
      const known = old ? oldTypes(dialect.schema.net) : dialect.layers;
      const suggested = having.length > 0 ? undefined : nearestName(word, known);
      this.findings.add('layer-type-unknown', this.nodes.get(layer), placeOf(field, path), {
        ...{ dialect: dialect.id, type: word, dialects: having.join(' '), hint: suggestionOf(suggested) },
        knows: having.length === 0 ? '' : `: ${wordsOf(having)} ${having.length === 1 ? 'has' : 'have'} it`,
        ...(suggested !== undefined && { suggested }),
      });
    }
  }

  private note(dialect: CaffeVocabulary, scores: readonly DialectScore[]): void {
    const { chosen, path } = this.given;
    const [first] = this.syntax.fields;
    const reason = chosen === dialect.id ? undefined : dialectNote(dialect, scores);
    if (reason === undefined || !first) return;
    this.findings.add('caffe-dialect', undefined, placeOf(first, path), { dialect: dialect.id, reason });
  }
}

/** The types of layers from before 2014 that a dialect has. */
export function oldTypes(net: CaffeMessage): readonly string[] {
  const type = fieldAt(net, 'layers.type')?.type;
  return type?.kind === 'enum' ? [...type.numbers.keys()].filter((name) => Object.hasOwn(V1_TYPES, name)) : [];
}

/** The message that a layer is an instance of. */
export function messageOfLayer(
  { field, body, inner }: LayerSyntax,
  { schema }: CaffeVocabulary,
): CaffeMessage | undefined {
  if (field.name.text === 'layer') return schema.layer;
  const old = oldLayer(schema);
  if (inner === body) return old;
  const within = old?.fields.get('layer')?.type;
  return within?.kind === 'message' ? within.message : undefined;
}

/** `a, b and c`. */
export function wordsOf(names: readonly string[]): string {
  const [last = ''] = names.slice(-1);
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Where a field stands, as entries of trees have it too. */
export function placeKey({ line, column }: { readonly line?: number; readonly column?: number }): string {
  return `${line}:${column}`;
}

/** The field at a place of the text, which the findings name. */
export function fieldsByPlace({ fields }: PrototxtSyntax): ReadonlyMap<string, FieldSyntax> {
  const found = new Map<string, FieldSyntax>();
  const collect = (all: readonly FieldSyntax[]) => {
    for (const field of all) {
      found.set(placeKey(field), field);
      for (const value of field.values) if (isMessage(value)) collect(value.fields);
    }
  };
  collect(fields);
  return found;
}
