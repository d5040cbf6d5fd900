/** Which versions of ai.onnx.ml a model can be written in, and what each means for its operators. */
import { LATEST_ML, ML, opsetsOfMl } from '../core/dialects/onnx/ml-versions.ts';
import { onnxDomain, operatorSchema } from '../core/dialects/onnx/operators.ts';
import type { Model } from '../core/ir/model.ts';
import { allGraphs } from '../core/passes/graphs.ts';
import type { DomainVersion, DomainVersions } from '../shared/conversion.ts';

/** Newest first; undefined where no node is of that domain, and where the model means a version that nobody knows. */
export function domainVersions(model: Model): DomainVersions | undefined {
  const { dialect, opsetImports } = model;
  const own = opsetImports.get(ML);
  if (dialect !== 'onnx' || own === undefined || own < 1 || own > LATEST_ML) return undefined;
  const names = new Set<string>();
  for (const graph of allGraphs(model))
    for (const { domain, op } of graph.nodes) if (onnxDomain(domain) === ML) names.add(op);
  if (names.size === 0) return undefined;
  const opset = opsetImports.get('') ?? opsetImports.get('ai.onnx');
  const versions = Array.from({ length: LATEST_ML }, (_, k) => versionFor([...names].sort(), own, LATEST_ML - k));
  return { domain: ML, own, ...(opset !== undefined && { opset }), versions };
}

/** What a version has of operators that mean those of another one. */
function versionFor(names: readonly string[], own: number, version: number): DomainVersion {
  const since = (name: string, at: number) => operatorSchema(ML, name, at)?.since;
  const missing = names.filter((name) => since(name, version) === undefined);
  const changed = names.filter((name) => !missing.includes(name) && since(name, version) !== since(name, own));
  return { version, opsets: opsetsOfMl(version), changed, missing };
}
