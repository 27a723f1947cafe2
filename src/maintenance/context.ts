/*
 * Whether words that name a problem report it. Everything here errs on the side of reporting: a denial counts only
 * where each word between the "no" and the problem is known, so that "no heat and smoke", "not only smoke" or "not sure
 * if it is gas" still report the smoke and the gas.
 */

/** Why a match does not count as a report. */
export type Discount = 'negated' | 'past' | 'ended' | 'hypothetical' | 'other_meaning';

const REACH = 90;

const DENIAL = String.raw`(?:no|not|never|without|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|cannot|won't|haven't|hasn't|nothing|none|nor|neither|nobody|no one|denies|denied|ruled out|sin|nunca|tampoco|ninguna?)`;
const FILLER = String.raw`(?:a|an|any|the|some|of|to|in|on|is|are|was|be|been|being|it|it's|there|there's|like|actual|active|actively|actually|visible|obvious|noticeable|strong|sign|signs|evidence|trace|hint|smell|smells|smelling|see|seeing|hear|hearing|notice|noticing|have|having|had|got|feel|detect|detected|coming|i|we|hay|huele|veo|vemos|un|una|el|la|de|olor|ningun|ninguna)`;
const ITEM = String.raw`(?:(?:${FILLER} )*(?:smoke|smoking|fire|fires|flames?|gas|gas leaks?|gas smells?|gas odou?rs?|smell gas|burning|burning smells?|sparks?|sparking|carbon monoxide|co|leaks?|leaking|water|flooding|rotten eggs?|hissing|odou?rs?|smells?|injur(?:y|ies)|humo|fuego|gas|llamas|fugas?))`;
const JOIN = String.raw`(?:,? ?(?:or|nor|and no|and not|o|ni) )`;

/** Between the denial and the problem: known words, and items of a list. `$1` is what joins the last item. */
const DENIED_BEFORE = new RegExp(
  String.raw`(?:^|[ \n,.!?;:])${DENIAL} (?:${FILLER} )*(?:${ITEM}(${JOIN}|, )){0,6}(?:${FILLER} )*$`,
);
const LIST_GOES_ON_TO_OR = new RegExp(String.raw`^(?:, ${ITEM}){0,5}${JOIN}`);
const DENIED_AFTER =
  /^(?: (?:smell|leak|odou?r|present|noticed|coming out|there|anywhere|at all|in the (?:unit|home|apartment|house|building))){0,3} ?(?:[?:=]|, ?right\?)[ \n]?(?:a: ?|answer: ?|resident: ?|caller: ?)?(?:no|nope|none|nah|negative|n a|ninguno|not at all)(?=[ ]?(?:[.,;!\n]|$))/;

const STILL =
  /\b(?:again|still|now|right now|currently|back|keeps?|continues|ongoing|tonight|today|just|otra vez|todavia|sigue|ahora)\b/;
const NOT_NOW = /\b(?:out|off|gone|over|stopped|fine|safe|fixed|repaired|resolved|cleared|done) (?:right )?now\b/g;
const PAST_AFTER =
  /^[^.!?;,\n]{0,40}?\b(?:last (?:month|year|summer|winter|spring|fall|autumn)|(?:months?|years?) ago|in (?:19|20)\d\d|(?:was|were|has been|have been|had been|got) (?:already |since |all )?(?:fixed|repaired|replaced|resolved|taken care of|cleared)|years back|el (?:mes|ano) pasado|hace (?:\w+ )?(?:meses|anos))\b/;
const PAST_BEFORE =
  /\b(?:(?:last (?:month|year|summer|winter|spring|fall|autumn)(?:'s)?|used to (?:be|have|smell)|since the|after the|from the|from an old|old|previous|prior|(?:months?|years?) ago (?:we|i|there) (?:had|was)|in (?:19|20)\d\d (?:we|i|there) (?:had|was))(?: (?:a|an|the|kitchen|small|little|stove|grease|past|old|like)){0,3}) $/;
const ENDED_AFTER =
  /^[^.!?;\n]{0,40}?\b(?:(?:is|it's|was|has been|but|already|all) (?:already |all )?(?:out now|put out|extinguished|gone now|gone|over now|fixed now|fixed already|stopped)|went away|(?:has )?stopped now)\b/;
const ENDED_BEFORE =
  /\b(?:no longer|not .{0,12}any ?more|stopped|quit|used to be)(?: (?:see|seeing|smell|smelling|is|any|the|a)){0,2} $/;
const HYPOTHETICAL_BEFORE =
  /\b(?:in case of|in the event of|what if (?:there is|there's|there was|of)|worried about|risk of|prevent|avoid|en caso de)(?: (?:a|an|any|the|future|potential|possible)){0,2} $/;

/** Why the match at `start`…`end` of the read text does not report a problem; undefined where it does. */
export function discountOf(text: string, start: number, end: number): Discount | undefined {
  const before = sentenceBefore(text, start);
  const after = text.slice(end, end + REACH);
  if (isDenied(before, after)) return 'negated';
  if (HYPOTHETICAL_BEFORE.test(before)) return 'hypothetical';
  const rest = after.split(/[.!?;\n]/, 1)[0] ?? '';
  if (STILL.test(`${before} ${text.slice(start, end)} ${rest}`.replace(NOT_NOW, ''))) return undefined;
  if (ENDED_AFTER.test(after) || ENDED_BEFORE.test(before)) return 'ended';
  if (PAST_AFTER.test(after) || PAST_BEFORE.test(before)) return 'past';
  return undefined;
}

/** The sentence around a match, for words that give it another meaning. */
export function sentenceAround(text: string, start: number, end: number): string {
  return (
    sentenceBefore(text, start) + text.slice(start, end) + (text.slice(end, end + REACH).split(/[.!?;\n]/, 1)[0] ?? '')
  );
}

function sentenceBefore(text: string, start: number): string {
  return (
    text
      .slice(Math.max(0, start - REACH), start)
      .split(/[.!?;\n]/)
      .at(-1) ?? ''
  );
}

function isDenied(before: string, after: string): boolean {
  if (DENIED_AFTER.test(after)) return true;
  const denial = DENIED_BEFORE.exec(before);
  if (!denial) return false;
  // "no smoke, gas smell everywhere": a comma carries the "no" on only within a list that an "or" closes.
  return denial[1] !== ', ' || LIST_GOES_ON_TO_OR.test(after);
}
