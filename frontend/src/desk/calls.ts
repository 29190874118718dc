/** Every request of the desk's planning side, one name each. Pages and states call these and know no path. */
import { api } from '$lib/api';
import type {
  Account,
  Competitor,
  Consent,
  Contest,
  Device,
  Entry,
  EntryStatus,
  EventRow,
  EventScheme,
  Fact,
  GrantRow,
  ImportOutcome,
  LedgerChecked,
  Me,
  NumbersWanted,
  Organisation,
  Page,
  Pairing,
  PairingNow,
  Panel,
  BroughtScheme,
  Preset,
  Role,
  SchemeCheck,
  Season,
  SeatNow,
  Session,
  Stage,
  Team,
} from './types';

export type Draft<T> = Partial<Omit<T, 'id'>>;

export const person = {
  me: () => api.get<Me>('/me'),
  signIn: (login: string, password: string) => api.post<Me>('/sign-in', { login, password }),
  signOut: () => api.post<void>('/sign-out'),
  speak: (language: string) => api.patch<void>('/me', { language }),
  changePassword: (old: string, fresh: string) => api.post<void>('/me/password', { old, new: fresh }),
};

export const accounts = {
  list: () => api.get<Account[]>('/accounts'),
  create: (body: { login: string; name: string; password: string; language: string }) =>
    api.post<Account>('/accounts', body),
  change: (account: string, body: { name?: string; password?: string; disabled?: boolean }) =>
    api.patch<Account>(`/accounts/${account}`, body),
  grants: (contest: string) => api.get<GrantRow[]>(`/contests/${contest}/grants`),
  grant: (contest: string, body: { account: string; role: Role; event: string | null }) =>
    api.post<GrantRow>(`/contests/${contest}/grants`, body),
  revoke: (grant: string) => api.del(`/grants/${grant}`),
};

export const seasons = {
  list: () => api.get<Season[]>('/seasons'),
  create: (body: Draft<Season>) => api.post<Season>('/seasons', body),
  change: (season: string, body: Draft<Season>) => api.patch<Season>(`/seasons/${season}`, body),
  remove: (season: string) => api.del(`/seasons/${season}`),
};

export const organisations = {
  list: () => api.get<Organisation[]>('/organisations'),
  create: (body: Draft<Organisation>) => api.post<Organisation>('/organisations', body),
  change: (organisation: string, body: Draft<Organisation>) =>
    api.patch<Organisation>(`/organisations/${organisation}`, body),
  remove: (organisation: string) => api.del(`/organisations/${organisation}`),
};

export const contests = {
  list: () => api.get<Contest[]>('/contests'),
  one: (contest: string) => api.get<Contest>(`/contests/${contest}`),
  create: (body: Draft<Contest>) => api.post<Contest>('/contests', body),
  change: (contest: string, body: Draft<Contest>) => api.patch<Contest>(`/contests/${contest}`, body),
  remove: (contest: string) => api.del(`/contests/${contest}`),
  consents: (contest: string) => api.get<Consent[]>(`/contests/${contest}/consents`),
  give: (consent: string) => api.post<void>(`/consents/${consent}/give`),
  decline: (consent: string) => api.post<void>(`/consents/${consent}/decline`),
  devices: (contest: string) => api.get<Device[]>(`/contests/${contest}/devices`),
  revokeDevice: (device: string) => api.post<void>(`/devices/${device}/revoke`),
  facts: (contest: string, after: number, limit: number) =>
    api.get<Fact[]>(`/contests/${contest}/facts`, { query: { after, limit } }),
  ledgerCheck: (contest: string) => api.get<LedgerChecked>(`/contests/${contest}/ledger/check`),
  ledgerBundle: (contest: string) => api.download(`/contests/${contest}/ledger/bundle`),
};

export const competitors = {
  page: (contest: string, search: string, offset: number, limit: number) =>
    api.get<Page<Competitor>>(`/contests/${contest}/competitors`, { query: { search, offset, limit } }),
  create: (contest: string, body: Draft<Competitor>) =>
    api.post<Competitor>(`/contests/${contest}/competitors`, body),
  change: (competitor: string, body: Draft<Competitor>) =>
    api.patch<Competitor>(`/competitors/${competitor}`, body),
  remove: (competitor: string) => api.del(`/competitors/${competitor}`),
  template: (contest: string) => api.download(`/contests/${contest}/competitors/template`),
  import: (contest: string, file: File, dryRun: boolean) =>
    api.upload<ImportOutcome>(`/contests/${contest}/competitors/import`, file, { query: { dry_run: dryRun } }),
  teams: (contest: string) => api.get<Team[]>(`/contests/${contest}/teams`),
  createTeam: (contest: string, body: Draft<Team>) => api.post<Team>(`/contests/${contest}/teams`, body),
  changeTeam: (team: string, body: Draft<Team>) => api.patch<Team>(`/teams/${team}`, body),
  removeTeam: (team: string) => api.del(`/teams/${team}`),
};

export const events = {
  list: (contest: string) => api.get<EventRow[]>(`/contests/${contest}/events`),
  create: (contest: string, body: Draft<EventRow>) => api.post<EventRow>(`/contests/${contest}/events`, body),
  change: (event: string, body: Draft<EventRow>) => api.patch<EventRow>(`/events/${event}`, body),
  remove: (event: string) => api.del(`/events/${event}`),
  stages: (event: string) => api.get<Stage[]>(`/events/${event}/stages`),
  createStage: (event: string, name: string) => api.post<Stage>(`/events/${event}/stages`, { name }),
  changeStage: (stage: string, name: string) => api.patch<Stage>(`/stages/${stage}`, { name }),
  removeStage: (stage: string) => api.del(`/stages/${stage}`),
  scheme: (event: string) => api.get<EventScheme>(`/events/${event}/scheme`),
  adopt: (event: string, document: unknown) => api.put<EventScheme>(`/events/${event}/scheme`, { document }),
  check: (document: unknown) => api.post<SchemeCheck>('/schemes/check', { document }),
  presets: () => api.get<Preset[]>('/presets'),
  cis: (file: File) => api.upload<BroughtScheme>('/schemes/cis', file),
  entries: (event: string) => api.get<Entry[]>(`/events/${event}/entries`),
  enter: (event: string, body: Draft<Entry>) => api.post<Entry>(`/events/${event}/entries`, body),
  /** Give everyone without one a bib, by lot or in the order of the list, and a station by lot. */
  number: (event: string, wanted: NumbersWanted) =>
    api.post<Entry[]>(`/events/${event}/entries/numbers`, wanted),
  changeEntry: (entry: string, body: Draft<Entry>) => api.patch<Entry>(`/entries/${entry}`, body),
  removeEntry: (entry: string) => api.del(`/entries/${entry}`),
  rule: (entry: string, status: EntryStatus, reason: string) =>
    api.post<void>(`/entries/${entry}/ruling`, { status, reason }),
  seats: (event: string) => api.get<SeatNow[]>(`/events/${event}/seats`),
  panels: (event: string) => api.get<Panel[]>(`/events/${event}/panels`),
  createPanel: (event: string, body: PanelDraft) => api.post<Panel>(`/events/${event}/panels`, body),
  changePanel: (panel: string, body: Partial<PanelDraft>) => api.patch<Panel>(`/panels/${panel}`, body),
  removePanel: (panel: string) => api.del(`/panels/${panel}`),
  sessions: (event: string) => api.get<Session[]>(`/events/${event}/sessions`),
  plan: (event: string, body: Partial<SessionDraft>) => api.post<Session>(`/events/${event}/sessions`, body),
};

export interface PanelDraft {
  name: string;
  seats: { judge_name: string; seat?: string }[];
}

export interface SessionDraft {
  stage: string;
  name: string;
  panel: string | null;
  room: string;
  starts_at: string;
  aspects: string[];
  entries: string[];
}

export const pairings = {
  begin: (seat: string) => api.post<Pairing>(`/seats/${seat}/pairing`),
  state: (pairing: string) => api.get<PairingNow>(`/pairings/${pairing}`),
  /** The chief judge agrees that this tablet takes a seat which another holds. */
  agree: (pairing: string) => api.post<void>(`/pairings/${pairing}/agree`),
  confirm: (pairing: string, number: string, handOver = false) =>
    api.post<void>(`/pairings/${pairing}/confirm`, handOver ? { number, hand_over: true } : { number }),
};
