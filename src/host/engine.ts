/** The engine of this window: a process of its own, started by the first call and again after it died. */
import * as vscode from 'vscode';
import { type EngineClient, startEngine } from '../service/client.ts';
import type { Watch } from '../shared/engine.ts';
import type { Log } from './log.ts';

export function createEngine(context: vscode.ExtensionContext, log: Log): EngineClient {
  const engine = startEngine({
    program: context.asAbsolutePath('dist/service.mjs'),
    log: (line) => log.info(`engine: ${line}`),
  });
  context.subscriptions.push(engine);
  return engine;
}

/** Runs work with a notification that shows what is being done and can be cancelled. */
export function withProgress<T>(title: string, work: (watch: Watch) => Promise<T>): Thenable<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const stop = new AbortController();
    const listening = token.onCancellationRequested(() => stop.abort());
    try {
      return await work({ signal: stop.signal, report: (message) => progress.report({ message }) });
    } finally {
      listening.dispose();
    }
  });
}
