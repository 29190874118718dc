/** The desk's side of the HTTP API: what it sends and what it gets. Field names are those of the wire. */

export type Role =
  | 'administrator'
  | 'organiser'
  | 'chief_judge'
  | 'judge'
  | 'supervisor'
  | 'publisher'
  | 'auditor';

export type Act =
  | 'administer'
  | 'plan'
  | 'see_plan'
  | 'see_marks'
  | 'open_session'
  | 'lock_session'
  | 'confirm_session'
  | 'reopen_session'
  | 'rule_on_marks'
  | 'import_marks'
  | 'publish'
  | 'make_official'
  | 'export'
  | 'see_ledger';

export interface Grant {
  role: Role;
  contest: string | null;
  event: string | null;
}

export interface Me {
  account: string;
  name: string;
  language: string;
  grants: Grant[];
}

export interface Account {
  account: string;
  login: string;
  name: string;
  language: string;
  disabled: boolean;
  created_at: string;
}

export interface GrantRow {
  grant: string;
  account: string;
  login: string;
  name: string;
  role: Role;
  contest: string | null;
  event: string | null;
  granted_at: string;
}

export interface Season {
  id: string;
  name: string;
  year: number;
  organiser: string | null;
}

export type OrganisationKind = 'union' | 'enterprise' | 'district' | 'school' | 'other';

export interface Organisation {
  id: string;
  name: string;
  kind: OrganisationKind;
  code: string;
  parent: string | null;
}

export type Level = 'enterprise' | 'county' | 'city' | 'province' | 'national';
export type ContestKind =
  | 'skills'
  | 'labour'
  | 'safety'
  | 'quiz'
  | 'sports'
  | 'innovation'
  | 'craftsman';

export interface Contest {
  id: string;
  name: string;
  level: Level;
  kind: ContestKind;
  season: string | null;
  organiser: string | null;
  starts_on: string;
  ends_on: string;
  place: string;
}

export type PublicView = 'live' | 'after_publication';

export interface EventRow {
  id: string;
  contest: string;
  code: string;
  name: string;
  blind: boolean;
  public_view: PublicView;
  position: number;
}

export interface Stage {
  id: string;
  event: string;
  name: string;
  position: number;
}

export interface OutlineNode {
  node: string;
  depth: number;
  name: string;
  name_en: string;
  weight: string;
  /** The most it can be worth; empty where nothing bounds it. */
  max: string;
  /** `sum` for what has parts; every other kind is an aspect. */
  kind: string;
  sign: string;
  counts: boolean;
}

export interface SchemeProblem {
  node: string;
  zh: string;
  en: string;
}

export interface EventScheme {
  version: number;
  locked: boolean;
  document: Record<string, unknown>;
  outline: OutlineNode[];
}

export interface SchemeCheck {
  ok: boolean;
  outline: OutlineNode[];
  problems: SchemeProblem[];
}

export interface Preset {
  preset: string;
  name: string;
  name_en: string;
  kind: string;
  document: Record<string, unknown>;
}

export interface Competitor {
  id: string;
  contest: string;
  name: string;
  organisation: string | null;
  number: string;
}

export interface Page<Row> {
  total: number;
  rows: Row[];
}

export interface Team {
  id: string;
  contest: string;
  name: string;
  organisation: string | null;
  members: string[];
}

export type EntryKind = 'competitor' | 'team' | 'unit' | 'project';
export type EntryStatus =
  | 'entered'
  | 'withdrawn'
  | 'not_started'
  | 'not_finished'
  | 'disqualified'
  | 'out_of_competition';

export interface Entry {
  id: string;
  event: string;
  kind: EntryKind;
  name: string;
  subject: string | null;
  organisation: string | null;
  bib: string;
  station: string;
  status: EntryStatus;
}

export interface Seat {
  id: string;
  number: number;
  judge_name: string;
}

export interface Panel {
  id: string;
  event: string;
  name: string;
  seats: Seat[];
}

export interface Passed {
  gate: string;
  at: string;
  by: string;
  by_name: string;
  second: string;
  second_name: string;
  seq: number;
}

export interface GateLine {
  line: 'session' | 'results' | 'view' | 'identity';
  subject: string;
  round: number;
  state: string;
  next: string | null;
  passed: Passed[];
  /** After locking: how many counting marks a session still lacks. */
  missing?: number | null;
  pending?: number | null;
}

export interface Session {
  id: string;
  contest: string;
  event: string;
  stage: string;
  name: string;
  panel: string | null;
  room: string;
  starts_at: string;
  aspects: string[];
  entries: string[];
  position: number;
  gates: GateLine;
}

export interface Device {
  device: string;
  name: string;
  event: string;
  panel: string;
  seat: string;
  seat_number: number;
  judge_name: string;
  paired_at: string;
  seen_at: string | null;
  revoked_at: string | null;
  /** It may mark at this moment. */
  holds: boolean;
}

export interface Pairing {
  pairing: string;
  code: string;
  url: string;
  qr_svg: string;
  expires_at: string;
}

export interface PairingState {
  pairing: string;
  state: 'waiting' | 'claimed' | 'confirmed' | 'expired';
  /** There once a tablet has claimed the invitation. */
  number: string;
  device_name: string;
  expires_at: string;
}

export interface Consent {
  consent: string;
  act: Act;
  event: string;
  subject: string;
  summary: string;
  reason: string;
  requested_by: string;
  requested_by_name: string;
  requested_at: string;
  expires_at: string;
  settled_by_name: string | null;
  settled_at: string | null;
  state: 'waiting' | 'given' | 'declined' | 'expired';
}

export interface AspectCard {
  aspect: string;
  name: string;
  name_en: string;
  group: string;
  group_en: string;
  view: string;
  low: number | null;
  high: number | null;
  step: number;
  places: number;
  unit: string;
  by_panel: boolean;
  counts: boolean;
}

export interface SheetEntry {
  entry: string;
  label: string;
  name: string;
  organisation: string;
  status: string;
}

export interface SheetMark {
  mark: string;
  entry: string;
  aspect: string;
  /** `*` where the panel marks once. */
  seat: string;
  kind: string;
  value: number | null;
  standing: string;
  because: string;
  revision: number;
  replaces: string | null;
  reason: string;
  device: string;
  by: string;
  by_name: string;
  made_at: string;
  at: string;
  seq: number;
}

export interface SessionMarks {
  session: string;
  state: string;
  aspects: AspectCard[];
  entries: SheetEntry[];
  seats: Seat[];
  marks: SheetMark[];
}

export interface DeskMark {
  mark: string;
  device_seq: number;
  entry: string;
  aspect: string;
  kind: string;
  value: number | null;
  replaces: string | null;
  reason: string;
}

export interface Receipt {
  mark: string;
  device_seq: number;
  verdict: 'stored' | 'pending' | 'refused';
  seq: number | null;
  because: string;
  params: Record<string, string | number>;
}

export interface ImportProblem {
  sheet: string;
  row: number;
  column: string;
  code: string;
  message: string;
  value: string;
}

/** A competitor as the spreadsheet has it; `row` counts as in the spreadsheet program. */
export interface ImportLine {
  row: number;
  name: string;
  organisation: string;
  number: string;
  events: string[];
  bib: string;
}

/** A known competitor before and after; only fields that both name can be compared. */
export interface ImportChange {
  row: number;
  competitor: string;
  before: Record<string, string>;
  after: Record<string, string>;
}

export interface ImportOutcome {
  dry_run: boolean;
  applied: boolean;
  rows: number;
  added: ImportLine[];
  changed: ImportChange[];
  unchanged: number;
  /** Entries that come to the events named in the rows. */
  entered: number;
  organisations_added: string[];
  errors: ImportProblem[];
}

export interface ResultRow {
  entry: string;
  place: number;
  rank: number | null;
  shared: boolean;
  label: string;
  name: string;
  organisation: string;
  status: string;
  total: string | null;
  points: string;
  complete: number;
  aspects: number;
  best: string | null;
  worst: string | null;
  scores: (string | null)[];
  awards: string[];
  tie_broken_by: string;
}

export interface ResultColumn {
  node: string;
  name: string;
  name_en: string;
}

export interface ResultHead {
  event: string;
  event_name: string;
  contest: string;
  contest_name: string;
  state: string;
  round: number;
  view: string;
  as_of: string;
  complete: number;
  aspects: number;
  entries: number;
}

export interface Award {
  award: string;
  name: string;
  name_en: string;
}

export interface EventResults {
  head: ResultHead;
  columns: ResultColumn[];
  rows: ResultRow[];
  open_ties: number;
  missing: number;
  awards: Award[];
}

export interface WhyStep {
  depth: number;
  node: string;
  zh: string;
  en: string;
}

export interface Fact {
  seq: number;
  at: string;
  type: string;
  by: string;
  body: Record<string, unknown>;
  content: string;
  prev: string;
  link: string;
}

/** What an act that needs a second person answers with. */
export interface Asked {
  consent: string;
}
