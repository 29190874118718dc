import { describe, expect, it } from 'vitest';
import type { ContestOnProgramme } from '$lib/wire/http';
import { daysOf, found } from './programme';
import { h, wordOf } from './words';

function contest(name: string, states: Record<string, string>): ContestOnProgramme {
  return {
    contest: name,
    name,
    level: 'county',
    kind: 'labour',
    starts_on: '2026-11-18',
    ends_on: '2026-11-22',
    place: '青川',
    events: Object.entries(states).map(([event, state]) => ({ event, code: event.toUpperCase(), name: event, state })),
  };
}

const PROGRAMME = [
  contest('秋季赛', { 焊工: 'official', 电工: 'planned' }),
  contest('县赛', { 公交驾驶: 'started', 果树修剪: 'ended' }),
  contest('明年赛', {}),
];
const names = (typed: string, filter: 'all' | 'running' | 'published'): string[] =>
  found(PROGRAMME, typed, filter).map((one) => `${one.name}:${one.events.map((event) => event.name).join('+')}`);

describe('the list of contests', () => {
  it('puts first what is being marked', () => {
    expect(names('', 'all')).toEqual(['县赛:公交驾驶+果树修剪', '秋季赛:焊工+电工', '明年赛:']);
  });

  it('finds an event, or a contest with all its events', () => {
    expect(names('电工', 'all')).toEqual(['秋季赛:电工']);
    expect(names(' 县赛 ', 'all')).toEqual(['县赛:公交驾驶+果树修剪']);
    expect(names('县赛 果树', 'all')).toEqual(['县赛:果树修剪']);
    expect(names('青川 焊工', 'all')).toEqual(['秋季赛:焊工']);
    expect(names('航天', 'all')).toEqual([]);
  });

  it('narrows to what runs or what is published', () => {
    expect(names('', 'running')).toEqual(['县赛:公交驾驶+果树修剪']);
    expect(names('', 'published')).toEqual(['秋季赛:焊工']);
  });
});

describe('days and words', () => {
  it('writes days as people do', () => {
    const days = (starts_on: string, ends_on: string): string[] => [
      daysOf({ starts_on, ends_on }, 'zh'),
      daysOf({ starts_on, ends_on }, 'en'),
    ];
    expect(days('2026-11-18', '2026-11-22')).toEqual(['2026年11月18日至22日', '18–22 Nov 2026']);
    expect(days('2026-11-28', '2026-12-02')).toEqual(['2026年11月28日至12月2日', '28 Nov 2026 – 2 Dec 2026']);
    expect(days('2026-12-30', '2027-01-02')).toEqual(['2026年12月30日至2027年1月2日', '30 Dec 2026 – 2 Jan 2027']);
    expect(days('2026-11-18', '2026-11-18')).toEqual(['2026年11月18日', '18 Nov 2026']);
    expect(days('2026-11-18', '')).toEqual(['2026年11月18日', '18 Nov 2026']);
    expect(days('', '')).toEqual(['', '']);
  });

  it('shows a code it does not know as it is', () => {
    expect([wordOf('state', 'official'), wordOf('kind', 'chess')]).toEqual([h('state_official'), 'chess']);
  });
});
