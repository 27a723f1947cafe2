import type { WorkOrder } from '../model/records.ts';
import { CLOSED_WORK_ORDER_STATUSES, type Id, type Instant, type Trade } from '../model/values.ts';
import { readText } from './read_text.ts';

export type NewRequest = {
  property_id: Id;
  unit_id?: Id | undefined;
  location?: string | undefined;
  description: string;
  trade: Trade;
};

export type LookAlike = {
  work_order_id: Id;
  number: string;
  title: string;
  status: WorkOrder['status'];
  created_at: Instant;
  /** Share of words in common, 0 to 1. */
  similarity: number;
  why: string[];
};

/**
 * Open work orders that may be the same problem, most alike first: the same place and the same trade or similar words,
 * created within `days`. Where one of the two names no unit, only similar words count: "the blue building, upstairs" may
 * be that unit.
 */
export function lookAlikes(
  request: NewRequest,
  open_work_orders: readonly WorkOrder[],
  options: { now: Instant; days?: number },
): LookAlike[] {
  const since = Date.parse(options.now) - (options.days ?? 14) * 86_400_000;
  const words = contentWords(request.description);
  const found = open_work_orders.flatMap((w): LookAlike[] => {
    if (w.property_id !== request.property_id || CLOSED_WORK_ORDER_STATUSES.includes(w.status)) return [];
    if (Date.parse(w.created_at) < since) return [];
    const similarity = overlap(words, contentWords(`${w.title} ${w.description}`));
    const why = whyAlike(request, w, similarity);
    if (why.length === 0) return [];
    const { id: work_order_id, number, title, status, created_at } = w;
    return [{ work_order_id, number, title, status, created_at, similarity, why }];
  });
  return found.sort(
    (a, b) =>
      b.why.length - a.why.length ||
      b.similarity - a.similarity ||
      Date.parse(b.created_at) - Date.parse(a.created_at) ||
      (a.work_order_id < b.work_order_id ? -1 : 1),
  );
}

const SIMILAR = 0.35;

function whyAlike(request: NewRequest, other: WorkOrder, similarity: number): string[] {
  const similar = similarity >= SIMILAR;
  if (request.unit_id !== undefined && other.unit_id !== undefined) {
    if (request.unit_id !== other.unit_id) return [];
    const same_trade = request.trade === other.trade;
    if (!same_trade && !similar) return [];
    return ['same unit', ...(same_trade ? ['same trade'] : []), ...(similar ? ['similar words'] : [])];
  }
  return similar
    ? [request.unit_id === other.unit_id ? 'both without a unit' : 'one names no unit', 'similar words']
    : [];
}

const EMPTY_WORDS = new Set(
  'the and are was were been has have had for from with into that this there their they them its it is in on of to my our a an i we you he she at as by be or so but not no can could would please very really still again when where what who just some any all hi hello thanks thank'.split(
    ' ',
  ),
);

/** The words of open work orders are asked for again with every new one; so many texts are remembered. */
const REMEMBERED = 4_096;
const remembered = new Map<string, ReadonlySet<string>>();

function contentWords(text: string): ReadonlySet<string> {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const words = wordsIn(text);
  if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(text, words);
  return words;
}

/** Words that carry meaning, without endings: "leaking", "leaks" and "leaked" are one word. */
function wordsIn(text: string): ReadonlySet<string> {
  const words = readText(text.slice(0, 4_000)).text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(
    words.filter((w) => w.length > 1 && !EMPTY_WORDS.has(w)).map((w) => w.replace(/(?<=\w{3})(?:ing|ed|es|s|y)$/, '')),
  );
}

/** Shared words against those of the shorter text, so that a short repeat of a long report counts. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((w) => b.has(w)).length;
  const fewer = Math.min(a.size, b.size);
  // One word in common proves little, however short the text.
  return shared < 2 && fewer > 1 ? 0 : fewer === 0 ? 0 : Math.round((shared / fewer) * 100) / 100;
}
