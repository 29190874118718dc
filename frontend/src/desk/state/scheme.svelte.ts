import { events } from '../calls';
import { t } from '../words';
import type { EventScheme, OutlineNode, SchemeProblem } from '../types';
import { Attempt } from './attempt.svelte';

const A_MOMENT = 350;

/** A scheme document while somebody writes it: checked by the server as one types, kept only when it is right. */
export class SchemeDraft {
  text = $state('');
  /** The text that was loaded; nothing is lost when it still stands there. */
  before = $state('');
  checking = $state(false);
  ok = $state(false);
  outline = $state.raw<readonly OutlineNode[]>([]);
  problems = $state.raw<readonly SchemeProblem[]>([]);
  /** The text is no JSON; said in words with the line. */
  notJson = $state('');
  readonly check = new Attempt();
  readonly keep = new Attempt();
  #soon: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  readonly changed = $derived.by(() => this.text !== this.before);
  /** What the text says, right or wrong; null while it is no JSON. */
  readonly document = $derived.by((): unknown => {
    try {
      return JSON.parse(this.text) as unknown;
    } catch {
      return null;
    }
  });
  readonly aspects = $derived.by(() => this.outline.filter((node) => node.kind !== 'sum').length);
  readonly mayKeep = $derived.by(
    () => this.changed && this.ok && !this.checking && this.notJson === '' && !this.keep.busy,
  );

  /** Begin with a document; `kept` says that it is the one in force. */
  load(document: unknown, kept: boolean): void {
    this.text = JSON.stringify(document, null, 2);
    this.before = kept ? this.text : '';
    void this.#look();
  }

  type(text: string): void {
    this.text = text;
    this.checking = true;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.#look(), A_MOMENT);
  }

  /** Write the document anew, as a form changed it. */
  put(document: unknown): void {
    this.type(JSON.stringify(document, null, 2));
  }

  /** Keep it as a new version; the answer is the scheme in force. */
  async save(event: string): Promise<EventScheme | null> {
    let adopted: EventScheme | null = null;
    await this.keep.run(async () => {
      adopted = await events.adopt(event, JSON.parse(this.text));
      this.before = this.text;
    });
    return adopted;
  }

  async #look(): Promise<void> {
    const turn = ++this.#turn;
    const document = this.#parsed();
    if (document === undefined) {
      this.checking = false;
      this.ok = false;
      return;
    }
    this.checking = true;
    try {
      const found = await events.check(document);
      if (turn !== this.#turn) return;
      this.check.clear();
      this.ok = found.ok;
      this.problems = found.problems;
      if (found.ok) this.outline = found.outline;
    } catch (broken) {
      if (turn !== this.#turn) return;
      this.ok = false;
      this.check.problem = broken;
    } finally {
      if (turn === this.#turn) this.checking = false;
    }
  }

  #parsed(): unknown {
    try {
      this.notJson = '';
      return JSON.parse(this.text);
    } catch (broken) {
      const problem = broken instanceof Error ? broken.message : String(broken);
      const line = lineOf(this.text, problem);
      this.notJson = line ? t('notJson', { line, problem }) : t('notJsonPlain', { problem });
      this.problems = [];
      return undefined;
    }
  }
}

/** The line a JSON fault stands in, as far as the browser says where. */
export function lineOf(text: string, problem: string): number | null {
  const named = /line (\d+)/.exec(problem)?.[1];
  if (named) return Number(named);
  const place = /position (\d+)/.exec(problem)?.[1];
  return place ? text.slice(0, Number(place)).split('\n').length : null;
}

/** Where a node stands in the text: the place of its `"id": "…"`, or null. */
export function placeOf(text: string, node: string): { from: number; to: number } | null {
  const id = node.split('.')[0] ?? '';
  const quoted = JSON.stringify(id).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`"id"\\s*:\\s*${quoted}`).exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : null;
}
