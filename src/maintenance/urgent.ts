import { p, type Rule } from './rule.ts';
import { BROKEN, CHIRP, CO_ALARM, COOLING, SMOKE_ALARM } from './words.ts';

/** Answered within one to three days. Read after hazards and emergencies. */

/** A tap that drips is everyday work; a drip anywhere else is a leak. */
const TAP = 'faucet|tap|spigot|shower ?head|shower|tub spout|kitchen sink|bathroom sink|llave|grifo';

export const URGENT_RULES: readonly Rule[] = [
  {
    id: 'lockout',
    severity: 'urgent',
    trade: 'locksmith',
    decided_by: 'lockout',
    negatable: true,
    patterns: [
      p`lock(?:ed)? ?out|locked (?:myself |ourselves |me |us )?out|(?:lost|forgot|left) (?:\w+ ){0,3}keys?(?= ~ (?:get in|inside|outside|can't|door))|(?:can't|cannot) get in(?:to|side)? (?:my |the |our )?(?:apartment|unit|house|home|building)|me quede (?:a)?fuera|perdi (?:mis |las )?llaves`,
    ],
    questions: ['Are you somewhere safe, and is anybody or anything at risk inside (a child, a pet, a stove left on)?'],
    covers: ['lock.sticks', 'keys'],
  },
  {
    id: 'hot_water.none',
    severity: 'urgent',
    trade: 'plumbing',
    decided_by: 'no_hot_water',
    negatable: false,
    patterns: [
      p`no hot(?: running)? water|(?:no|not|isn't|doesn't|without|out of|lost|don't have(?: any)?) (?:\w+ )?hot water|hot water (?:\w+ ){0,4}?(?:${BROKEN}|off|gone|cold|runs out)|water (?:is |stays |only |runs |won't get )+(?:cold|ice cold|freezing|hot|lukewarm)|(?:water heater|boiler for hot water) (?:\w+ ){0,3}?(?:${BROKEN}|off|pilot)|only cold water|(?:no hay|sin|no tengo) agua caliente`,
    ],
    questions: ['Is it every tap?', 'Is the water heater gas or electric, and is there any smell of gas?'],
    covers: ['water.heater_problem', 'appliance.pilot'],
  },
  {
    id: 'refrigerator',
    severity: 'urgent',
    trade: 'appliance',
    decided_by: 'refrigerator',
    negatable: true,
    patterns: [
      p`(?:fridge|refrigerator|freezer|refri|refrigerador|nevera) (?:\w+ ){0,5}?(?:${BROKEN}|stopped|quit|died|warm|defrost\w*|melting|off|leak\w*|temperature|spoil\w*)|(?:broken|dead|warm) (?:fridge|refrigerator|freezer)|food (?:\w+ ){0,2}(?:spoil\w*|thawing|going bad)`,
    ],
    unless: /\b(?:ice maker|icemaker|(?:fridge|refrigerator|freezer) (?:light|drawer|shelf|handle|water dispenser))\b/,
    questions: ['Is the light inside on?', 'Is medicine kept in it?'],
    covers: ['water.leak'],
  },
  {
    id: 'detector.co_chirp',
    severity: 'urgent',
    trade: 'fire_safety',
    negatable: true,
    doubt: 'a CO detector must not be taken for a low battery by mistake',
    patterns: [p`${CO_ALARM} ~ ${CHIRP}`, p`${CHIRP} ~ ${CO_ALARM}`],
    questions: [
      'Is it one chirp every half minute or so, or four loud beeps in a row?',
      'Does anybody have a headache, dizziness or nausea?',
    ],
    covers: ['detector.faulty'],
  },
  {
    id: 'detector.smoke_chirp',
    severity: 'urgent',
    trade: 'fire_safety',
    negatable: true,
    patterns: [
      p`(?:${SMOKE_ALARM}|detectors?|alarms?) ~ ${CHIRP}`,
      p`${CHIRP} ~ (?:${SMOKE_ALARM}|detectors?|alarms?)`,
    ],
    unless: new RegExp(CO_ALARM),
    questions: ['Is it one short chirp now and then, with no smoke?'],
    covers: ['detector.faulty', 'detector.beeping'],
  },
  {
    id: 'detector.beeping',
    severity: 'urgent',
    trade: 'fire_safety',
    negatable: true,
    doubt: 'beeping can be a low battery or an alarm',
    patterns: [p`(?:${SMOKE_ALARM}|detectors?) ~ (?:beep\w*|pitando|noise)`, p`beep\w* ~ ${SMOKE_ALARM}`],
    questions: ['Is there any smoke or heat?', 'Is it one chirp now and then, or loud beeps in groups of three?'],
    covers: ['detector.faulty'],
  },
  {
    id: 'detector.faulty',
    severity: 'urgent',
    trade: 'fire_safety',
    negatable: true,
    patterns: [
      p`(?:${SMOKE_ALARM}|${CO_ALARM}|fire extinguisher|fire alarm panel|sprinkler head|emergency lights?|exit signs?) (?:\w+ ){0,5}?(?:${BROKEN}|missing|expired|fell|disconnected|removed|battery|batteries|replace\w*|install\w*)|(?:no|missing|broken|expired|need|needs|replace|install|new) (?:\w+ ){0,2}(?:${SMOKE_ALARM}|${CO_ALARM}|fire extinguisher)`,
    ],
    questions: ['Is another working detector on the same floor?'],
  },
  {
    id: 'water.leak',
    severity: 'urgent',
    trade: 'plumbing',
    negatable: true,
    doubt: 'not said whether the water is contained',
    patterns: [
      p`(?<!gas |propane )leak(?:s|y|ed|ing|age)?|water (?:\w+ ){0,3}(?:on|under|around|behind|in) (?:the |my |our )?(?:\w+ )?(?:floor|sink|wall|cabinet|vanity|carpet|basement|closet|tub|toilet|bedroom)|wet (?:\w+ )?(?:carpet|wall|floor|spot|patch|ceiling|cabinet)|puddles?|(?<!(?:${TAP})(?: \w+){0,3} )drip(?:s|ping)?(?! (?:\w+ )?(?:${TAP}))|goteras?|(?<!(?:${TAP}) )gotea(?:ndo)?|goteo|pequena fuga|tirando agua`,
    ],
    questions: [
      'Can it be caught in a bucket, or is it spreading?',
      'Can you turn it off at the valve?',
      'Is it near lights or outlets?',
    ],
  },
  {
    id: 'water.ceiling',
    severity: 'urgent',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`(?:ceiling|techo) (?:\w+ ){0,4}?(?:leak\w*|drip\w*|wet|water|stains?|spot|gotea\w*|gotera\w*)|(?:leak\w*|drip\w*|water|stains?) (?:\w+ ){0,4}?(?:ceiling|from above|upstairs|unit above|techo)`,
    ],
    unless: /\bceiling fan\b/,
    questions: ['Is water dripping now, and how fast?', 'Is the ceiling sagging?', 'Is it near a light or outlet?'],
    covers: ['water.leak', 'drywall', 'paint'],
  },
  {
    id: 'appliance.leak',
    severity: 'urgent',
    trade: 'appliance',
    negatable: true,
    patterns: [
      p`(?:dish ?washer|washing machine|washer|lavadora|lavaplatos)(?: (?:\w+ ){0,4}?)(?:leak\w*|drip\w*|water on the floor)|leak\w* (?:\w+ ){0,2}(?:dish ?washer|washing machine|washer)`,
    ],
    questions: ['Is it switched off and its valve closed?', 'Is water still spreading?'],
    covers: ['water.leak', 'dishwasher.problem', 'washer.problem'],
  },
  {
    id: 'cooling.leak',
    severity: 'urgent',
    trade: 'hvac',
    negatable: true,
    patterns: [
      p`(?:${COOLING}|furnace|air handler)(?: (?:\w+ ){0,4}?)(?:leak\w*|drip\w*)|leak\w* (?:\w+ ){0,2}(?:${COOLING}|furnace)`,
    ],
    questions: ['Is it switched off, and is water spreading?'],
    covers: ['water.leak', 'hvac.other'],
  },
  {
    id: 'roof.leak',
    severity: 'urgent',
    trade: 'roofing',
    negatable: true,
    patterns: [
      p`roof (?:\w+ ){0,3}?(?:leak\w*|drip\w*|damage\w*|missing|hole)|leak\w* (?:\w+ ){0,3}?roof|(?:leaks?|water|drips?) (?:\w+ ){0,5}when(?:ever)? it rains|missing shingles|skylight (?:\w+ ){0,2}leak\w*`,
    ],
    questions: [
      'Is it raining in now, and which rooms?',
      'Can you put a bucket under it and move things out of the way?',
      'Is the ceiling bulging, or is water near lights or outlets? Then keep away from under it.',
    ],
    covers: ['water.leak', 'water.ceiling'],
  },
  {
    id: 'toilet.problem',
    severity: 'urgent',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`toilets? (?:\w+ ){0,5}?(?:clog\w*|block\w*|backed up|plugged|stopped up|won't flush|doesn't flush|not flushing|isn't flushing|leak\w*|${BROKEN}|tapad[oa]|unusable|loose|cracked)|(?:clogged|blocked|broken|leaking|plugged) (?:\w+ )?toilet|(?:bano|inodoro|excusado|escusado) (?:\w+ ){0,2}(?:tapado|tira agua|no (?:sirve|funciona|baja))`,
    ],
    unless: /\btoilet (?:seat|paper|handle|brush)\b/,
    questions: ['Is there another toilet that works?', 'Is it overflowing?'],
    covers: ['water.leak', 'toilet.running'],
  },
  {
    id: 'water.heater_problem',
    severity: 'urgent',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`(?:water heater|hot water tank|boiler|calentador)(?: (?:\w+ ){0,4}?)(?:leak\w*|drip\w*|rust\w*|noise|noises|banging|${BROKEN}|pilot)|leak\w* (?:\w+ ){0,2}water heater`,
    ],
    questions: ['Gas or electric, and is there any smell of gas?', 'Is water spreading?'],
    covers: ['water.leak'],
  },
  {
    id: 'power.partial',
    severity: 'urgent',
    trade: 'electrical',
    negatable: false,
    patterns: [
      p`(?:no|lost|without) (?:power|electric\w*) (?:to|in|at|on|from|for) (?:the |my |our |one |a |this |half |two |some )?(?:\w+ ){0,3}(?:outlets?|plugs?|rooms?|bedrooms?|bathroom|kitchen|garage|side|half|wall)|(?:power|electric\w*) (?:is |went )?(?:out|off) (?:in|to|at|on) (?:the |my |one |a |half )?(?:\w+ )?(?:outlets?|rooms?|bedrooms?|bathroom|kitchen|garage|unit|apartment)|half (?:of )?(?:the |my |our )?(?:unit|apartment|house|outlets|lights|power)|(?:lights?|power) (?:\w+ )?flicker\w*|flickering (?:\w+ )?(?:lights?|power)`,
    ],
    questions: ['Which rooms?', 'Has a breaker or a GFCI tripped?', 'Any burning smell, heat or buzzing?'],
    covers: ['outlet.dead', 'light.out'],
  },
  {
    id: 'stairs.railing',
    severity: 'urgent',
    trade: 'carpentry',
    negatable: true,
    patterns: [
      p`(?:rail|railing|handrail|hand rail|banister|bannister|barandal|pasamanos) (?:\w+ ){0,4}?(?:loose|broken|wobbl\w+|coming off|fell|missing|detached|rotten|suelto)|(?:loose|broken|wobbly|missing|rotten) (?:\w+ )?(?:rail|railing|handrail|banister|steps?|stairs?|stair tread)|(?:steps?|stairs?|tread) (?:\w+ ){0,3}?(?:loose|broken|rotten|cracked|missing|wobbl\w+)|trip(?:ping)? hazard|icy (?:walkway|steps|stairs|sidewalk|parking)|ice on the (?:walkway|steps|stairs|sidewalk)`,
    ],
    questions: ['Can people keep off it until it is repaired?'],
  },
  {
    id: 'mould',
    severity: 'urgent',
    trade: 'restoration',
    negatable: true,
    patterns: [p`mou?ld(?:y|s)?|mildew|moho|hongos en (?:la|el)`],
    questions: ['How large is the patch, and is there a leak or damp behind it?'],
    covers: ['drywall', 'paint', 'smell.bad'],
  },
  {
    id: 'stove.gas_problem',
    severity: 'urgent',
    trade: 'appliance',
    negatable: true,
    patterns: [
      p`(?:stove|range|oven|burners?|cooktop|estufa|horno)(?: (?:\w+ ){0,5}?)(?:${BROKEN}|won't ignite|won't light|clicking|sparking|igniter|ignitor|pilot|no heat)|(?:gas|igniter|ignitor|pilot) (?:stove|range|oven|burner)(?: (?:\w+ ){0,4}?)(?:${BROKEN}|won't (?:light|ignite))|(?:igniter|ignitor) (?:\w+ ){0,3}(?:click\w*|spark\w*|${BROKEN})|no gas to (?:the |my )?(?:stove|oven|range)`,
    ],
    questions: ['Is it gas or electric, and is there any smell of gas?', 'One burner or all?'],
    covers: ['appliance.pilot'],
  },
  {
    id: 'appliance.pilot',
    severity: 'urgent',
    trade: 'hvac',
    negatable: false,
    patterns: [
      p`pilot(?: light| flame)? (?:\w+ ){0,3}?(?:out|off|won't|not|goes|keeps|went)|relight (?:the |my )?pilot|piloto (?:se )?apag\w+`,
    ],
    questions: ['Is there any smell of gas? If so, leave and call 911 from outside.', 'Which appliance?'],
  },
  {
    id: 'pests.serious',
    severity: 'urgent',
    trade: 'pest',
    negatable: true,
    patterns: [
      p`bed ?bugs?|chinches|rats?|mice|mouse|ratas?|ratones|rodents?|wasps?|hornets?|bees?|bats?|raccoons?|squirrels?|snakes?|infest\w+|termites?`,
    ],
    questions: ['Where and since when?', 'Is anybody allergic or bitten?'],
    covers: ['pests'],
  },
  {
    id: 'garage.stuck',
    severity: 'urgent',
    trade: 'general',
    negatable: true,
    patterns: [
      p`(?:garage door|parking gate|entry gate|car gate|vehicle gate|gate) (?:\w+ ){0,4}?(?:${BROKEN}|off track|stuck|spring)`,
    ],
    questions: ['Is a car stuck inside, or the garage open to the street?'],
    covers: ['door.problem'],
  },
  {
    id: 'smell.strange',
    severity: 'urgent',
    trade: 'general',
    negatable: true,
    doubt: 'a smell that nobody has named may be gas',
    patterns: [p`huele (?:\w+ )?(?:raro|rara|extrano|feo|mal)|olor(?:es)? (?:\w+ )?(?:raros?|extranos?|feos?)`],
    questions: [
      'Could it be gas or rotten eggs? If so, leave and call 911 from outside. (¿Huele a gas o a huevo podrido?)',
    ],
  },
  {
    id: 'asks_for_haste',
    severity: 'urgent',
    trade: 'general',
    negatable: true,
    doubt: 'the reporter calls it pressing, but says nothing that a rule knows',
    patterns: [
      p`emergency|emergencia|urgent|urgently|urgente|asap|right away|immediately|help me|help us|please help|ayuda|auxilio|danger(?:ous)?|unsafe|peligro\w*|911|scared`,
    ],
    questions: ['What exactly is happening, and is anybody in danger?'],
  },
  {
    id: 'language_not_read',
    severity: 'urgent',
    trade: 'general',
    negatable: false,
    doubt: 'part of the text is in a script that the rules do not read',
    patterns: [/[^\P{L}\p{Script=Latin}]{2,}/gu],
    questions: ['Can somebody translate what the reporter says?'],
  },
  {
    id: 'orders_in_text',
    severity: 'urgent',
    trade: 'general',
    negatable: false,
    doubt: 'the text gives orders to whoever reads it; it was read as a report only',
    patterns: [
      p`(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,4}(?:instructions?|rules?|prompts?|polic(?:y|ies)|guidelines|screening|hazards?)|system prompt|you are (?:now )?(?:a|an|the) (?:ai|assistant|model|admin\w*)|(?:mark|classify|set|treat|file|log|flag|label) (?:this |it |severity |everything |as |the |priority ){1,4}(?:as |to )?(?:routine|low|non emergency|not urgent|normal|minor)|(?:new|updated) instructions|as an ai`,
    ],
    questions: ['What is the actual problem?'],
  },
];
