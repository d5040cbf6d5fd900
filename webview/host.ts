/** The host behind promises: questions with answers, and messages without. */
import type { CallResult, Failure } from '../src/shared/engine.ts';
import type { PanelArguments, PanelCall, PanelQuestion, ToHost, ToPanel } from '../src/shared/panel.ts';

/** What an editor gives to its webviews. */
export interface EditorApi {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** A question failed; the failure says why. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: HostError) => void;
}

export class Host {
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;

  constructor(
    private readonly api: EditorApi,
    hear: (message: Exclude<ToPanel, { type: 'answer' }>) => void,
  ) {
    window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
      if (data.type !== 'answer') {
        hear(data);
        return;
      }
      const call = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ('failure' in data) call?.reject(new HostError(data.failure));
      else call?.resolve(data.result as never);
    });
  }

  send(message: ToHost): void {
    this.api.postMessage(message);
  }

  ask<C extends PanelCall>(call: C, ...args: PanelArguments<C>): Promise<CallResult<C>> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // The arguments belong to the call by this function's signature.
      this.send({ type: 'call', id, call, arguments: args } as unknown as PanelQuestion);
    });
  }

  /** What the panel kept when it was last hidden. */
  get state(): unknown {
    return this.api.getState();
  }

  set state(state: unknown) {
    this.api.setState(state);
  }
}
