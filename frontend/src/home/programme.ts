/** The public list of contests: its shape, its order, and what answers to a search. */
import type { ContestOnProgramme, EventOnProgramme } from '$lib/wire/http';

export const FILTERS = ['all', 'running', 'published'] as const;
export type Filter = (typeof FILTERS)[number];

const RUNNING: ReadonlySet<string> = new Set(['started', 'ended']);
const PUBLISHED: ReadonlySet<string> = new Set(['provisional', 'official']);

function passes(filter: Filter, event: EventOnProgramme): boolean {
  if (filter === 'running') return RUNNING.has(event.state);
  return filter === 'all' || PUBLISHED.has(event.state);
}

/** Contests with the events that answer: those being marked first, then as the server orders them. */
export function found(programme: readonly ContestOnProgramme[], typed: string, filter: Filter): ContestOnProgramme[] {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const says = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const answers: ContestOnProgramme[] = [];
  for (const contest of programme) {
    const named = says(`${contest.name} ${contest.place}`);
    const events = contest.events.filter(
      (event) => passes(filter, event) && (named || says(`${contest.name} ${contest.place} ${event.name} ${event.code}`)),
    );
    if (events.length > 0 || (named && filter === 'all')) answers.push({ ...contest, events });
  }
  return answers.sort((left, right) => Number(isRunning(right)) - Number(isRunning(left)));
}

export function isRunning(contest: ContestOnProgramme): boolean {
  return contest.events.some((event) => event.state === 'started');
}

/** The days of a contest as people write them; empty when none are set. */
export function daysOf(contest: Pick<ContestOnProgramme, 'starts_on' | 'ends_on'>, language: 'zh' | 'en'): string {
  const first = dayOf(contest.starts_on);
  const last = dayOf(contest.ends_on);
  if (!first) return last ? written(last, language) : '';
  if (!last || contest.starts_on.slice(0, 10) === contest.ends_on.slice(0, 10)) return written(first, language);
  const sameMonth = first.year === last.year && first.month === last.month;
  if (language === 'zh') {
    if (sameMonth) return `${written(first, 'zh')}至${last.day}日`;
    return `${written(first, 'zh')}至${first.year === last.year ? `${last.month}月${last.day}日` : written(last, 'zh')}`;
  }
  return sameMonth ? `${first.day}–${written(last, 'en')}` : `${written(first, 'en')} – ${written(last, 'en')}`;
}

interface Day {
  year: number;
  month: number;
  day: number;
}

function dayOf(text: string): Day | null {
  const read = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return read ? { year: Number(read[1]), month: Number(read[2]), day: Number(read[3]) } : null;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function written({ year, month, day }: Day, language: 'zh' | 'en'): string {
  return language === 'zh' ? `${year}年${month}月${day}日` : `${day} ${MONTHS[month - 1] ?? month} ${year}`;
}
