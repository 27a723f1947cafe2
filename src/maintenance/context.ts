/*
 * Whether words that name a problem report it. Everything here errs on the side of reporting: a denial, and a claim
 * that it is over, count only where each word in between is known. "No heat and smoke", "no, there is smoke", "not only
 * smoke", "not sure if it is gas" and "sparks at the outlet that was replaced last year" are reports.
 */

/** Why a match does not count as a report. */
export type Discount = 'negated' | 'past' | 'ended' | 'hypothetical' | 'other_meaning';

const REACH = 90;

const QUALITY = String.raw`(?:a|an|any|the|some|of|to|actual|active|actively|visible|obvious|noticeable|strong|faint|sign|signs|evidence|trace|hint|smell|smells|odou?r|un|una|el|la|de|olor|ningun|ninguna|more)`;
const SENSED = String.raw`(?:${QUALITY}|like|on|in|see|seeing|smelling|hear|hearing|notice|noticing|noticed|have|having|had|got|detect|detected|be|been|being|currently|actually)`;
const DENIAL = String.raw`(?:(?:no|without|denies|denied|ruled out|nor|neither|sin|ni|tampoco|ninguna?|no (?:hay|veo|vemos|tiene|tengo))(?: ${QUALITY})*|(?:not|never|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|won't|haven't|hasn't|nunca|there's no|nobody|no one|nobody is|no one is|no one's)(?: ${SENSED})*|(?:can't|cannot) (?:smell(?: ${QUALITY})*|(?:see|hear|detect|find|notice) any(?: ${QUALITY})*))`;
const ITEM = String.raw`(?:(?:${QUALITY} )*(?:smoke|smoking|fire|fires|flames?|gas|gas leaks?|gas smells?|gas odou?rs?|smell gas|burning|burning smells?|sparks?|sparking|carbon monoxide|co|leaks?|leaking|water|flooding|rotten eggs?|hissing|odou?rs?|smells?|injur(?:y|ies)|humo|fuego|llamas|fugas?))`;
const JOIN = String.raw`(?:,? ?(?:or|nor|and no|and not|o|ni) )`;

/** Before the problem: the denial, and items of a list. `$1` is what joins the last item. */
const DENIED_BEFORE = new RegExp(String.raw`(?:^|[ ,:])${DENIAL} (?:${ITEM}(${JOIN}|, ))*(?:${QUALITY} )*$`);
const LIST_GOES_ON_TO_OR = new RegExp(String.raw`^(?:, ${ITEM}){0,5}${JOIN}`);
const DENIED_AFTER =
  /^(?: (?:smell|leak|odou?r|present|noticed|coming out|there|anywhere|at all|in the (?:unit|home|apartment|house|building))){0,3} ?(?:[?:=]|, ?right\?)[ \n]?(?:a: ?|answer: ?|resident: ?|caller: ?)?(?:no|nope|none|nah|negative|n a|ninguno|not at all)(?=[ ]?(?:[.,;!\n]|$))/;

const STILL =
  /\b(?:again|still|now|right now|currently|back|keeps?|continues|ongoing|tonight|today|just|otra vez|todavia|sigue|ahora)\b/;
const NOT_NOW = /\b(?:out|off|gone|over|stopped|fixed|resolved|cleared) (?:right )?now\b/g;

const THAT = String.raw`(?: (?:smell|leak|issue|problem|alarm|here|at home|(?:in|on|at) (?:the|my|our|this|that) \w+))`;
const LONG_AGO = String.raw`(?:last (?:month|year|summer|winter|spring|fall|autumn)|(?:about |around |over |a |a few |few |some |several |couple of |a couple of |\w+ )?(?:months?|years?) ago|in (?:19|20)\d\d|years back|el (?:mes|ano) pasado|hace (?:\w+ )?(?:meses|anos))`;
const OVER = String.raw`(?:out now|put out|extinguished|gone|gone now|over now|stopped|stopped now|went away|fixed|already fixed|fixed now|resolved|taken care of|cleared)`;
const PAST_AFTER = new RegExp(String.raw`^${THAT}{0,2} ${LONG_AGO}\b`);
const PAST_BEFORE = new RegExp(
  String.raw`\b(?:${LONG_AGO}(?:'s)?,? (?:we had|i had|there was|there were|we smelled)|last (?:month|year|summer|winter|spring|fall|autumn)'s|used to(?: be| have| smell| see)?)(?: (?:a|an|the|kitchen|small|little|some|smell)){0,3} $`,
);
const ENDED_AFTER = new RegExp(
  String.raw`^${THAT}{0,2},?(?: (?:but|and|which|that))?(?: (?:it|they|we|he|she|i|it's|that's))?(?: (?:is|was|were|has been|have been|has|have|had|got))?(?: (?:already|now|all|since|been)){0,2} ${OVER}\b`,
);
const ENDED_BEFORE = /\b(?:no longer|stopped|quit)(?: (?:see|seeing|smell|smelling))? $/;
const HYPOTHETICAL_BEFORE =
  /\b(?:in case of|in the event of|what if (?:there is|there's|there was)|what to do if (?:there is|there's)|en caso de)(?: (?:a|an|any|the|future|un|una)){0,2} $/;

/** Why the match at `start`…`end` of the read text does not report a problem; undefined where it does. */
export function discountOf(text: string, start: number, end: number): Discount | undefined {
  // In "don't smell gas" the verb is part of the denial as much as of the match.
  const verb = /^smell\w* (?=\w)/.exec(text.slice(start, Math.min(end, start + 12)))?.[0] ?? '';
  const before = sentenceBefore(text, start) + verb;
  const after = text.slice(end, end + REACH);
  if (isDenied(before, after)) return 'negated';
  if (HYPOTHETICAL_BEFORE.test(before)) return 'hypothetical';
  if (STILL.test(sentenceAround(text, start, end).replace(NOT_NOW, ''))) return undefined;
  if (PAST_AFTER.test(after) || PAST_BEFORE.test(before)) return 'past';
  const goesOn = /^[a-z]+ing\b/.test(text.slice(start + verb.length, end));
  if (ENDED_AFTER.test(after) || (goesOn && ENDED_BEFORE.test(before))) return 'ended';
  return undefined;
}

/** The sentence around a match, for words that give it another meaning. */
export function sentenceAround(text: string, start: number, end: number): string {
  const after = text.slice(end, end + REACH).split(/[.!?;\n]/, 1)[0] ?? '';
  return sentenceBefore(text, start) + text.slice(start, end) + after;
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
