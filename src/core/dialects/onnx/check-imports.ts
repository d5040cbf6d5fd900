/** Whether the opsets that a model or a function imports are there, and whether its IR version is one that we know. */
import type { Model } from '../../ir/model.ts';
import type { Part } from '../../problems/part.ts';
import type { CheckContext } from './check-operator.ts';
import type { Findings } from './findings.ts';
import { isOnnxDomain, latestOpset } from './operators.ts';

/** The newest version of the file format that is known (onnx.proto of ONNX 1.23). */
export const LATEST_IR_VERSION = 14;
/** From this IR version on models say which opsets they mean. */
const IMPORTS_FROM = 3;

/** Versions are 32-bit integers to everybody who reads them. */
const LARGEST_VERSION = 2 ** 31 - 1;

export function checkHeader(model: Model, findings: Findings): void {
  // A model that was made, not read, gets its IR version when it is written.
  const made = model.file === undefined && model.irVersion === 0;
  const { irVersion } = model;
  if (!made && (irVersion < 1 || irVersion > LATEST_IR_VERSION)) {
    const said = irVersion === 0 ? 'The model says no IR version' : `The model says IR version ${irVersion}`;
    const reason = `${said}; known are versions 1 to ${LATEST_IR_VERSION}`;
    findings.report('ir-version', {}, { reason, version: String(irVersion) }, { kind: 'header' });
  }
}

/** A model that imports nothing is told at its nodes; one without nodes here. */
export function checkAnyImport(model: Model, findings: Findings): void {
  const made = model.file === undefined && model.irVersion === 0;
  if (made || model.opsetImports.size > 0 || model.irVersion < IMPORTS_FROM) return;
  if (findings.list.some(({ problem }) => problem.code === 'opset-missing')) return;
  const details = { user: 'The model', domain: 'ai.onnx', importer: 'it', version: '17' };
  findings.report('opset-missing', {}, details, { kind: 'opset-import', domain: '' });
}

/** The imports of a function, or of the model itself. */
export function checkImports(context: CheckContext, findings: Findings): void {
  const { within } = context;
  const importer = context.importer.charAt(0).toUpperCase() + context.importer.slice(1);
  for (const [domain, version] of context.imports) {
    const newest = latestOpset(domain) ?? LARGEST_VERSION;
    if (version <= newest && (version >= 1 || !isOnnxDomain(domain))) continue;
    const name = within && { domain: within.domain, name: within.name, overload: within.overload };
    const part: Part = { kind: 'opset-import', domain, ...(name && { function: name }) };
    const details = { importer, domain: domain || 'ai.onnx', version: String(version), newest: String(newest) };
    findings.report('opset-unknown', {}, details, part);
  }
}
