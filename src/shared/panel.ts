/**
 * Messages between the host and the graph panel. Plain data; the panel may ask for pages of its own model only.
 *
 * The page that the host makes: style dist/webview.css, script dist/webview.js, and the address of dist/webview-layout.js
 * in `<body data-layout-script="...">`. The panel fetches that script and runs it as a worker out of a blob, so the page's
 * policy needs `connect-src ${cspSource}` and `worker-src blob:` beside its script and style sources.
 */
import type { StepSide, TargetRow } from './conversion.ts';
import type { CallArguments, CallResult, EngineCall, Failure } from './engine.ts';
import type { ModelSummary } from './graph.ts';
import type { TargetChoice } from './identifiers.ts';
import type { SourceFrame } from './node.ts';
import type { FixName, PlacedProblem } from './problems.ts';

/** The calls that a panel may make; the host puts the model's id before the arguments. */
export type PanelCall = Extract<
  EngineCall,
  'groups' | 'unfolding' | 'search' | 'locate' | 'node' | 'tensor' | 'explain'
>;
/** Arguments of a panel's call: those of the engine without the model. */
export type PanelArguments<C extends PanelCall> =
  CallArguments<C> extends readonly [unknown, ...infer Rest] ? Rest : never;

/** A question of the panel. `id` is the panel's own count; the answer carries it back. */
export type PanelQuestion = {
  [C in PanelCall]: {
    readonly type: 'call';
    readonly id: number;
    readonly call: C;
    readonly arguments: PanelArguments<C>;
  };
}[PanelCall];

/** From the panel to the host. */
export type ToHost =
  /** The panel listens: the host sends what it knows (`loading`, then `model` or `failed`). */
  | { readonly type: 'ready' }
  | PanelQuestion
  /** The answer to question `id` is not needed any more. */
  | { readonly type: 'forget'; readonly id: number }
  | { readonly type: 'choose-target'; readonly target: TargetChoice }
  | { readonly type: 'convert' }
  /** Opens the model as text, at a node's line where one is given (its id). */
  | { readonly type: 'open-text'; readonly node?: string }
  | { readonly type: 'open-source'; readonly frame: SourceFrame }
  | { readonly type: 'fix'; readonly fix: FixName; readonly problem: PlacedProblem }
  | { readonly type: 'copy'; readonly text: string }
  /** Takes the program that the file lacks from the user's Python; `code` says what the file is. */
  | { readonly type: 'capture'; readonly code: string }
  /** The user selected another node (its id), or none. */
  | { readonly type: 'selected'; readonly node: string | undefined }
  /** Reads the file again. */
  | { readonly type: 'reload' };

/** From the host to the panel. */
export type ToPanel =
  | { readonly type: 'loading'; readonly title: string }
  | {
      readonly type: 'model';
      readonly summary: ModelSummary;
      readonly targets: readonly TargetRow[];
      /** What the buttons of fixes say. */
      readonly fixTitles: Readonly<Record<FixName, string>>;
      /** What the model is checked against. */
      readonly target: TargetChoice | undefined;
      /** The model is one moment of a conversion: it can be looked at, and nothing else. */
      readonly moment?: boolean;
    }
  | { readonly type: 'failed'; readonly failure: Failure; readonly fileName: string }
  /** The problems for a target; undefined while they are being looked for. */
  | {
      readonly type: 'problems';
      readonly target: TargetChoice;
      readonly problems: readonly PlacedProblem[] | undefined;
    }
  /** Selects and shows a node: by its id, its name, or the name of one of its outputs. */
  | { readonly type: 'reveal'; readonly node: string }
  /** The same, where it exists, as the cursor of a text moves over it. */
  | { readonly type: 'follow'; readonly node: string }
  /** Rings nodes, named as for `reveal`, and brings them into sight; `near` where there is none to ring. */
  | {
      readonly type: 'point';
      readonly side: StepSide;
      readonly nodes: readonly string[];
      readonly near: readonly string[];
    }
  /** Says what simplification does to a node, named as for `reveal`, or to the one that is selected. */
  | { readonly type: 'explain'; readonly node: string | undefined }
  | { readonly type: 'find' }
  | PanelAnswer;

export type PanelAnswer = { readonly type: 'answer'; readonly id: number } & (
  | { readonly result: CallResult<PanelCall> }
  | { readonly failure: Failure }
);
