/** Days and moments as the desk writes them. Days are plain dates; moments are UTC on the wire, local on the page. */
import { language } from '$lib/i18n.svelte';
import type { Contest } from './types';

function dayForm(day: string, withYear: boolean): string {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return '';
  const form = new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', {
    ...(withYear ? { year: 'numeric' as const } : {}),
    month: language() === 'zh' ? 'long' : 'short',
    day: 'numeric',
    timeZone: 'UTC',
  });
  return form.format(Date.UTC(year, month - 1, date));
}

/** «2026年11月20日 – 22日» as far as it is known. */
export function daysOf(contest: Pick<Contest, 'starts_on' | 'ends_on'>): string {
  const { starts_on: first, ends_on: last } = contest;
  if (!first) return '';
  if (!last || last === first) return dayForm(first, true);
  return `${dayForm(first, true)} – ${dayForm(last, first.slice(0, 4) !== last.slice(0, 4))}`;
}

/** What a `datetime-local` field shows for a moment on the wire. */
export function localField(moment: string): string {
  const at = new Date(moment);
  if (!moment || Number.isNaN(at.getTime())) return '';
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment on the wire for what stands in a `datetime-local` field. */
export function wireMoment(field: string): string {
  const at = new Date(field);
  if (!field || Number.isNaN(at.getTime())) return '';
  return at.toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
}
