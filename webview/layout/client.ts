/** The layout for the panel: a worker made from the script that the page names. */
import type { LayoutInput, LayoutResult } from './types.ts';
import type { LayoutAnswer, LayoutQuestion } from './worker.ts';

export type LayOut = (input: LayoutInput) => Promise<LayoutResult>;

interface Waiting {
  readonly resolve: (result: LayoutResult) => void;
  readonly reject: (error: Error) => void;
}

/** A page in an editor may run a worker only out of a blob: the script is fetched first. */
export async function startLayout(script: string): Promise<LayOut> {
  const response = await fetch(script);
  if (!response.ok) throw new Error(`the layout script cannot be loaded (${response.status})`);
  const address = URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
  const worker = new Worker(address);
  URL.revokeObjectURL(address);

  const waiting = new Map<number, Waiting>();
  let count = 0;
  worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.result) call?.resolve(data.result);
    else call?.reject(new Error(`the layout failed: ${data.error}`));
  };
  worker.onerror = (event) => {
    for (const call of waiting.values()) call.reject(new Error(`the layout failed: ${event.message}`));
    waiting.clear();
  };
  return (input) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, input } satisfies LayoutQuestion);
    });
}
