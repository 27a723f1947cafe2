import { p, type Rule } from './rule.ts';
import { BROKEN, COOLING } from './words.ts';

/*
 * What is wrong, where nobody is in danger: emergencies first, then urgent. Read only after the hazards. The severities
 * are those that residential managers' published emergency lists share; where the lists disagree, `decided_by` names
 * the setting.
 */

const OUTSIDE_DOOR = String.raw`(?:(?:front|back|rear|entry|entrance|exterior|outside|main|patio|sliding|balcony|apartment|unit|building|garage|lobby|house) (?:glass )?door|my door|the door|sliding door|front entrance|puerta principal|puerta de (?:la )?(?:entrada|calle))`;

export const EMERGENCY_RULES: readonly Rule[] = [
  {
    id: 'roof.leak_heavy',
    severity: 'emergency',
    trade: 'roofing',
    negatable: true,
    patterns: [
      p`roof (?:\w+ ){0,3}?(?:leak\w*|drip\w*) (?:\w+ ){0,3}?(?:badly|heavily|everywhere|a lot|like crazy|fast|really bad)|roof (?:\w+ ){0,2}?(?:pouring|gushing|flooding)`,
      p`(?:major|huge|massive|serious|terrible|severe|bad) (?:roof leak\w*|leak\w* (?:\w+ ){0,3}?roof)`,
      p`(?:water|rain) (?:\w+ ){0,3}?(?:pouring|gushing|flooding|streaming|running|rushing|coming) (?:in |down |inside )?(?:through|from) (?:the |my |our )?roof`,
    ],
    // Where water pipes are named as well, a plumber has to come first.
    unless: /\b(?:pipes?|toilet|water heater|hose|boiler|tank|sprinklers?|slow leak|small leak|minor leak)\b/,
    questions: [
      'Is it raining in now, and which rooms?',
      'Can you put buckets under it and move things out of the way?',
      'Is the ceiling bulging, or is water near lights or outlets? Then keep away from under it.',
    ],
    covers: ['water.uncontrolled', 'roof.leak', 'water.leak', 'water.ceiling'],
  },
  {
    id: 'water.uncontrolled',
    severity: 'emergency',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`(?:pipes?|water line|water main|hose|water heater|boiler|tank|main|valve|tuberia) (?:\w+ ){0,4}?(?:burst\w*|exploded|ruptured|blew|split open|reventad[oa]|se revento|se rompio)`,
      p`(?:burst|bursted|ruptured|exploded|frozen and burst) (?:\w+ )?(?:pipes?|water line|water main|hose|water heater|radiator)|(?:exploded|blew up) ~ (?:toilet|pipe|faucet)|(?:toilet|pipe|faucet|hose) ~ exploded`,
      p`(?:water|it|agua|leak) (?:is |was |are |comes |came |keeps |started |just |now |se |esta )*(?:pouring|gushing|spraying|shooting|flooding|rushing|raining|cascading|streaming|everywhere|all over|rising|flowing|running (?:down|through|out|everywhere)|coming (?:down|in|through|out of) (?:the |my |our )?(?:\w+ )?(?:ceiling|wall|walls|floor)|saliendo|tirando)`,
      p`(?:pouring|gushing|spraying|flooding|raining) (?:\w+ ){0,2}(?:water|from the ceiling|through the ceiling|from the pipe|everywhere|in my|inside)`,
      p`flood(?:ed|ing|s)?(?! ?(?:lights?|insurance|zone|plain|damage))|inches of water|standing water in (?:the |my |our )?(?:unit|apartment|kitchen|bedroom|living room|bathroom|hallway|basement|laundry)|water (?:level )?rising`,
      p`(?:toilet|sink|tub|bathtub|washer|washing machine|dishwasher|shower|water heater) (?:\w+ ){0,4}?(?:overflow\w*|flood\w*)|overflow\w* (?:\w+ )?(?:toilet|sink|tub|water|washer)`,
      p`(?:can't|cannot|won't|unable to|couldn't|don't know how to) (?:\w+ )?(?:shut|turn|stop|close) (?:the |it |off )*(?:water|leak|valve)|(?:water|leak|faucet|shower|tub) (?:\w+ )?(?:won't|doesn't|can't be) (?:shut|turn|turned|stop)(?: off)?|(?:major|huge|massive|serious|terrible|severe|bad) (?:water )?leak|leak\w* (?:really )?(?:badly|heavily|everywhere|a lot|like crazy)`,
      p`(?:ceiling|roof|wall) (?:is |are |was )?(?:leaking|dripping|pouring) (?:water )?(?:badly|heavily|everywhere|a lot|fast)`,
      p`inundacion\w*|inundad[oa]s?|inundando|fugas? (?:grande )?de agua|(?:tuberia|tubo) (?:rot[oa]|reventad[oa])|agua por todas partes|esta (?:saliendo|tirando|chorreando|brotando) (?:mucha |el )?agua|(?:se )?(?:rompio|revento) (?:la |el |una? )?(?:tuberia|tubo|caneria)`,
    ],
    unless:
      /\b(?:raining outside|water heater is (?:everywhere)|gotea|pequena fuga|small leak|slow leak|minor leak|tiny leak|flooded with (?:calls|ads))\b/,
    questions: [
      'Can you reach the shut-off valve, and is the water off now?',
      'Is water near lights, outlets or the electrical panel?',
      'Which rooms and units are affected?',
    ],
    covers: [
      'water.leak',
      'water.ceiling',
      'toilet.problem',
      'washer.problem',
      'dishwasher.problem',
      'water.heater_problem',
      'drain.slow',
      'roof.leak',
      'faucet.drip',
      'ceiling.sagging',
      'hot_water.none',
    ],
  },
  {
    id: 'sewage',
    severity: 'emergency',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`(?:raw )?sewage|sewer (?:\w+ )?(?:back\w*|overflow\w*|water)|(?:backed|backing|backs|coming|comes) up (?:\w+ ){0,4}(?:tub|bathtub|shower|drains?|sink|floor drain|toilet)`,
      p`(?:tub|bathtub|shower|drains?|sinks|toilets|floor drain) (?:is |are |keeps? |all )*(?:backing up|backed up|back up)(?: (?:\w+ ){0,4}(?:poop|feces|toilet|brown|waste|black))|(?:poop|feces|human waste|toilet water|brown water|black water|caca) (?:\w+ ){0,5}(?:up|tub|bathtub|shower|sink|floor|drain)`,
      p`toilet (?:\w+ ){0,3}(?:backing|backed|backs) up into|aguas negras|drenaje (?:tapado|desbordad\w+|se desborda)`,
    ],
    questions: ['Please stop using all water. Which drains are affected?', 'Are neighbors affected too?'],
    covers: ['toilet.problem', 'drain.slow', 'water.leak', 'bathroom.only_toilet', 'smell.bad'],
  },
  {
    id: 'water.none',
    severity: 'emergency',
    trade: 'plumbing',
    negatable: false,
    patterns: [
      p`no (?:running |cold |tap )?water(?! (?:damage|leak\w*|pressure|stain\w*|on|under|near|around|is (?:leaking|coming through|dripping)|visible|spots?|bill|coming (?:through|from the ceiling|in)|in the (?:fridge|ice)|to (?:the )?(?:fridge|ice|dishwasher|washer|toilet)|dripping|intrusion|softener))`,
      p`(?:water (?:is |was |has been |got |been )(?:shut off|turned off|cut off|off|out)|without (?:any )?(?:running )?water|(?:don't|do not|doesn't) have (?:any )?(?:running )?water)(?! (?:at the|under the|to the (?:toilet|sink|washer|dishwasher|fridge)))`,
      p`(?:no hay|no tengo|no tenemos|sin|no sale) agua(?! caliente)`,
    ],
    unless:
      /\b(?:no water (?:comes|coming) out of (?:the )?(?:fridge|refrigerator|dispenser|one)|i (?:turned|shut) (?:the )?water off|hot water|water heater)\b/,
    questions: ['Is it every tap, hot and cold?', 'Do the neighbors have water?'],
    covers: ['water.pressure'],
  },
  {
    id: 'power.none',
    severity: 'emergency',
    trade: 'electrical',
    negatable: false,
    patterns: [
      p`no (?:electric\w*|power|electrical power)(?! (?:to|in|at|on|from|for) (?:the |my |our |one |a |this |that |some |half |two |certain )?(?:\w+ )?(?:outlets?|plugs?|rooms?|bedrooms?|bathroom|kitchen|garage|side|half|stove|oven|dryer|washer|fridge|refrigerator|microwave|dishwasher|disposal|living|hallway|closet|switch|thermostat|ac|furnace|wall|gfci))`,
      p`(?:power|electric\w*) (?:is |was |went |has gone |has been |just |got |been )*(?:out|off|down|gone|cut|shut off)(?! (?:to|in|at|on) (?:the |my |one |a )?(?:\w+ )?(?:outlets?|rooms?|bedrooms?|bathroom|kitchen|garage|half))|lost (?:all )?(?:power|electric\w*)(?! (?:to|in) )|(?:power|electrical) outage|without (?:power|electricity)|whole (?:unit|apartment|house) (?:is )?(?:dark|without power)|all (?:the )?(?:lights|power) (?:are |is |went )?(?:out|off)`,
      p`(?:no hay|sin|no tengo|no tenemos|se fue la|se corto la) (?:luz|electricidad|corriente|energia)`,
    ],
    unless:
      /\b(?:power(?:ed)? off (?:the|my)|half (?:of )?(?:the |my )?(?:unit|apartment|house)|one room|some (?:rooms|outlets)|i turned|power washing)\b/,
    questions: [
      'Is it the whole unit or only some rooms?',
      'Are the neighbors or the street dark too? Then it is the utility’s.',
      'Does anybody depend on powered medical equipment?',
    ],
    covers: ['power.partial', 'refrigerator', 'light.out', 'breaker.trips'],
  },
  {
    id: 'heat.none',
    severity: 'emergency',
    trade: 'hvac',
    decided_by: 'heat',
    negatable: false,
    patterns: [
      p`no (?:\w+ )?heat(?:ing|er)?(?! (?:on|from) (?:the )?(?:stove|oven|burner|dryer|iron))|(?:heat(?:er|ers|ing)?|furnace|boiler|radiators?|baseboards?|heat pump|calefaccion|calentador de aire)(?<!water heater|water heaters) (?:\w+ ){0,4}?(?:${BROKEN}|off|blowing cold|cold air)|without (?:any )?heat|heat(?:er|ing)? (?:is |has been |went |just )*(?:out|off|gone|down)|(?:don't|doesn't|do not) have (?:any )?heat`,
      p`(?:furnace|heater|vents?) (?:\w+ ){0,3}blow\w* (?:only )?cold|(?:apartment|unit|house|it|inside) (?:is |it's )?(?:freezing|ice cold)(?: inside| in here)|freezing in (?:here|my|the (?:apartment|unit|house))`,
      p`(?:sin|no (?:me |nos )?(?:hay|tengo|tenemos|funciona|sirve|prende|enciende|jala|calienta))(?: la| el)? (?:calefaccion|calefactor)`,
    ],
    unless: /\b(?:water heater|oven|dryer|towel (?:heater|warmer)|pool|no heat in the water)\b/,
    questions: ['What is the thermostat set to, and what does it read?'],
    covers: ['thermostat', 'hvac.other'],
  },
  {
    id: 'cooling.none',
    severity: 'urgent',
    trade: 'hvac',
    decided_by: 'cooling',
    negatable: false,
    patterns: [
      p`no (?:\w+ )?(?:${COOLING}|cool\w*|cold air)|${COOLING} (?:unit |system )?(?:\w+ ){0,4}?(?:${BROKEN}|off|down|blowing (?:hot|warm)|blows (?:hot|warm)|warm air|hot air)|(?:vents?|unit|ac) (?:\w+ ){0,3}blow\w* (?:hot|warm)|without (?:any )?(?:${COOLING})(?! filter)|${COOLING} (?:unit |system )?(?:is |has been |went |just )*out(?! of)`,
    ],
    questions: ['Is anybody in the home especially sensitive to heat, such as an infant or someone who is ill?'],
    covers: ['hvac.other', 'thermostat'],
  },
  {
    id: 'bathroom.only_toilet',
    severity: 'emergency',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`(?:only|single|one and only|no other|no working|no usable|without a) (?:\w+ )?(?:toilet|bathroom|restroom)(?= ~ (?:clog\w*|flush\w*|work\w*|use|unusable|broken|block\w*|overflow\w*|stopped|out))`,
      p`(?:toilet|toilets|bathroom) (?:\w+ ){0,6}?(?:clog\w*|won't flush|not flushing|doesn't flush|unusable|broken|not working|blocked|stopped up|backed up)(?= ~ (?:only (?:toilet|one|bathroom)|one (?:toilet|bathroom)|no other))`,
      p`(?:both|all|neither) (?:\w+ ){0,2}toilets? (?:\w+ ){0,4}(?:clog\w*|flush\w*|work\w*|blocked|out)|no (?:working|usable|functioning) (?:toilets?|bathrooms?)|(?:can't|cannot) use (?:the |my |our )?only toilet`,
    ],
    questions: ['Is water overflowing, or has it been turned off behind the toilet?'],
    covers: ['toilet.problem'],
  },
  {
    id: 'security.open',
    severity: 'emergency',
    trade: 'locksmith',
    negatable: true,
    patterns: [
      p`${OUTSIDE_DOOR} (?:\w+ ){0,4}?(?:(?:won't|doesn't|does not|will not|can't be|cannot be|can't|isn't|not|no longer) (?:\w+ )?(?:lock\w*|clos\w*|shut|latch\w*|secure\w*)|kicked in|broken (?:in|down|open)|busted|smashed|off (?:the |its )?(?:hinges|track)|wide open|shattered|no cierra)`,
      p`(?:can't|cannot|unable to|couldn't) (?:lock|close|secure|shut) (?:my |the |our )?(?:${OUTSIDE_DOOR}|front door|door|window)`,
      p`(?:window|windows|patio glass|glass door|ventana) (?:\w+ ){0,4}?(?:smashed|shattered|broken out|busted out|broken|won't (?:lock|close|shut)|doesn't (?:lock|close|shut)|can't (?:be )?(?:lock\w*|clos\w*|shut)|rota|quebrada)|(?:smashed|shattered|broken|busted) (?:\w+ )?(?:window|glass door|front door lock|door lock|deadbolt|dead bolt)(?! (?:blinds?|screens?|shades?|sills?|cranks?|treatments?|seals?|ac|unit))`,
      p`(?:deadbolt|dead bolt|door lock|lock on (?:my|the) (?:front|back|entry) door|front lock) (?:\w+ ){0,3}?(?:${BROKEN}|fell off|missing)|(?:was|were|been|got) (?:broken into|burglari[sz]ed|robbed)|break ?in (?:last|yesterday|while|this)|broke into (?:my|the|our)|(?:someone|somebody) broke in`,
    ],
    unless:
      /\b(?:window (?:blinds?|screens?|shades?|ac|unit|seal|crank)|(?:closet|bathroom|bedroom|cabinet|fridge|refrigerator|oven|dryer|washer|dishwasher|microwave|shower|pantry|mail ?box|car|elevator|interior) (?:door|lock|window)|windows (?:10|11|computer)|car window)\b/,
    questions: ['Can the home be secured tonight?', 'Is anybody inside who should not be?'],
    covers: ['lock.sticks', 'door.problem', 'window.problem'],
  },
  {
    id: 'elevator.out',
    severity: 'urgent',
    trade: 'elevator',
    negatable: true,
    doubt: 'somebody may be inside the elevator',
    patterns: [
      p`(?:elevator|lift|ascensor|elevador) (?:\w+ ){0,3}?(?:${BROKEN}|stopped|down|stopping)|(?:broken|stuck) (?:elevator|lift)`,
    ],
    questions: ['Is anybody inside the elevator?', 'Does a resident depend on it?'],
  },
  {
    id: 'ceiling.sagging',
    severity: 'emergency',
    trade: 'restoration',
    negatable: true,
    patterns: [
      p`(?:tree|branch|limb)s? (?:\w+ ){0,3}?(?:fell|fallen|crashed|came down|down) (?:on|onto|into|through) (?:the |my |our )?(?:roof|house|building|unit|balcony|stairs|window)`,
      p`(?:ceiling|drywall|sheetrock|roof|floor|balcony|deck|stairs|techo) (?:\w+ ){0,4}?(?:sagging|bulging|bubbling|bowing|sags|buckl\w+|about to burst|soft|abombado)|(?:sagging|bulging|bubbling|bowing) (?:\w+ )?(?:ceiling|roof|floor|balcony|deck)`,
    ],
    questions: ['Is it dripping or getting bigger? Please keep everybody away from under it.'],
    covers: ['water.ceiling', 'drywall', 'paint'],
  },
  {
    id: 'electrical.hot_outlet',
    severity: 'emergency',
    trade: 'electrical',
    negatable: true,
    patterns: [
      p`(?:outlets?|sockets?|switch(?:es)?|plugs?|panel|breaker(?: box)?|cover plate|wall plate) (?:\w+ ){0,4}?(?:hot|warm|buzz\w*|humming|discolou?red)|(?:hot|warm|buzzing) (?:outlets?|sockets?|switch|panel|breaker box)|exposed (?:\w+ )?(?:wires?|wiring)|(?:wires?|wiring) (?:\w+ ){0,2}(?:exposed|hanging|bare|sticking out)|bare wires?|(?:buzzing|humming) ~ (?:panel|breaker|breakers|outlet|switch|fuse ?box)`,
    ],
    questions: ['Is there any smoke, spark or burning smell?', 'Please keep away from it and plug nothing in.'],
    covers: ['outlet.dead', 'light.out', 'power.partial', 'breaker.trips'],
  },
];
