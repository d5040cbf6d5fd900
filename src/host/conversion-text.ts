/** What is said of a conversion that is done. */
import path from 'node:path';
import { agrees, differenceText } from '../core/agreement.ts';
import type { ConvertResult } from '../shared/conversion.ts';

export function doneText(name: string, target: string, result: ConvertResult): string {
  const { output, seconds, verification, unverified } = result;
  const written = output.map((file) => path.basename(file)).join(' and ');
  const proof = verification ? ` ${proofText(verification)}` : '';
  const lack = unverified ? ` It was not compared: ${unverified.reason}.` : '';
  return `Converted ${name} to ${target}: ${written} (${seconds.toFixed(1)} s).${proof}${lack}${stepsText(result)}`;
}

/** What the comparison showed. */
function proofText(verification: NonNullable<ConvertResult['verification']>): string {
  const verdict = agrees(verification) ? 'It agrees with' : 'It DIFFERS from';
  return `${verdict} ${verification.reference}: ${differenceText(verification)}.`;
}

/** What the passes did, and where that is shown when the message has gone. */
function stepsText({ passes, simplified }: ConvertResult): string {
  const steps = passes.reduce((sum, { applications }) => sum + applications, 0);
  if (steps === 0) return simplified ? ' There was nothing to simplify.' : '';
  const { nodesBefore, nodesAfter } = simplified ?? { nodesBefore: 0, nodesAfter: 0 };
  const nodes = nodesBefore === nodesAfter ? '' : ` ${nodesBefore} nodes became ${nodesAfter}.`;
  const listed = steps === 1 ? 'The step is' : `The ${steps} steps are`;
  return `${nodes} ${listed} listed under Conversion Steps, beside the problems.`;
}
