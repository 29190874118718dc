/** What the desk is told and what it asks for, by the words of the pages; the shapes are made from the server's code. */
import type * as wire from '$lib/wire/http';

/** An answer has every field: what a request may leave out, the server fills in. */
type Told<T> = T extends readonly (infer One)[]
  ? Told<One>[]
  : T extends object
    ? { [Name in keyof T]-?: Told<T[Name]> }
    : T;

export type {
  Act,
  Asked,
  ContestKind,
  EntryKind,
  EntryStatus,
  Level,
  NumbersWanted,
  OrganisationKind,
  PublicView,
  Role,
} from '$lib/wire/http';

export type Account = Told<wire.Account>;
export type Agreement = Told<wire.AgreementSheet>;
export type AspectCard = Told<wire.AspectLine>;
export type Award = Told<wire.AwardName>;
export type Competitor = Told<wire.Competitor>;
export type Consent = Told<wire.ConsentLine>;
export type Contest = Told<wire.Contest>;
export type DeskMark = Required<wire.DeskMark>;
export type Device = Told<wire.DeviceLine>;
export type Entry = Told<wire.Entry>;
export type EventResults = Told<wire.ResultSheet>;
export type TeamTable = EventResults['teams'][number];
export type EventRow = Told<wire.Event>;
export type EventScheme = Told<wire.AdoptedScheme>;
export type Fact = Told<wire.FactLine>;
export type LedgerChecked = Told<wire.LedgerChecked>;
export type GateLine = Told<wire.GateState>;
export type Grant = Told<wire.Grant>;
export type GrantRow = Told<wire.GrantLine>;
export type ImportChange = Told<wire.ImportChange>;
export type ImportLine = Told<wire.ImportLine>;
export type ImportOutcome = Told<wire.Imported>;
export type ImportProblem = Told<wire.ImportFault>;
/** The token is for clients without a cookie; the desk never sees one. */
export type Me = Omit<Told<wire.Me>, 'token'>;
export type Organisation = Told<wire.Organisation>;
export type OutlineNode = Told<wire.OutlineRow>;
export type Pairing = Told<wire.Invited>;
export type PairingNow = Told<wire.PairingNow>;
export type Panel = Told<wire.Panel>;
export type NewDecision = Required<wire.NewDecision>;
export type Passed = Told<wire.PassedGate>;
export type Preset = Told<wire.Preset>;
export type BroughtScheme = Told<wire.BroughtScheme>;
export type Receipt = Told<wire.Receipt>;
export type Remark = Told<wire.RemarkLine>;
export type ResultRow = Told<wire.ResultRow>;
export type SchemeCheck = Told<wire.SchemeChecked>;
export type SchemeProblem = Told<wire.Problem>;
export type Season = Told<wire.Season>;
export type SeatNow = Told<wire.SeatNow>;
export type Seat = Told<wire.SeatLine>;
export type Session = Told<wire.SessionView>;
export type SessionMarks = Told<wire.SessionMarks>;
export type SheetEntry = Told<wire.EntryLine>;
export type SheetMark = Told<wire.MarkLine>;
export type Stage = Told<wire.Stage>;
export type Team = Told<wire.Team>;
export type Tie = Told<wire.TieLine>;
export type TieHow = wire.How;
export type WhyStep = Told<wire.Step>;

/** A part of a long list, and how long the list is. */
export interface Page<Row> {
  total: number;
  rows: Row[];
}
