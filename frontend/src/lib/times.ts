import { language } from './i18n.svelte';
import { common } from './words';

const two = (n: number): string => String(n).padStart(2, '0');

/** The local time of day, with seconds: 10:42:07. */
export function clockTime(at: string | number): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '—';
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}

/** The local time without seconds: 10:42. */
export function shortTime(at: string | number): string {
  return clockTime(at).slice(0, 5);
}

/** The local date and time: 11月20日 10:42, 20 Nov 10:42. */
export function dayAndTime(at: string | number): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '—';
  const form = new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', { month: 'short', day: 'numeric' });
  return `${form.format(moment)} ${shortTime(at)}`;
}

/** How long ago, in words that fit a header. */
export function ageInWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 2) return common('just_now');
  if (seconds < 60) return common('seconds_ago', { n: seconds });
  if (seconds < 3600) return common('minutes_ago', { n: Math.floor(seconds / 60) });
  return common('hours_ago', { n: Math.floor(seconds / 3600) });
}
