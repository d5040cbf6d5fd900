/** The engine behind the table of calls: open models by id, and what can be asked of them. */
import type { Reason } from '../core/expressible.ts';
import { InputError } from '../core/ir/errors.ts';
import type { Model } from '../core/ir/model.ts';
import type { Node } from '../core/ir/node.ts';
import type { PassSummary } from '../core/passes/records.ts';
import { editsText } from '../core/problems/fixes.ts';
import type { Problem } from '../core/problems/problem.ts';
import { type Progress, watched } from '../core/progress.ts';
import { parseInputSpec, type Reading } from '../core/reading.ts';
import type {
  ConvertRequest as CoreConvertRequest,
  ConvertResult as CoreConvertResult,
  Simplified,
} from '../core/request.ts';
import type { TargetTable } from '../core/target-table.ts';
import type { TargetRequest } from '../core/targets/target.ts';
import type { CaptureRequest, PythonProgram } from '../shared/capture.ts';
import type {
  CapturedReference,
  ConvertRequest,
  DomainVersions,
  StepPage,
  StepSide,
  TargetRow,
} from '../shared/conversion.ts';
import type { DraftWish, OperatorDraft } from '../shared/draft.ts';
import type { CallArguments, CallResult, EngineCalls, Watch } from '../shared/engine.ts';
import type { GroupContent, ModelSummary } from '../shared/graph.ts';
import type { ModelId, Page, ReadingOptions, StepsId, TargetChoice } from '../shared/identifiers.ts';
import type { PlacedProblem, ProblemData } from '../shared/problems.ts';
import type { SourceText, TextPage } from '../shared/text.ts';
import { ConversionSteps } from './conversion-steps.ts';
import { constantOf } from './describe.ts';
import { nodeDetails } from './details.ts';
import { elementTexts } from './elements.ts';
import { OpenGraph } from './open-graph.ts';
import { SearchIndex } from './search.ts';
import type { SlotNames } from './slots.ts';
import { type ReadMoments, StepMoments } from './step-moments.ts';
import { summaryOf } from './summary.ts';
import { type Printed, TextMap } from './text.ts';
import { unfoldingOf } from './unfolding.ts';

/** What the engine needs of the core; tests give small ones. */
export interface Core<M extends CoreModel> {
  open(path: string, reading: Reading, progress: Progress): Promise<M>;
  check(opened: M, target: TargetRequest, progress: Progress): Promise<readonly Problem[]>;
  targetTable(opened: M, progress: Progress): Promise<TargetTable>;
  convert(
    request: CoreConvertRequest & { readonly reference?: CapturedReference },
    progress: Progress,
  ): Promise<CoreConvertResult>;
  /** What each pass of a conversion did, step by step: the passes are run once more for it. */
  records(request: CoreConvertRequest, progress: Progress): Promise<readonly PassSummary[]>;
  /** What simplification does to a node; undefined where the model does not get that far. */
  explain(
    path: string,
    reading: Reading,
    target: TargetRequest,
    node: string,
    progress: Progress,
  ): Promise<Simplified['why']>;
  /** The models just before and just after a step of a conversion. */
  openAround: ReadMoments<M>;
  print(model: Model): Printed;
  targets(path: string | undefined): readonly TargetRow[];
  domainVersions(model: Model): DomainVersions | undefined;
  draft(opened: M, node: Node, wish: DraftWish): Omit<OperatorDraft, 'file'>;
  opsFile(path: string): string;
  /** What runs the user's own Python. */
  readonly python: PythonCore;
  readonly slots: (model: Model) => SlotNames;
}

export interface PythonCore {
  describe(program: CallArguments<'describeProgram'>[0], told: Told): Promise<CallResult<'describeProgram'>>;
  guessInputs(program: PythonProgram, told: Told): Promise<CallResult<'guessInputs'>>;
  capture(request: CaptureRequest, told: Told): Promise<CallResult<'capture'>>;
}

/** Hears what is done, and what the program prints. */
export interface Told {
  readonly progress: Progress;
  print(lines: string): void;
}

export interface CoreModel {
  readonly path: string;
  readonly format: { readonly title: string };
  readonly fileBytes: number;
  readonly model: Model;
  readonly problems: readonly Problem[];
  source(entry: string): string | undefined;
  close(): void;
}

/** One model that is open; what is costly is made when first asked for. */
interface Open<M> {
  readonly opened: M;
  readonly graph: OpenGraph;
  readonly slots: SlotNames;
  search?: SearchIndex;
  text?: TextMap;
}

/** A model that callers know. It may be let go while others are used, and is opened again when it is asked for. */
interface Known<M> {
  /** How its file is read; absent where it is one moment of a conversion. */
  readonly reading?: Reading | undefined;
  read(watch?: Watch): Promise<Open<M>>;
  open: Promise<Open<M>> | undefined;
}

/** So many places are told of one reason. */
const MOST_PLACES = 12;

/** So many models stay in memory. */
const MOST_OPEN = 8;

export class Engine<M extends CoreModel> implements EngineCalls {
  /** Least recently used first. */
  private readonly models = new Map<ModelId, Known<M>>();
  private readonly conversions: ConversionSteps;
  private readonly moments: StepMoments<M>;
  private count = 0;

  constructor(private readonly core: Core<M>) {
    this.conversions = new ConversionSteps((request, progress) => core.records(request, progress));
    this.moments = new StepMoments((request, step, progress) => core.openAround(request, step, progress));
  }

  async open(path: string, reading: ReadingOptions, watch?: Watch): Promise<ModelSummary> {
    const given = readingOf(reading);
    return this.know((again) => this.core.open(path, given, progressOf(again)), watch, given);
  }

  async close(id: ModelId): Promise<void> {
    const known = this.models.get(id);
    this.models.delete(id);
    await known?.open?.then(({ opened }) => opened.close(), ignore);
  }

  async groups(...[id, groups]: CallArguments<'groups'>): Promise<readonly GroupContent[]> {
    const { graph } = await this.use(id);
    return groups.map((group) => graph.content(group) ?? unknown('group', group));
  }

  async unfolding(...[id, root, budget]: CallArguments<'unfolding'>): Promise<readonly string[]> {
    const { graph } = await this.use(id);
    return unfoldingOf(graph.group(root) ?? unknown('group', root), budget);
  }

  async search(...[id, query, page]: CallArguments<'search'>): Promise<CallResult<'search'>> {
    const open = await this.use(id);
    open.search ??= new SearchIndex(open.graph);
    return open.search.search(query, page);
  }

  async locate(...[id, name]: CallArguments<'locate'>): Promise<CallResult<'locate'>> {
    const { graph } = await this.use(id);
    const node = graph.find(name);
    return node && graph.placeOf(node);
  }

  async node(...[id, nodeId]: CallArguments<'node'>): Promise<CallResult<'node'>> {
    const { graph, slots } = await this.use(id);
    return nodeDetails(graph, graph.nodeOf(nodeId) ?? unknown('node', nodeId), slots);
  }

  async tensor(...[id, valueId, page]: CallArguments<'tensor'>): Promise<CallResult<'tensor'>> {
    const { graph } = await this.use(id);
    const value = graph.valueOf(valueId) ?? unknown('value', valueId);
    const tensor = constantOf(value) ?? unknown('constant', value.name ?? valueId);
    const elements = elementTexts(tensor, page.offset, page.limit);
    return { type: tensor.dtype, shape: tensor.shape, count: tensor.count, offset: page.offset, elements };
  }

  async explain(id: ModelId, nodeId: string, target: TargetChoice, watch?: Watch): Promise<CallResult<'explain'>> {
    const { graph, opened } = await this.use(id, watch);
    const node = graph.nodeOf(nodeId) ?? unknown('node', nodeId);
    const reading = this.models.get(id)?.reading ?? unknown('file of the model', id);
    const told = await this.core.explain(opened.path, reading, target, nameOf(node, opened.model), progressOf(watch));
    return { tried: told !== undefined, done: told?.done ?? [], missed: told?.missed ?? [] };
  }

  async text(...[id, page]: CallArguments<'text'>): Promise<TextPage> {
    return this.textOf(await this.use(id)).page(page);
  }

  async source(...[id, entry]: CallArguments<'source'>): Promise<SourceText> {
    const { opened } = await this.use(id);
    const text = opened.source(entry);
    if (text === undefined) {
      const place = { file: opened.path, inside: entry };
      throw new InputError('file-missing', 'the model holds no such source file', place, 'Open the model again.');
    }
    const language = entry.endsWith('.py') ? 'torchscript' : entry.endsWith('.json') ? 'json' : 'plaintext';
    return { entry, language, text };
  }

  async targets(path: string | undefined): Promise<readonly TargetRow[]> {
    return this.core.targets(path);
  }

  async domainVersions(id: ModelId): Promise<CallResult<'domainVersions'>> {
    const { opened } = await this.use(id);
    return this.core.domainVersions(opened.model);
  }

  async problems(id: ModelId, target: TargetChoice, watch?: Watch): Promise<readonly PlacedProblem[]> {
    const open = await this.use(id, watch);
    const found = await this.core.check(open.opened, target, progressOf(watch));
    return place(open, found, this.textOf(open));
  }

  async targetTable(id: ModelId, watch?: Watch): Promise<CallResult<'targetTable'>> {
    const open = await this.use(id, watch);
    const table = await this.core.targetTable(open.opened, progressOf(watch));
    const text = this.textOf(open);
    const reasons = (all: readonly Reason[]) =>
      all.map(({ message, count, all: each }) => {
        return { message, count, places: place(open, each.slice(0, MOST_PLACES), text) };
      });
    return {
      ...table,
      own: place(open, table.own, text),
      opsets: table.opsets.map(({ problems: _, ...row }) => ({ ...row, reasons: reasons(row.reasons) })),
      targets: table.targets.map(({ problems: _, target: { id: target, title }, ...row }) => {
        return { ...row, target, title, reasons: reasons(row.reasons) };
      }),
    };
  }

  async convert(request: ConvertRequest, watch?: Watch): Promise<CallResult<'convert'>> {
    const asked = { ...request, reading: readingOf(request.reading) };
    // Most steps are never looked at.
    const result = await this.core.convert({ ...asked, explain: false }, progressOf(watch));
    const steps = request.explain ? this.conversions.keep(asked, result.passes) : undefined;
    return { ...result, ...(steps !== undefined && { steps }) };
  }

  async steps(id: StepsId, pass: string, page: Page, watch?: Watch): Promise<StepPage> {
    return this.conversions.page(id, pass, page, progressOf(watch));
  }

  async openStep(id: StepsId, step: number, side: StepSide, watch?: Watch): Promise<ModelSummary> {
    const request = this.conversions.requestOf(id);
    return this.know((again) => this.moments.take(request, step, side, progressOf(again)), watch);
  }

  async draftOperator(...[id, nodeId, wish]: CallArguments<'draftOperator'>): Promise<OperatorDraft> {
    const { graph, opened } = await this.use(id);
    const node = graph.nodeOf(nodeId) ?? unknown('node', nodeId);
    return { ...this.core.draft(opened, node, wish), file: this.core.opsFile(opened.path) };
  }

  async describeProgram(
    program: CallArguments<'describeProgram'>[0],
    watch?: Watch,
  ): Promise<CallResult<'describeProgram'>> {
    return this.core.python.describe(program, toldBy(watch));
  }

  async guessInputs(program: PythonProgram, watch?: Watch): Promise<CallResult<'guessInputs'>> {
    return this.core.python.guessInputs(program, toldBy(watch));
  }

  async capture(request: CaptureRequest, watch?: Watch): Promise<CallResult<'capture'>> {
    return this.core.python.capture(request, toldBy(watch));
  }

  private textOf(open: Open<M>): TextMap {
    open.text ??= new TextMap(this.core.print(open.opened.model), (node) => open.graph.idOf(node));
    return open.text;
  }

  /** Opens a model and gives it an id. */
  private async know(open: (watch?: Watch) => Promise<M>, watch?: Watch, reading?: Reading): Promise<ModelSummary> {
    const read = async (again?: Watch): Promise<Open<M>> => {
      const opened = await open(again);
      const slots = this.core.slots(opened.model);
      return { opened, graph: new OpenGraph(opened.model, slots), slots };
    };
    const first = await read(watch);
    const id = `m${++this.count}`;
    this.models.set(id, { read, reading, open: Promise.resolve(first) });
    await this.trim();
    return summaryOf(id, first.opened, first.graph, place(first, first.opened.problems));
  }

  /** The model of that id, read again where it was let go. */
  private async use(id: ModelId, watch?: Watch): Promise<Open<M>> {
    const known = this.models.get(id) ?? unknown('model', id);
    this.models.delete(id);
    this.models.set(id, known);
    known.open ??= known.read(watch);
    try {
      return await known.open;
    } catch (error) {
      known.open = undefined;
      throw error;
    } finally {
      await this.trim();
    }
  }

  private async trim(): Promise<void> {
    const open = [...this.models.values()].filter((known) => known.open);
    for (const known of open.slice(0, Math.max(0, open.length - MOST_OPEN))) {
      const going = known.open;
      known.open = undefined;
      await going?.then(({ opened }) => opened.close(), ignore);
    }
  }
}

function readingOf(options: ReadingOptions): Reading {
  return { ...options, inputs: options.inputs.map(parseInputSpec) };
}

function toldBy(watch: Watch | undefined): Told {
  return { progress: progressOf(watch), print: watch?.print ?? ignore };
}

function progressOf(watch: Watch | undefined): Progress {
  return watched(watch?.report ?? ignore, watch?.signal);
}

/** Gives every problem its node and its line. */
function place(open: Pick<Open<unknown>, 'graph'>, problems: readonly Problem[], text?: TextMap): PlacedProblem[] {
  return problems.map((problem): PlacedProblem => {
    // Over a graph there is no text to change.
    const plain: ProblemData = { ...problem, fixes: problem.fixes.filter((fix) => !editsText(fix)) };
    const names = problem.node ? [problem.node.name, ...problem.node.outputs] : [];
    const node = names.map((name) => open.graph.find(name)).find((found) => found !== undefined);
    const line = node && text?.lineOf(node);
    return { ...plain, ...(node && { place: open.graph.placeOf(node) }), ...(line !== undefined && { line }) };
  });
}

/** By what passes know a node: what is made of one of another dialect keeps its name, one of ONNX keeps its values. */
function nameOf(node: Node, { dialect }: Model): string {
  const value = node.outputs.find((output) => output.name)?.name;
  return (dialect === 'onnx' ? value || node.name : node.name || value) ?? '';
}

function unknown(what: string, id: string): never {
  throw new InputError('bad-argument', `there is no ${what} ${id}`, undefined, 'Open the model again.');
}

function ignore(): void {}
