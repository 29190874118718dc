import type { KeptMark, MarkDraft } from '../../src/judge/model';
import type { AspectCard, MarkLine, Sheet, Welcome } from '$lib/wire/live';

export const DEVICE = 'tablet';

export function draft(value: number | null = 8500, more: Partial<MarkDraft> = {}): MarkDraft {
  return { session: 's', entry: 'e', aspect: 'a', kind: 'entered', value, reason: '', ...more };
}

export function kept(mark: string, device_seq: number, more: Partial<KeptMark> = {}): KeptMark {
  return {
    ...draft(),
    mark,
    device: DEVICE,
    device_seq,
    slot: 's|e|a',
    replaces: null,
    made_at: '2026-11-20T09:00:00.000Z',
    state: 'saved',
    seq: null,
    link: '',
    at: '',
    because: '',
    params: {},
    ...more,
  };
}

export function line(mark: string, seq: number, more: Partial<MarkLine> = {}): MarkLine {
  return { mark, entry: 'e', aspect: 'a', kind: 'entered', value: 7000, standing: 'counts', revision: 1, seq, at: 't', ...more };
}

export function card(more: Partial<AspectCard> = {}): AspectCard {
  return {
    aspect: 'a',
    name: '外观',
    name_en: 'Appearance',
    group: '焊缝',
    group_en: 'Weld',
    view: 'panel',
    low: 0,
    high: 10000,
    step: 100,
    places: 1,
    unit: '',
    by_panel: true,
    choices: [],
    ...more,
  };
}

export function sheet(more: Partial<Sheet> = {}): Sheet {
  return {
    type: 'sheet',
    session: 's',
    name: '第一场',
    state: 'opened',
    blind: false,
    entries: [{ entry: 'e', label: '01', name: '张伟', organisation: '公交公司', status: 'in_competition' }],
    aspects: [card()],
    marks: [],
    ...more,
  };
}

export function welcome(more: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    device: DEVICE,
    seat: 'seat',
    seat_number: 3,
    judge_name: '王建国',
    panel: '第一组',
    contest: 'c',
    contest_name: '竞赛',
    event: 'ev',
    event_name: '焊工',
    sessions: [{ session: 's', name: '第一场', room: '', starts_at: '', state: 'opened' }],
    next_device_seq: more.next_device_seq ?? 1,
    send_from: more.next_device_seq ?? 1,
    backed_up: 0,
    holds: true,
    at: '2026-11-20T09:00:00.000Z',
    beat_seconds: 10,
    ...more,
  };
}
