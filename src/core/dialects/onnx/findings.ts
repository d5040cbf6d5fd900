/** What a checker has found: problems, and beside each the objects of the graph that it is about, for who has them at hand. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { ProblemCode } from '../../problems/codes.ts';
import type { Part } from '../../problems/part.ts';
import { type Problem, problem } from '../../problems/problem.ts';

export interface Finding {
  readonly problem: Problem;
  readonly node?: Node | undefined;
  readonly value?: Value | undefined;
  /** What was there first, where a name or a function is defined twice. */
  readonly first?: Value | undefined;
}

export type Details = Readonly<Record<string, string>>;

/** The objects that a finding is about. */
export type Subject = Omit<Finding, 'problem'>;

export class Findings {
  readonly list: Finding[] = [];

  report(code: ProblemCode, subject: Subject, details: Details, part: Part): void {
    this.list.push({ ...subject, problem: problem(code, subject.node, details, part) });
  }

  add(problems: readonly Problem[], subject: Subject): void {
    for (const each of problems) this.list.push({ ...subject, problem: each });
  }
}
