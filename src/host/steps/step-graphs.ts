/** The graph of a model just before and just after a step, side by side. Two panels serve all steps, one after another. */
import * as vscode from 'vscode';
import type { Step, StepSide } from '../../shared/conversion.ts';
import type { EngineCalls } from '../../shared/engine.ts';
import type { StepsId } from '../../shared/identifiers.ts';
import { withProgress } from '../engine.ts';
import { StillGraph } from './still-graph.ts';

const VIEW = 'graphwright.step';
const SIDES: readonly StepSide[] = ['before', 'after'];
const COLUMNS = { before: vscode.ViewColumn.One, after: vscode.ViewColumn.Two } as const;
const TITLES = { before: 'Before Step', after: 'After Step' } as const;

export class StepGraphs implements vscode.Disposable {
  private readonly open = new Map<StepSide, StillGraph>();

  constructor(
    private readonly engine: EngineCalls,
    private readonly extension: vscode.Uri,
  ) {}

  /** Opens both moments and rings what the step changed in each. Throws where the steps are not remembered any more. */
  async show(steps: StepsId, step: Step, modelName: string): Promise<void> {
    const moments = await withProgress(`Opening ${modelName} as it was at step ${step.step}`, (watch) =>
      Promise.all(
        SIDES.map(async (side) => ({ side, model: await this.engine.openStep(steps, step.step, side, watch) })),
      ),
    );
    for (const { side, model } of moments) {
      const nodes = step[side].map(({ name }) => name).filter((name) => name !== '');
      const changes = { side, nodes, near: step.near };
      this.panelOf(side).show(`${TITLES[side]} ${step.step}: ${modelName}`, COLUMNS[side], model, changes);
    }
  }

  dispose(): void {
    for (const each of this.open.values()) each.dispose();
  }

  private panelOf(side: StepSide): StillGraph {
    const known = this.open.get(side);
    if (known) return known;
    const place = { viewColumn: COLUMNS[side], preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(VIEW, TITLES[side], place, { retainContextWhenHidden: true });
    const made = new StillGraph(panel, this.engine, this.extension, () => this.open.delete(side));
    this.open.set(side, made);
    return made;
  }
}
