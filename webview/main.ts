/** Starts the graph panel in its page: see src/shared/panel.ts for what the page must offer. */
import { type EditorApi, Host } from './host.ts';
import { startLayout } from './layout/client.ts';
import { Panel } from './panel.ts';
import { registerToolkit } from './panels/toolkit.ts';
import { pageMeasure } from './scene/face.ts';

declare function acquireVsCodeApi(): EditorApi;

async function start(): Promise<void> {
  registerToolkit();
  const { layoutScript } = document.body.dataset;
  if (layoutScript === undefined) throw new Error('the page names no layout script');
  const layOut = await startLayout(layoutScript);
  const host = new Host(acquireVsCodeApi(), (message) => panel.hear(message));
  const panel = new Panel(host, layOut, pageMeasure(getComputedStyle(document.body).fontFamily));
  document.body.replaceChildren(panel.element);
  host.send({ type: 'ready' });
}

start().catch((error: unknown) => {
  document.body.textContent = `The graph cannot be shown: ${error instanceof Error ? error.message : error}`;
  document.body.dataset.ready = 'true';
});
