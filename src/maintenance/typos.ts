/*
 * Spelling mistakes that hide a hazard or a common problem from the rules. Swapped neighbouring letters of the words
 * that matter most are generated; the rest is a list. No entry is a word of English or Spanish in its own right.
 */

/** Right word → how people write it in a hurry. */
const WRITTEN_AS: Record<string, string> = {
  smoke: 'smok smoak smokee smke smooke',
  smoking: 'smokin smokeing smking',
  smell: 'smel smelll',
  smells: 'smels smellz',
  smelling: 'smeling smellin',
  smelled: 'smeled',
  fire: 'fiire fyre firre',
  flames: 'flams flaims',
  gas: 'gass gaz',
  leak: 'leek leack leeak',
  leaking: 'leeking leakin leacking leking leakeing',
  rotten: 'rotton roten rottin',
  eggs: 'egs eggz',
  carbon: 'carban carbin',
  monoxide: 'monoxyde monixide monoxcide monoxid monxide',
  detector: 'detecter dectector detecor detektor decetor',
  alarm: 'alram allarm alarrm',
  spark: 'sprak',
  sparks: 'spraks sparcs',
  sparking: 'sparkin spraking sparcking',
  outlet: 'outlit oulet outlett outlat',
  electrical: 'electical elecrical eletrical elictrical electrcal',
  electricity: 'electricty elictricity electrisity',
  ceiling: 'cieling ceeling celing cealing cieiling ceilling',
  collapsed: 'colapsed collasped colapsd',
  collapsing: 'colapsing collasping',
  flooding: 'floding flodding fludding floodin',
  flooded: 'floded flodded',
  burst: 'brust burts',
  bursted: 'brusted',
  pouring: 'poring pourring pooring',
  gushing: 'gusing gushin',
  sewage: 'sewege suage sewadge sewige',
  toilet: 'toliet toilit tolet toilett',
  overflowing: 'overflowin',
  elevator: 'elevater elavator elivator',
  trapped: 'traped trappd',
  burning: 'burnin buring burnning',
  refrigerator: 'refridgerator refrigirator refridgarator refrigerater refigerator',
  fridge: 'fridg frige frigde',
  furnace: 'furnance furnice furnase',
  thermostat: 'thermastat thermostate thermistat',
  faucet: 'faucit fawcet facuet fauset',
  disposal: 'disposel disposle',
  dishwasher: 'dishwaser diswasher',
  breaker: 'braker breakr',
  heater: 'heatr heeter',
  water: 'watter wter watr',
  broken: 'borken brokn',
  window: 'windo windoe',
  intruder: 'intruderr introoder',
  locked: 'lockd loked',
  inundacion: 'inundasion inundazion',
  "won't": 'wont',
  "doesn't": 'doesnt dosent doesent dosnt',
  "don't": 'dont',
  "isn't": 'isnt',
  "aren't": 'arent',
  "wasn't": 'wasnt',
  "can't": 'cant',
  cannot: 'cannnot',
  "didn't": 'didnt',
  "haven't": 'havent',
  "there's": 'theres',
  "it's": 'its',
  "i'm": 'im',
};

/** Words whose neighbouring letters are swapped one pair at a time. */
const SWAPPED = [
  'smoke',
  'smell',
  'smells',
  'fire',
  'flames',
  'gas',
  'leak',
  'leaking',
  'carbon',
  'monoxide',
  'alarm',
  'sparks',
  'sparking',
  'outlet',
  'ceiling',
  'flooding',
  'flooded',
  'burst',
  'sewage',
  'toilet',
  'water',
  'trapped',
  'burning',
  'elevator',
  'collapsed',
];

function swapsOf(word: string): string[] {
  const swaps: string[] = [];
  for (let i = 0; i + 1 < word.length; i++) {
    const swap = word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
    if (swap !== word) swaps.push(swap);
  }
  return swaps;
}

function table(): ReadonlyMap<string, string> {
  const typos = new Map<string, string>();
  for (const word of SWAPPED) for (const swap of swapsOf(word)) typos.set(swap, word);
  for (const [word, mistakes] of Object.entries(WRITTEN_AS)) for (const m of mistakes.split(' ')) typos.set(m, word);
  return typos;
}

/** Mistake → the word that was meant. */
export const TYPOS: ReadonlyMap<string, string> = table();
