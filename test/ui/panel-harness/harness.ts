/** The graph panel by itself in a browser: the real bundles and the real engine, with a page and a host of our own. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { startBrowser } from '../../../scripts/lib/browser.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import type { Model } from '../../../src/core/ir/model.ts';
import type { Problem } from '../../../src/core/problems/problem.ts';
import { problem } from '../../../src/core/problems/problem.ts';
import { FIX_TITLES } from '../../../src/host/fix-titles.ts';
import { type Core, type CoreModel, Engine } from '../../../src/service/engine.ts';
import { toFailure } from '../../../src/service/failure.ts';
import { slotNames } from '../../../src/service/slots.ts';
import type { EngineCalls, Failure } from '../../../src/shared/engine.ts';
import type { ModelSummary } from '../../../src/shared/graph.ts';
import type { TargetChoice } from '../../../src/shared/identifiers.ts';
import type { PanelQuestion, ToHost, ToPanel } from '../../../src/shared/panel.ts';
import { THEMES, type ThemeName, themeStyle } from './themes.ts';

const ADDRESS = 'http://localhost/';
export interface Look {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
}

export class Harness {
  readonly errors: string[] = [];
  /** Everything that the panel said beside its questions. */
  readonly heard: Exclude<ToHost, PanelQuestion>[] = [];
  private engine: EngineCalls = new Engine(coreOf(undefined));
  private summary: ModelSummary | undefined;

  private constructor(
    readonly page: Page,
    private readonly stop: () => Promise<void>,
  ) {}

  static async start({ theme = 'dark', width = 1280, height = 860 }: Look = {}): Promise<Harness> {
    const folder = mkdtempSync(join(tmpdir(), 'graphwright-panel-'));
    const common = { bundle: true, minify: true, format: 'iife', target: 'es2022', logLevel: 'error' } as const;
    await Promise.all(
      Object.entries({
        'webview.js': 'webview/main.ts',
        'webview-layout.js': 'webview/layout/worker.ts',
        'webview.css': 'webview/style.css',
      }).map(([name, entry]) => build({ ...common, entryPoints: [inRoot(entry)], outfile: join(folder, name) })),
    );
    const { browser, page } = await startBrowser({ width, height });
    const harness = new Harness(page, async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    });
    page.on('pageerror', (error) => harness.errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && harness.errors.push(message.text()));
    await page.route(`${ADDRESS}**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ contentType: 'text/html', body: pageOf(theme) });
      const contentType = name.endsWith('.css') ? 'text/css' : 'text/javascript';
      return route.fulfill({ contentType, body: readFileSync(join(folder, name)) });
    });
    await page.exposeFunction('toHost', (message: ToHost) => harness.hear(message));
    await page.goto(ADDRESS);
    await page.waitForSelector('[data-testid=loading]');
    return harness;
  }

  /** Shows a model, with a problem at every node of an operator. */
  show(model: Model, problemsOf?: string): Promise<void> {
    return this.open(new Engine(coreOf(model, problemsOf)), '/models/net.onnx', { target: 'onnx', opset: 17 });
  }

  /** Shows what an engine opens. */
  async open(engine: EngineCalls, path: string, target: TargetChoice): Promise<void> {
    await this.page.evaluate(() => delete document.body.dataset.ready);
    this.engine = engine;
    this.summary = await engine.open(path, { inputs: [], ops: [], accept: [] });
    const targets = await engine.targets(undefined);
    await this.send({ type: 'model', summary: this.summary, targets, fixTitles: FIX_TITLES, target });
    await this.ready();
    const problems = await engine.problems(this.summary.id, target);
    await this.send({ type: 'problems', target, problems });
  }

  async fail(failure: Failure): Promise<void> {
    await this.send({ type: 'failed', failure, fileName: 'net.pt' });
    await this.ready();
  }

  async send(message: ToPanel): Promise<void> {
    await this.page.evaluate((data) => window.postMessage(data, '*'), message);
  }

  async ready(): Promise<void> {
    await this.page.waitForSelector('body[data-ready=true]', { timeout: 60_000 });
  }

  end(): Promise<void> {
    return this.stop();
  }

  private async hear(message: ToHost): Promise<void> {
    if (message.type !== 'call') {
      this.heard.push(message);
      return;
    }
    const { id, call } = message;
    try {
      const ask = this.engine[call] as (...args: unknown[]) => Promise<never>;
      const result = await ask.call(this.engine, this.summary?.id, ...message.arguments);
      await this.send({ type: 'answer', id, result });
    } catch (error) {
      await this.send({ type: 'answer', id, failure: toFailure(error) });
    }
  }
}

/** What an engine would say of a node: one rule that fits, and one that nearly does. */
function explanationOf(node: string) {
  const at = { graph: 'model', node: `Add ${node}` };
  const title = 'Makes a Gemm of MatMul and Add of matrices';
  return {
    node,
    done: [{ ...at, pass: 'no-unit', title: 'Takes out arithmetic with 0 and 1', reason: 'it adds 0' }],
    missed: [
      { ...at, pass: 'product-and-sum', title, node: 'Add sum', reason: 'its input has rank 3, not 2', near: true },
      { ...at, pass: 'softplus', title: 'Makes one Softplus', reason: 'its input is made by MatMul', near: false },
    ],
  };
}

/** The page as the host writes it, with the theme that an editor adds. */
function pageOf(name: ThemeName): string {
  const theme = THEMES[name];
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-panel'`,
    `style-src ${ADDRESS} 'unsafe-inline'`,
    'worker-src blob:',
    `connect-src ${ADDRESS}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en" style='${themeStyle(theme)}'>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="/webview.css">
</head>
<body class="${theme.bodyClass}" data-layout-script="/webview-layout.js">
<script nonce="panel">
  let kept;
  const api = { postMessage: (message) => window.toHost(message), getState: () => kept, setState: (state) => { kept = state; } };
  window.acquireVsCodeApi = () => api;
</script>
<script nonce="panel" src="/webview.js"></script>
</body>
</html>`;
}

function coreOf(model: Model | undefined, problemsOf?: string): Core<CoreModel> {
  const missing = () => {
    throw new Error('the panel does not ask for this');
  };
  return {
    async open(path) {
      if (!model) throw new Error('no model is shown');
      const fileBytes = 46_827_520;
      return {
        path,
        format: { title: 'ONNX' },
        fileBytes,
        model,
        problems: [],
        source: () => undefined,
        close: () => {},
      };
    },
    openAround: missing,
    domainVersions: missing,
    targetTable: missing,
    records: missing,
    explain: async (_path, _reading, _target, node) => explanationOf(node),
    check: async (opened): Promise<Problem[]> =>
      [...opened.model.graph.nodes]
        .filter((node) => node.operator === problemsOf)
        .map((node) => problem('unsupported-operator', node, { target: 'ONNX, opset 17' })),
    convert: missing,
    print: (printed) => {
      const nodes = [...printed.graph.nodes];
      return { text: '', nodes: new Map(nodes.map((node, k) => [k + 1, node])), lineOf: () => undefined };
    },
    targets: () => [
      { id: 'onnx', title: 'ONNX', description: '', opsets: { lowest: 13, highest: 22, usual: 17 } },
      { id: 'caffe:opencv', title: 'Caffe (OpenCV)', description: '' },
    ],
    draft: missing,
    opsFile: missing,
    python: { describe: missing, guessInputs: missing, capture: missing },
    slots: slotNames,
  };
}
