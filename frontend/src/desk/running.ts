/** Every request about a running session and an event's results, one name each. */
import { api } from '$lib/api';
import type { SessionDraft } from './calls';
import type {
  Agreement,
  Asked,
  DeskMark,
  EventResults,
  GateLine,
  NewDecision,
  Receipt,
  Remark,
  Session,
  SessionMarks,
  Tie,
  WhyStep,
} from './types';

export const sessions = {
  one: (session: string) => api.get<Session>(`/sessions/${session}`),
  change: (session: string, body: Partial<SessionDraft>) => api.patch<Session>(`/sessions/${session}`, body),
  remove: (session: string) => api.del(`/sessions/${session}`),
  open: (session: string) => api.post<GateLine>(`/sessions/${session}/open`),
  lock: (session: string) => api.post<GateLine>(`/sessions/${session}/lock`),
  /** The reason says why marks stand on which judges differ. */
  confirm: (session: string, reason: string) => api.post<GateLine>(`/sessions/${session}/confirm`, { reason }),
  remarks: (session: string) => api.get<Remark[]>(`/sessions/${session}/remarks`),
  reopen: (session: string, reason: string) => api.post<Asked>(`/sessions/${session}/reopen`, { reason }),
  marks: (session: string) => api.get<SessionMarks>(`/sessions/${session}/marks`),
  enter: (session: string, marks: DeskMark[]) => api.post<Receipt[]>(`/sessions/${session}/marks`, { marks }),
  settle: (mark: string, accept: boolean, reason: string) =>
    api.post<void>(`/marks/${mark}/settle`, { accept, reason }),
};

export type Download = 'awards.xlsx' | 'awards.csv' | 'scores.xlsx' | 'scores.csv';

export const outcomes = {
  results: (event: string) => api.get<EventResults>(`/events/${event}/results`),
  why: (event: string, entry: string) => api.get<WhyStep[]>(`/events/${event}/results/${entry}/why`),
  decideTie: (event: string, decision: NewDecision) => api.post<Tie[]>(`/events/${event}/ties`, decision),
  agreement: (event: string) => api.get<Agreement>(`/events/${event}/agreement`),
  gates: (event: string) => api.get<GateLine[]>(`/events/${event}/gates`),
  publish: (event: string) => api.post<GateLine>(`/events/${event}/publish`),
  official: (event: string) => api.post<Asked>(`/events/${event}/official`),
  freeze: (event: string) => api.post<GateLine>(`/events/${event}/freeze`),
  thaw: (event: string) => api.post<GateLine>(`/events/${event}/thaw`),
  unblind: (event: string) => api.post<GateLine>(`/events/${event}/unblind`),
  supersede: (event: string, reason: string) => api.post<Asked>(`/events/${event}/supersede`, { reason }),
  download: (event: string, file: Download) => api.download(`/events/${event}/${file}`),
  contestAwards: (contest: string) => api.download(`/contests/${contest}/awards.xlsx`),
};
