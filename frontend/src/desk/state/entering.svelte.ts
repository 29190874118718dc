import { events } from '../calls';
import type { EntryKind } from '../types';

/** Many competitors or teams entered one after another; it can be stopped, and says who could not be entered. */
export class Entering {
  done = $state(0);
  all = $state(0);
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  #stopped = false;

  /** Enter all of these; return how many were. The first refusal ends it: what was entered stays. */
  async run(event: string, kind: EntryKind, subjects: readonly string[]): Promise<number> {
    this.busy = true;
    this.problem = null;
    this.#stopped = false;
    this.done = 0;
    this.all = subjects.length;
    try {
      for (const subject of subjects) {
        if (this.#stopped) break;
        await events.enter(event, { kind, subject });
        this.done += 1;
      }
    } catch (broken) {
      this.problem = broken;
    } finally {
      this.busy = false;
    }
    return this.done;
  }

  stop(): void {
    this.#stopped = true;
  }
}
