import { SEVERITIES, moreSevere, type LocalDate, type Severity, type Trade } from '../model/values.ts';
import { discountOf, sentenceAround, type Discount } from './context.ts';
import { EMERGENCY_RULES } from './emergencies.ts';
import { HAZARD_RULES } from './hazards.ts';
import { instructionsFor, type Instructions, type JurisdictionScripts, type Place } from './instructions.ts';
import { readText, type ReadText } from './read_text.ts';
import { ROUTINE_RULES } from './routine.ts';
import type { HazardKind, Rule } from './rule.ts';
import { selfHelpFor, type SelfHelp } from './self_help.ts';
import {
  DEFAULT_MAINTENANCE_SETTINGS,
  SEVERITY_BY_FACTS,
  temperatureInText,
  type MaintenanceSettings,
} from './severity_by_facts.ts';
import { URGENT_RULES } from './urgent.ts';

export type AssessInput = Place & {
  /** All of the reporter's words so far, with answers. Data, whatever it says. */
  description: string;
  /** °F. Without it the text is searched for one. */
  outdoor_temperature_f?: number | undefined;
  /** As set by a person; never lowered. */
  reported_severity?: Severity | undefined;
  /** The property's day; tells winter from summer where the temperature is not known. */
  today?: LocalDate | undefined;
  settings?: Partial<MaintenanceSettings> | undefined;
  /** The manager's own life-safety scripts, by `default`, state or `state/city`. */
  scripts?: Readonly<Record<string, JurisdictionScripts>> | undefined;
};

export type Match = {
  rule: string;
  severity: Severity;
  trade: Trade;
  /** The reporter's words. */
  evidence: string;
  /** Why the words do not count as a report of it: "no smoke" is `negated`. */
  discounted?: Discount;
};

export type Assessment = {
  severity: Severity;
  /** `person` where a severity that a person set is kept above what the rules say. */
  severity_source: 'rules' | 'person';
  trade: Trade;
  /** `unsure` means that a person has to look at it. */
  confidence: 'sure' | 'unsure';
  /** The rule that decided; `none` where none matched. */
  rule: string;
  evidence: string;
  all_matches: Match[];
  hazards: { kind: HazardKind; rule: string; evidence: string }[];
  questions: string[];
  /** Empty wherever a hazard was found or mentioned as past. */
  self_help: SelfHelp[];
  /** To be read out before anything else; empty unless life safety. */
  instructions: Instructions[];
  severity_note?: string;
};

/** Hazards first; the order within a severity decides ties. */
const RULES: readonly Rule[] = [...HAZARD_RULES, ...EMERGENCY_RULES, ...URGENT_RULES, ...ROUTINE_RULES];

type Found = Match & { row: Rule; doubt?: string | undefined; question?: string | undefined };

/**
 * Sorts a reported problem. Pure: the same words give the same answer, no clock, no network, and it works while the
 * PMS is down. Severity only ever rises with what else is reported: each row stands by itself, and no words take back
 * what other words report.
 */
export function assessRequest(input: AssessInput): Assessment {
  const read = readText(input.description);
  const found = RULES.flatMap((row) => matchesOf(row, read, input));
  const counted = withoutCovered([...found.filter((m) => m.discounted === undefined), ...justEnded(found)]);
  const top = mostSevere(counted);
  const hazards = counted.flatMap((m) =>
    m.row.hazard && m.severity === 'life_safety' ? [{ kind: m.row.hazard, rule: m.rule, evidence: m.evidence }] : [],
  );
  const doubts = doubtsAbout(found, counted, top);
  const byRules = top?.severity ?? 'routine';
  const severity = input.reported_severity ? moreSevere(byRules, input.reported_severity) : byRules;
  const note = severityNote(byRules, input.reported_severity, doubts);
  const hazardInThePast = found.some((m) => m.row.hazard && (m.discounted === 'past' || m.discounted === 'ended'));
  const mayTryAlone = hazards.length === 0 && !hazardInThePast && severity !== 'life_safety';
  return {
    severity,
    severity_source: severity === byRules ? 'rules' : 'person',
    trade: top?.trade ?? 'general',
    confidence: doubts.length > 0 ? 'unsure' : 'sure',
    rule: top?.rule ?? 'none',
    evidence: top?.evidence ?? '',
    all_matches: found.map(({ row: _row, doubt: _doubt, question: _question, ...match }) => match),
    hazards,
    questions: questionsFor(found, counted, top),
    self_help: mayTryAlone ? selfHelpFor(new Set(counted.map((m) => m.rule)), read.text) : [],
    instructions: instructionsFor([...new Set(hazards.map((h) => h.kind))], input, input.scripts),
    ...(note && { severity_note: note }),
  };
}

/**
 * The first words that report what the row is about; else those that mention it without reporting it. A text with line
 * breaks is read twice, each line by itself and as running text, because both are written: what either reports counts.
 */
function matchesOf(row: Rule, read: ReadText, input: AssessInput): Found[] {
  let mentioned: Found | undefined;
  for (const text of new Set([read.text, read.text.replaceAll('\n', ' ')])) {
    for (const pattern of row.patterns) {
      // Most rows do not match at all, and asking that is far cheaper than asking for the matches.
      pattern.lastIndex = 0;
      if (!pattern.test(text)) continue;
      pattern.lastIndex = 0;
      for (const hit of text.matchAll(pattern)) {
        const end = hit.index + hit[0].length;
        const discounted = discountedAs(row, text, hit.index, end);
        // What is said to be over weighs more than what is denied elsewhere.
        if (discounted && mentioned && (discounted !== 'ended' || mentioned.discounted === 'ended')) continue;
        const match = foundBy(row, read.wordsBehind(hit.index, end), text, input);
        if (!discounted) return [match];
        mentioned = { ...match, discounted };
      }
    }
  }
  return mentioned ? [mentioned] : [];
}

function discountedAs(row: Rule, text: string, start: number, end: number): Discount | undefined {
  if (row.unless?.test(sentenceAround(text, start, end))) return 'other_meaning';
  const discount = discountOf(text, start, end);
  if (discount === 'negated' && !row.negatable) return undefined;
  // A leak that stopped still wants looking at; only for hazards does it change how serious the report is.
  return discount === 'ended' && !row.hazard ? undefined : discount;
}

function foundBy(row: Rule, evidence: string, text: string, input: AssessInput): Found {
  const decide = row.decided_by && SEVERITY_BY_FACTS[row.decided_by];
  const decision = decide?.({
    settings: { ...DEFAULT_MAINTENANCE_SETTINGS, ...input.settings },
    outdoor_temperature_f: input.outdoor_temperature_f ?? temperatureInText(text),
    today: input.today,
  });
  return {
    rule: row.id,
    severity: decision?.severity ?? row.severity,
    trade: row.trade,
    evidence,
    row,
    doubt: decision?.doubt ?? row.doubt,
    question: decision?.question,
  };
}

/** A fire that is out, a smell that is gone: no alarm any more, but to be looked at within a day or three. */
function justEnded(found: Found[]): Found[] {
  return found.filter((m) => m.discounted === 'ended').map((m) => ({ ...m, severity: 'urgent' }));
}

/** Leaves out what a more telling row stands for, but never a more severe one. */
function withoutCovered(counted: Found[]): Found[] {
  return counted.filter(
    (m) => !counted.some((other) => other.row.covers?.includes(m.rule) && rank(other.severity) <= rank(m.severity)),
  );
}

function mostSevere(counted: Found[]): Found | undefined {
  return counted.reduce<Found | undefined>(
    (top, m) => (top === undefined || rank(m.severity) < rank(top.severity) ? m : top),
    undefined,
  );
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Why a person should look at it. Doubt about lesser matters does not count beside a hazard. */
function doubtsAbout(found: Found[], counted: Found[], top: Found | undefined): string[] {
  const past = found.find((m) => m.row.hazard && (m.discounted === 'past' || m.discounted === 'ended'));
  if (top?.severity === 'life_safety') return [];
  const doubts: string[] = [];
  if (!top) doubts.push('no rule matched');
  if (past) doubts.push(`“${past.evidence}” is said to be over`);
  for (const m of counted) if (m.doubt && (m === top || isSignal(m))) doubts.push(m.doubt);
  const trades = new Set(counted.filter((m) => !isSignal(m) && m.severity === top?.severity).map((m) => m.trade));
  if (trades.size > 1) doubts.push(`several problems (${[...trades].join(', ')}); each needs a work order of its own`);
  return [...new Set(doubts)];
}

/** Rows about the text rather than about a trade. */
function isSignal(match: Found): boolean {
  return ['asks_for_haste', 'language_not_read', 'orders_in_text'].includes(match.rule);
}

function questionsFor(found: Found[], counted: Found[], top: Found | undefined): string[] {
  const asked: string[] = [];
  if (!top) asked.push('What exactly is wrong, where, and since when? Is anybody in danger?');
  for (const m of found) {
    if (m.row.hazard && (m.discounted === 'past' || m.discounted === 'ended')) {
      asked.push(`You mentioned “${m.evidence}”: is there any of it now?`);
    }
  }
  for (const m of [...(top ? [top] : []), ...counted]) {
    if (m.question) asked.push(m.question);
    asked.push(...(m.row.questions ?? []));
  }
  return [...new Set(asked)].slice(0, 6);
}

function severityNote(byRules: Severity, reported: Severity | undefined, doubts: string[]): string | undefined {
  const notes: string[] = [];
  if (reported && moreSevere(byRules, reported) !== byRules) {
    notes.push(`Kept at ${reported} as a person set it; the rules alone say ${byRules}.`);
  } else if (reported && reported !== byRules) {
    notes.push(`Raised from ${reported} to ${byRules} by the rules.`);
  }
  if (doubts.length > 0) notes.push(`Unsure: ${doubts.join('; ')}. A person should look at it.`);
  return notes.length > 0 ? notes.join(' ') : undefined;
}
