/*
 * Sound keys for names, after the idea of Metaphone (Lawrence Philips, 1990): letters that sound alike become one
 * letter, vowels after the first are dropped. Coarser than the original on purpose (b is p, d is t, v is f, z is s),
 * because a candidate found by sound is compared letter by letter afterwards.
 */

/** Applied in order; the left side is a spelling, the right side its sound. `X` is sh and ch, `J` is j and soft g. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/^(kn|gn|pn|ng)/, 'n'],
  [/^ps/, 's'],
  [/^wr/, 'r'],
  [/^x/, 's'],
  [/^wh/, 'w'],
  [/mb$/, 'm'],
  [/ph/g, 'f'],
  [/sch|tch|sh|ch|cz/g, 'X'],
  [/dg(?=[eiy])|g(?=[eiy])|j/g, 'J'],
  [/ght/g, 't'],
  [/gh(?=[^aeiouy]|$)/g, ''],
  [/c(?=[eiy])/g, 's'],
  [/ck|[cq]/g, 'k'],
  [/x/g, 'ks'],
  [/g/g, 'k'],
  [/z/g, 's'],
  [/v/g, 'f'],
  [/b/g, 'p'],
  [/d/g, 't'],
];

/**
 * What a folded Latin word sounds like, at most six letters; empty for words of fewer than two letters and for other
 * scripts. `Smith` and `Smyth` have one key, as have `Garcia` and `Garsia`.
 */
export function soundKey(word: string): string {
  if (!/^[a-z]{2,}$/.test(word)) return '';
  let sounds = word;
  for (const [spelling, sound] of SOUNDS) sounds = sounds.replace(spelling, sound);
  sounds = sounds.replace(/(.)\1+/g, '$1');
  const first = sounds.charAt(0);
  return ((/[aeiouy]/.test(first) ? 'a' : first) + sounds.slice(1).replace(/[aeiouyhw]/g, '')).slice(0, 6);
}

/**
 * How alike two words are, 0 to 1: one minus the share of letters to insert, delete, replace or swap with their
 * neighbour (optimal string alignment).
 */
export function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (a === b || longest === 0) return 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return 1 - previous[b.length]! / longest;
}
