/** The models that editors hold open: each is open once in the engine, read again when its file changes, closed with its last holder. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { EngineCalls } from '../shared/engine.ts';
import type { ModelSummary } from '../shared/graph.ts';
import type { TargetChoice } from '../shared/identifiers.ts';
import type { PlacedProblem, ProblemData } from '../shared/problems.ts';
import type { Log } from './log.ts';
import type { Readings } from './readings.ts';
import { configuredTarget, sameTarget, TARGET_SETTING } from './target.ts';

/** Files beside models that say how these are read. */
const OPS_FILES = '**/graphwright.{ops,caffe}.json';
/** Files are often written in several steps; a change is read when it has been quiet for this long. */
const SETTLE_MS = 250;

/** What a target cannot take of a model; `problems` is undefined while they are being looked for. */
export interface Check {
  readonly target: TargetChoice;
  readonly problems: readonly PlacedProblem[] | undefined;
  /** Which of them only a conversion finds. */
  readonly told?: readonly PlacedProblem[];
  /** Why there are no problems to show: the check itself failed. */
  readonly failure?: unknown;
}

/** A model that somebody holds open. */
export interface HeldModel extends vscode.Disposable {
  readonly uri: vscode.Uri;
  /** The model as the file is now; fails where it cannot be read. */
  summary(): Promise<ModelSummary>;
  readonly check: Check | undefined;
  /**
   * Checks against another target than the settings name, until this model is closed. What a conversion has told is listed
   * too, until the file changes: simplification finds what a check does not.
   */
  checkAgainst(target: TargetChoice, told?: readonly ProblemData[]): Promise<Check>;
}

class OpenModel {
  holders = 0;
  check: Check | undefined;
  chosen: TargetChoice | undefined;
  told: readonly ProblemData[] = [];
  opened: Promise<ModelSummary> | undefined;
  readonly watching: vscode.Disposable[] = [];
  settling: NodeJS.Timeout | undefined;

  constructor(readonly uri: vscode.Uri) {}

  get target(): TargetChoice {
    return this.chosen ?? configuredTarget(this.uri);
  }
}

export class Models implements vscode.Disposable {
  private readonly models = new Map<string, OpenModel>();
  private readonly loaded = new vscode.EventEmitter<vscode.Uri>();
  private readonly checked = new vscode.EventEmitter<vscode.Uri>();
  private readonly closed = new vscode.EventEmitter<vscode.Uri>();
  /** A model is read, for the first time or again. */
  readonly onDidLoad = this.loaded.event;
  /** What is known of a model's problems changed. */
  readonly onDidCheck = this.checked.event;
  readonly onDidClose = this.closed.event;
  private readonly subscriptions: vscode.Disposable[] = [this.loaded, this.checked, this.closed];

  constructor(
    private readonly engine: EngineCalls,
    private readonly readings: Readings,
    private readonly log: Log,
  ) {
    const operators = vscode.workspace.createFileSystemWatcher(OPS_FILES);
    const again = () => this.reloadAll();
    this.subscriptions.push(
      operators,
      operators.onDidChange(again),
      operators.onDidCreate(again),
      operators.onDidDelete(again),
      // A profile of the user's own.
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        for (const model of this.models.values()) if (model.target.target === uri.fsPath) void this.recheck(model);
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        for (const model of this.models.values())
          if (change.affectsConfiguration(TARGET_SETTING, model.uri)) {
            model.chosen = undefined;
            model.told = [];
            void this.recheck(model);
          }
      }),
    );
  }

  /** The models that are open now. */
  get uris(): readonly vscode.Uri[] {
    return [...this.models.values()].map((model) => model.uri);
  }

  checkOf(uri: vscode.Uri): Check | undefined {
    return this.models.get(uri.toString())?.check;
  }

  targetOf(uri: vscode.Uri): TargetChoice {
    return this.models.get(uri.toString())?.target ?? configuredTarget(uri);
  }

  /** Whether a model is checked against another target than the settings name: the one it was refused for. */
  hasOwnTarget(uri: vscode.Uri): boolean {
    return this.models.get(uri.toString())?.chosen !== undefined;
  }

  /** Holds a model open until the hold is disposed. */
  hold(uri: vscode.Uri): HeldModel {
    const model = this.models.get(uri.toString()) ?? this.add(uri);
    model.holders++;
    let held = true;
    return {
      uri,
      summary: () => this.summary(model),
      get check() {
        return model.check;
      },
      checkAgainst: (target, told = []) => {
        model.chosen = target;
        model.told = told;
        return this.recheck(model);
      },
      dispose: () => {
        if (held && --model.holders === 0) this.remove(model);
        held = false;
      },
    };
  }

  /** Reads a model again, where it is open: its file or what the user said about it changed. */
  reload(uri: vscode.Uri): void {
    const model = this.models.get(uri.toString());
    if (!model) return;
    model.told = [];
    this.forget(model);
    void this.recheck(model);
    this.loaded.fire(uri);
  }

  dispose(): void {
    for (const model of this.models.values()) for (const each of model.watching) each.dispose();
    for (const each of this.subscriptions) each.dispose();
  }

  private reloadAll(): void {
    for (const model of this.models.values()) this.reload(model.uri);
  }

  private add(uri: vscode.Uri): OpenModel {
    const model = new OpenModel(uri);
    this.models.set(uri.toString(), model);
    const folder = vscode.Uri.joinPath(uri, '..');
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, escapeGlob(path.posix.basename(uri.path))),
    );
    const changed = () => {
      clearTimeout(model.settling);
      model.settling = setTimeout(() => this.reload(uri), SETTLE_MS);
    };
    model.watching.push(watcher, watcher.onDidChange(changed), watcher.onDidCreate(changed), {
      dispose: () => clearTimeout(model.settling),
    });
    void this.recheck(model);
    return model;
  }

  private remove(model: OpenModel): void {
    this.models.delete(model.uri.toString());
    for (const each of model.watching) each.dispose();
    this.forget(model);
    this.closed.fire(model.uri);
  }

  private summary(model: OpenModel): Promise<ModelSummary> {
    model.opened ??= this.engine.open(model.uri.fsPath, this.readings.of(model.uri));
    return model.opened;
  }

  /** Closes what the engine has open; the next use opens the file again. */
  private forget(model: OpenModel): void {
    const { opened } = model;
    model.opened = undefined;
    opened?.then(
      (summary) => this.engine.close(summary.id).catch((error) => this.log.debug(String(error))),
      () => undefined,
    );
  }

  private async recheck(model: OpenModel): Promise<Check> {
    const { target, told } = model;
    const current = () => sameTarget(target, model.target) && this.models.get(model.uri.toString()) === model;
    this.setCheck(model, { target, problems: undefined });
    const opened = this.summary(model);
    const check = await opened
      .then(async (summary): Promise<Check> => {
        const found = await this.engine.problems(summary.id, target);
        const further = told.filter((one) => !found.some((other) => isSame(one, other)));
        return { target, problems: [...found, ...further], told: further };
      })
      .catch((failure: unknown): Check => ({ target, problems: [], failure }));
    if (check.failure) this.log.warn(`checking ${model.uri.fsPath}: ${check.failure}`);
    // Another target was chosen or the file changed meanwhile: their own checks follow.
    if (current() && model.opened === opened) this.setCheck(model, check);
    return check;
  }

  private setCheck(model: OpenModel, check: Check): void {
    model.check = check;
    this.checked.fire(model.uri);
  }
}

function isSame(one: ProblemData, other: ProblemData): boolean {
  return one.code === other.code && one.message === other.message && one.node?.name === other.node?.name;
}

/** A file name as a glob that matches nothing else. */
function escapeGlob(name: string): string {
  return name.replace(/[[\]{}*?]/g, '[$&]');
}
