import { Problem } from '$lib/api';

/** One act that a person tries: it runs once at a time, and what was wrong stays beside the field it names. */
export class Attempt {
  busy = $state(false);
  problem = $state.raw<unknown>(null);

  /** The field that the server's answer points at, `seats[0].judge_name` as `seats`. */
  get field(): string {
    const named = this.problem instanceof Problem ? this.problem.params['field'] : undefined;
    return typeof named === 'string' ? (named.split(/[.[]/)[0] ?? '') : '';
  }

  /** Try it; true when it was done. A second try while the first runs does nothing. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await act();
      return true;
    } catch (broken) {
      this.problem = broken;
      return false;
    } finally {
      this.busy = false;
    }
  }

  clear(): void {
    this.problem = null;
  }
}
