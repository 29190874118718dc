import type { BoardHead, Moved, Reset, Row } from '$lib/wire/live';

/** A row of which only that is said which a test cares about. */
export function row(entry: string, place: number, said: Partial<Row> = {}): Row {
  return {
    entry,
    place,
    rank: place,
    shared: false,
    label: entry,
    name: `名 ${entry}`,
    organisation: '县农机总站',
    status: 'entered',
    total: '80.00',
    points: '80.00',
    complete: 4,
    aspects: 4,
    best: '80.00',
    worst: '80.00',
    scores: [],
    awards: [],
    gap: null,
    ...said,
  };
}

export function head(said: Partial<BoardHead> = {}): BoardHead {
  return {
    event: 'welding',
    event_name: '焊工',
    contest: 'county',
    contest_name: '县赛',
    state: 'started',
    view: 'live',
    audience: 'public',
    as_of: '2026-11-20T09:18:13.000000Z',
    complete: 3,
    aspects: 12,
    entries: 3,
    columns: [],
    awards: [],
    ...said,
  };
}

export function reset(version: number, rows: Row[], said: Partial<BoardHead> = {}): Reset {
  return { type: 'reset', epoch: 'e1', version, head: head(said), rows };
}

export function moved(after: number, version: number, rows: Row[], gone: string[] = []): Moved {
  return { type: 'moved', after, version, head: null, rows, gone };
}
