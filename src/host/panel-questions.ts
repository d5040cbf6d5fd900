/** Answers what a graph panel asks of the engine: about its own model only. */
import { toFailure } from '../service/failure.ts';
import type { EngineCalls } from '../shared/engine.ts';
import type { ModelId } from '../shared/identifiers.ts';
import type { PanelAnswer, PanelQuestion } from '../shared/panel.ts';

export class PanelQuestions {
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly engine: EngineCalls,
    private readonly model: () => Promise<ModelId>,
    private readonly send: (answer: PanelAnswer) => void,
  ) {}

  async answer(question: PanelQuestion): Promise<void> {
    const { id } = question;
    const stop = new AbortController();
    this.running.set(id, stop);
    try {
      const result = await this.call(question, { signal: stop.signal });
      this.send({ type: 'answer', id, result });
    } catch (error) {
      if (!stop.signal.aborted) this.send({ type: 'answer', id, failure: toFailure(error) });
    } finally {
      this.running.delete(id);
    }
  }

  /** The answer is not needed any more. */
  forget(id: number): void {
    this.running.get(id)?.abort();
  }

  forgetAll(): void {
    for (const each of this.running.values()) each.abort();
  }

  private async call(question: PanelQuestion, watch: { signal: AbortSignal }) {
    const model = await this.model();
    // One case each: nothing else of the engine can be reached from a panel.
    switch (question.call) {
      case 'groups':
        return this.engine.groups(model, ...question.arguments, watch);
      case 'unfolding':
        return this.engine.unfolding(model, ...question.arguments, watch);
      case 'search':
        return this.engine.search(model, ...question.arguments, watch);
      case 'locate':
        return this.engine.locate(model, ...question.arguments, watch);
      case 'node':
        return this.engine.node(model, ...question.arguments, watch);
      case 'tensor':
        return this.engine.tensor(model, ...question.arguments, watch);
      case 'explain':
        return this.engine.explain(model, ...question.arguments, watch);
    }
  }
}
