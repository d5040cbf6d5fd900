/** The contents of groups, asked for once and several at a time. */
import type { GroupContent } from '../src/shared/graph.ts';
import type { GroupId } from '../src/shared/identifiers.ts';
import type { Host } from './host.ts';

/** So many groups are asked for in one question: answers stay small. */
const AT_ONCE = 64;

export class Contents {
  private known = new Map<GroupId, GroupContent>();

  constructor(private readonly host: Host) {}

  clear(): void {
    this.known = new Map();
  }

  readonly of = (group: GroupId): GroupContent | undefined => this.known.get(group);

  async need(groups: Iterable<GroupId>): Promise<void> {
    const known = this.known;
    const missing = [...new Set(groups)].filter((group) => !known.has(group));
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const answers = await this.host.ask('groups', missing.slice(at, at + AT_ONCE));
      for (const content of answers) known.set(content.group, content);
    }
  }
}
